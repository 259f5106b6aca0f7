"""Kafka's jars: from the user's caches, or fetched into one whole or not at all."""

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO
from zipfile import is_zipfile

from deploy.local.errors import Unavailable

KAFKA = "4.2.0"
# "!": as their own POMs say. Left to itself, jgo lets the dependency management of log4j decide for Kafka,
# and a Kafka 4.2 broker gets the clients of 3.9.
ARTIFACTS = "+".join(
    (
        f"org.apache.kafka:kafka_2.13:{KAFKA}!",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.2!",
        "org.apache.logging.log4j:log4j-core:2.25.2!",
    )
)
NO_JGO = "Kafka cannot be fetched without jgo: `pip install jgo[cli]`, start Docker, or set NANXUN_KAFKA."
JGO = (sys.executable, "-m", "jgo")
# jgo sorts the jars that are Java modules into a folder of their own; to us all are class path.
_PARTS = ("jars", "modules")
_POLL_SECONDS = 0.1


async def classpath() -> str:
    """Return the class path of Kafka, downloaded on first use into the user's cache (43 MB).

    Raises:
        Unavailable: it is not in a cache and cannot be downloaded, or the cache cannot be written.
    """
    if not importlib.util.find_spec("jgo"):
        raise Unavailable(NO_JGO)
    async with _alone():
        # What is here first: it must work without a network.
        folder = await _found() or await _fetched()
    return os.pathsep.join(str(folder / part / "*") for part in _PARTS)


async def cached() -> Path | None:
    """Return the folder of Kafka's jars if they are here already.

    Raises:
        Unavailable: the cache cannot be written.
    """
    async with _alone():
        return await _found()


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nanxun"


def _own() -> Path:
    return _cache() / f"kafka-{KAFKA}"


@contextlib.asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """Keep out everybody else of this user: of two who fetch the same jar, jgo fails the second."""
    try:
        _cache().mkdir(parents=True, exist_ok=True)
        with (_cache() / "lock").open("w") as lock:
            # Of another process there is no event that could be waited for.
            while not _locked(lock):  # noqa: ASYNC110 - see above
                await asyncio.sleep(_POLL_SECONDS)
            yield
    except OSError as error:
        raise Unavailable(
            f"{_cache()} cannot be used ({error.strerror}): make room, or point XDG_CACHE_HOME elsewhere."
        ) from None


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _found() -> Path | None:
    if _own().exists():
        return _own()
    folder, _ = await _jgo("--offline")
    return folder if folder is not None and await asyncio.to_thread(_whole, folder) else None


def _whole(folder: Path) -> bool:
    """Whether none of the jars was cut short: each ends with the list of what it has."""
    return all(is_zipfile(jar) for part in _PARTS for jar in (folder / part).glob("*.jar"))


async def _fetched() -> Path:
    """Fetch the jars into a folder of their own: jgo takes the half of a jar for one, if it was cut short."""
    for left in _cache().glob("fetching-*"):
        shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix="fetching-", dir=_cache()))
    try:
        repository, environments = str(place / "repository"), str(place / "environments")
        folder, said = await _jgo("--repo-cache", repository, "--cache-dir", environments)
        if folder is None:
            raise Unavailable(
                f"Kafka {KAFKA} could not be downloaded ({said}): check the way to Maven Central (proxy"
                " settings?), start Docker, or set NANXUN_KAFKA to a running broker."
            )
        for part in _PARTS:
            await asyncio.to_thread(shutil.copytree, folder / part, place / "whole" / part)
        (place / "whole").rename(_own())
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return _own()


async def _jgo(*options: str) -> tuple[Path | None, str]:
    """Return the folder that jgo made; where it failed, None and the last that it said."""
    command = (*JGO, *options, "info", "envdir", ARTIFACTS)
    jgo = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        said, trouble = await jgo.communicate()
    except asyncio.CancelledError:
        jgo.kill()
        await jgo.wait()
        raise
    if jgo.returncode == 0:
        return Path(said.decode().strip()), ""
    words = trouble.decode(errors="replace").split("\n")
    return None, next((line.strip() for line in reversed(words) if line.strip()), f"status {jgo.returncode}")
