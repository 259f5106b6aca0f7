"""MongoDB as child processes: one mongod, or several, always as a replica set."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from deploy.local import ports
from deploy.local.mongodb import Binary, mongod
from deploy.local.processes import Child, listening, stop_all

SET = "rs0"
STANDARD = 27_017
START = 60.0  # for a cold disk and busy cores; 2 s is usual
NOT_YET_INITIALIZED = 94
# Bounded, since the default takes half of the machine's memory: Kafka and ten processes live beside it.
CACHE_GB = 0.5
# Nobody reads far back in it: what is rebuilt is rebuilt from Kafka. The default is 5 % of the disk.
OPLOG_MB = 990
# What a killed projection leaves open holds its lane up for as long, 60 s by default; units take tenths.
TRANSACTION_SECONDS = 10
_NONE: Mapping[str, object] = MappingProxyType({})
_PARAMETERS = {
    # A record of its own performance, for MongoDB's support.
    "diagnosticDataCollectionEnabled": "false",
    "transactionLifetimeLimitSeconds": TRANSACTION_SECONDS,
}


@dataclass(frozen=True)
class ReplicaSet:
    """Members that run, and where they answer."""

    uri: str
    members: Sequence[Child]


@contextlib.asynccontextmanager
async def replica_set(
    data: Path, *, members: int = 1, standard_ports: bool = True, parameters: Mapping[str, object] = _NONE
) -> AsyncIterator[ReplicaSet]:
    """Run members on their data of last time, or on none; stop them at the end.

    Args:
        data: where their data and logs lie.
        members: how many.
        standard_ports: whether they answer where people expect them.
        parameters: of the server, beside ours or instead of them.

    Raises:
        Unavailable: mongod cannot be had, or a member does not start.
    """
    binary = await mongod(data)
    hosts: list[int] = []
    for n in range(members):
        hosts.append(ports.find(STANDARD + n if standard_ports else None, avoid=hosts))
    ours = {**_PARAMETERS, **parameters}
    children = [_member(data, number, port, binary, ours) for number, port in enumerate(hosts, start=1)]
    names = [f"127.0.0.1:{port}" for port in hosts]
    try:
        for child in children:
            await child.start()
        for child, port in zip(children, hosts, strict=True):
            await child.until(lambda port=port: listening(port), within=START)  # type: ignore[misc]
        await _initiate(names)
        await children[0].until(lambda: _has_primary(names), within=START)
        yield ReplicaSet(_uri(names), children)
    finally:
        await stop_all(children)


def _member(data: Path, number: int, port: int, binary: Binary, parameters: Mapping[str, object]) -> Child:
    folder = data / "mongod" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    command = (
        *(binary.path, "--replSet", SET, "--dbpath", str(folder), "--port", str(port)),
        # No password guards it, so nobody outside this machine may reach it.
        *("--bind_ip", "127.0.0.1", "--nounixsocket"),
        *("--wiredTigerCacheSizeGB", str(CACHE_GB), "--oplogSize", str(OPLOG_MB), "--quiet"),
        *(part for name, value in parameters.items() for part in ("--setParameter", f"{name}={value}")),
    )
    return Child(f"mongod {number}", command, log=data / "logs" / f"mongod-{number}.log", env=binary.env)


def _uri(names: Sequence[str]) -> str:
    one = len(names) == 1
    return f"mongodb://{','.join(names)}/?" + ("directConnection=true" if one else f"replicaSet={SET}")


def _client(name: str) -> AsyncMongoClient[dict[str, Any]]:
    return brief(name, directConnection=True, serverSelectionTimeoutMS=2_000)


def brief(uri: str, **options: Any) -> AsyncMongoClient[dict[str, Any]]:
    """Return a client for a question or two.

    It measures no round trips beside them: a client that is closed while it connects for that leaves the
    connection to the collector.
    """
    return AsyncMongoClient(uri, serverMonitoringMode="poll", **options)


async def _initiate(names: Sequence[str]) -> None:
    async with _client(names[0]) as client:
        wanted = [{"_id": n, "host": name} for n, name in enumerate(names)]
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
            await client.admin.command("replSetInitiate", {"_id": SET, "members": wanted})
            return
        if [member["host"] for member in config["members"]] != list(names):
            # Other ports than last time: without this, no member would find itself in the set.
            config |= {"members": wanted, "version": config["version"] + 1}
            await client.admin.command("replSetReconfig", config, force=True)


async def _has_primary(names: Sequence[str]) -> bool:
    for name in names:
        async with _client(name) as client:
            with contextlib.suppress(ConnectionFailure):
                if (await client.admin.command("hello"))["isWritablePrimary"]:
                    return True
    return False
