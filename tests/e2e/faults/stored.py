"""What the services have stored of each case: the stream documents, read past their own code."""

from collections.abc import Iterator
from typing import Any

import orjson
from pymongo import AsyncMongoClient

from shared.settings import Settings
from tests.e2e.faults.facts import Fact, told
from tests.e2e.faults.model import Model

Mongo = AsyncMongoClient[dict[str, Any]]
#: Each stream, with the service that owns it.
STREAMS = {
    "enterprises": "enterprises",
    "hazards": "hazards",
    "savings": "suggestions",
    "suggestions": "suggestions",
}


async def unpublished(settings: Settings, mongo: Mongo) -> int:
    """Return how many cases have events that are not on their topic yet."""
    waiting = 0
    for stream, service in STREAMS.items():
        collection = mongo[settings.database(service)][stream]
        waiting += await collection.count_documents({"unpublished_since": {"$exists": True}})
    return waiting


async def differences(settings: Settings, mongo: Mongo, model: Model) -> list[str]:
    """Return where a history is not what was accepted: each command once, in order, and nothing else."""
    found: list[str] = []
    seen: set[str] = set()
    for stream, service in STREAMS.items():
        async for document in mongo[settings.database(service)][stream].find():
            seen.add(document["_id"])
            found += _compared(document, model)
    return found + [f"{case} was accepted and is not stored" for case in model.cases.keys() - seen]


def _compared(document: dict[str, Any], model: Model) -> Iterator[str]:
    case = document["_id"]
    if case not in model.cases:
        yield f"{case} is stored and was never accepted: {[event['type'] for event in document['events']]}"
        return
    keys = [event["command"] for event in document["events"]]
    facts: list[Fact] = [
        told(event["type"], event["time"], orjson.loads(event["data"])) for event in document["events"]
    ]
    if keys != model.cases[case].keys:
        yield f"{case} holds the commands {keys}, accepted were {model.cases[case].keys}"
    if facts != model.cases[case].facts:
        yield f"{case} holds {facts}, accepted was {model.cases[case].facts}"
    if not document["published"] == document["version"] == len(facts):
        yield f"{case} is at {document['version']}, published to {document['published']}, of {len(facts)}"
