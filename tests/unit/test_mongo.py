"""How the store is spoken to does not depend on what its address says."""

from pymongo import ReadPreference
from pymongo.read_concern import ReadConcern

from shared import mongo


async def test_reads_are_of_the_primary_whatever_the_address_says() -> None:
    secondaries = "readPreference=secondaryPreferred&maxStalenessSeconds=120&readPreferenceTags=dc:east"
    client = mongo.connect(f"mongodb://nowhere/?{secondaries}&w=1&readConcernLevel=local")
    try:
        assert client.read_preference == ReadPreference.PRIMARY
        assert client.read_concern == ReadConcern("majority")
        assert client.write_concern == mongo.MAJORITY
    finally:
        client.close()
