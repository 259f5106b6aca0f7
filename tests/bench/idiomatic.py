"""The other reference of the projection: a consumer as tutorials write it.

One record at a time, a pydantic model, three updates of single documents, a commit per record; eight workers,
each with a consumer of its own. It is at least once: what is delivered twice is counted twice.
"""

import asyncio

import uvloop
from faststream import AckPolicy, Header
from faststream.kafka import KafkaBroker
from pydantic import BaseModel

from shared import mongo
from shared.settings import Settings, load

NAME = "idiomatic"
_WORKERS = 8


class Place(BaseModel):
    """Where a hazard is."""

    enterprise: str
    region: str


class Hazard(BaseModel):
    """What the handler needs of an event."""

    site: Place
    after: str


async def main(settings: Settings) -> None:
    """Consume until the process is ended."""
    database = mongo.connect(settings.mongo)[settings.database(NAME)]
    broker = KafkaBroker(settings.kafka)

    @broker.subscriber(
        settings.topic("hazards"),
        group_id=settings.database(NAME),
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        max_workers=_WORKERS,
    )
    async def count(hazard: Hazard, case: str = Header("ce_subject")) -> None:
        one = {"$inc": {f"t.{hazard.after}": 1, "n": 1}}
        where = {"status": hazard.after, "enterprise": hazard.site.enterprise}
        await database["cases"].update_one({"_id": case}, {"$set": where}, upsert=True)
        await database["enterprises"].update_one({"_id": hazard.site.enterprise}, one, upsert=True)
        await database["counties"].update_one({"_id": hazard.site.region}, one, upsert=True)

    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(load()))
