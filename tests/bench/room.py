"""Bytes on disk, of what a measurement has written: the log's segments, MongoDB's collections."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient


def of_topics(data: Path, names: Iterable[str]) -> int:
    """Return what brokers of ours keep of these topics, one replica of each; 0 for brokers of others."""
    segments = (data / "kafka").glob("1/data/*/*.log")
    wanted = set(names)
    return sum(part.stat().st_size for part in segments if part.parent.name.rpartition("-")[0] in wanted)


async def of_collections(
    client: AsyncMongoClient[dict[str, Any]], database: str, names: Iterable[str]
) -> int:
    """Return what one member keeps of these collections, compressed, with their indexes."""
    # What is still in memory alone has no room on disk yet.
    await client.admin.command("fsync")
    found = [await client[database].command("collStats", name) for name in names]
    return sum(one["storageSize"] + one["totalIndexSize"] for one in found)
