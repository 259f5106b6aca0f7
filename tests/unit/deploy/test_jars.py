"""Kafka's jars are fetched once and whole, however many want them at once and whoever is cut short."""

import asyncio
import os
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy.local import jars
from deploy.local.errors import Unavailable
from tests.support import eventually

# Fetches as jgo does: over some time, nothing that is there already, and the half of a file is one to it.
JGO = """
import os, pathlib, sys, time
said = sys.argv[1:]
if "--offline" in said:
    print(os.environ["OFFLINE"]) if "OFFLINE" in os.environ else sys.exit("not here")
    sys.exit()
cache = pathlib.Path(said[said.index("--cache-dir") + 1])
with open(sys.argv[0] + ".runs", "a") as runs:
    runs.write("run\\n")
if "AWAY" in os.environ:
    sys.exit("no way there\\n\\n")
for part in ("jars", "modules"):
    (cache / "env" / part).mkdir(parents=True)
    jar = cache / "env" / part / "some.jar"
    jar.write_text("half")
    time.sleep(300 if "HANGS" in os.environ else 0.3)
    jar.write_text("whole")
print(cache / "env")
"""


@pytest.fixture(autouse=True)
def jgo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    script = tmp_path / "jgo.py"
    script.write_text(JGO)
    monkeypatch.setattr(jars, "JGO", (sys.executable, str(script)))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return script


def runs(jgo: Path) -> int:
    return len(Path(f"{jgo}.runs").read_text().splitlines()) if Path(f"{jgo}.runs").exists() else 0


def whole(path: str) -> bool:
    parts = [Path(part).parent / "some.jar" for part in path.split(os.pathsep)]
    return len(parts) == 2 and all(jar.read_text() == "whole" for jar in parts)


async def test_of_several_who_want_them_at_once_one_fetches_and_all_have_them(jgo: Path) -> None:
    found = await asyncio.gather(*(jars.classpath() for _ in range(3)))

    assert all(whole(path) for path in found)
    assert runs(jgo) == 1


async def test_what_was_cut_short_is_fetched_anew_and_never_taken_for_whole(
    jgo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANGS", "yes")
    cut = asyncio.create_task(jars.classpath())
    await eventually(lambda: any((tmp_path / "cache").rglob("some.jar")))
    cut.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut
    monkeypatch.delenv("HANGS")
    assert not any((tmp_path / "cache").rglob("some.jar"))
    assert await jars.cached() is None

    assert whole(await jars.classpath())
    assert runs(jgo) == 2


async def test_what_a_killed_process_left_behind_is_taken_away(tmp_path: Path) -> None:
    left = tmp_path / "cache" / "nanxun" / "fetching-left"
    left.mkdir(parents=True)

    assert whole(await jars.classpath())

    assert not left.exists()


async def test_jars_of_another_cache_are_taken_where_they_are_whole(
    jgo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = tmp_path / "m2" / "jars" / "some.jar"
    jar.parent.mkdir(parents=True)
    with ZipFile(jar, "w") as archive:
        archive.writestr("a.class", "a")
    monkeypatch.setenv("OFFLINE", str(tmp_path / "m2"))
    assert str(jar.parent) in await jars.classpath()
    assert runs(jgo) == 0

    jar.write_bytes(jar.read_bytes()[:-30])
    assert whole(await jars.classpath())
    assert runs(jgo) == 1


async def test_a_download_that_fails_says_why_and_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWAY", "yes")
    with pytest.raises(Unavailable, match=r"could not be downloaded \(no way there\)"):
        await jars.classpath()

    monkeypatch.delenv("AWAY")
    assert whole(await jars.classpath())


async def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")

    with pytest.raises(Unavailable, match="XDG_CACHE_HOME"):
        await jars.classpath()
