"""The collections of the figures.

Of a roll-up there is one document per lane, the bucket, so that two lanes never wait for one document;
reading adds the buckets up.
"""

from services.reporting.domain.rollups import Key
from shared.mongo import Document
from shared.projection import Indexes, hashed

ROLLUPS = "rollups"
ENTERPRISES = "enterprises"
ACTIVITY = "activity"

INDEXES: dict[str, Indexes] = {
    ROLLUPS: ([("level", 1), ("area", 1), ("month", 1)],),
    ENTERPRISES: ([("enterprise", 1), ("month", 1)],),
    ACTIVITY: (),
}


def rollup_id(key: Key, lane: int) -> str:
    """Return the id of the document of a lane."""
    return hashed(f"{key.area}:{key.month}:{key.recorded}:{lane}")


def rollup_fields(key: Key, lane: int) -> Document:
    """Return the fields by which reports find the document."""
    return {**key._asdict(), "lane": lane}
