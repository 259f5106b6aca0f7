"""What holds for every list: its header, its form on disk, and that nothing is read unasked."""

import json
import subprocess
import sys
import time
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes import LISTS, UnknownCode, lists, load, regions
from shared.codes.lists import document
from shared.codes.make_regions import DATA, written

MODULES = ("accidents", "controls", "factors", "industries", "lec", "lists", "regions", "sizes")
# Says which lists the import of the whole package opened, and which libraries it brought.
IMPORTING = f"""
import sys
before = set(sys.modules)
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import shared.codes, {", ".join(f"shared.codes.{module}" for module in MODULES)}
opened = [path for path in opened if path.endswith(".json")]
brought = {{name.partition(".")[0] for name in sys.modules.keys() - before}}
print(opened, sorted(brought - sys.stdlib_module_names - {{"shared"}}))
"""


def _text(list_id: str) -> str:
    return (files("shared.codes") / "data" / f"{list_id}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("list_id", LISTS)
def test_every_list_carries_its_header_and_is_stored_in_one_form(list_id: str) -> None:
    stored = json.loads(_text(list_id))

    assert stored["list"] == list_id
    assert {"version", "valid_from", "valid_to", "source", "complete"} < stored.keys()
    assert written(stored) == _text(list_id)


@pytest.mark.parametrize("list_id", LISTS)
def test_no_code_is_there_twice_and_every_parent_is_there(list_id: str) -> None:
    entries = load(list_id).entries
    known = entries.keys() | load("regions").entries.keys()

    assert len(entries) == len(document(list_id)["entries"])
    assert all(entry.zh and entry.zh.strip() for entry in entries.values())
    assert {entry.parent for entry in entries.values() if entry.parent} <= known


@pytest.mark.parametrize("list_id", ["gb-13861", "gb-4754", "gb-6441", "regions", "region-changes"])
def test_entries_stand_in_the_order_of_their_codes(list_id: str) -> None:
    codes = list(load(list_id).entries)

    assert codes == sorted(codes)


def test_provenance_names_the_version_of_every_list() -> None:
    versions = lists()

    assert tuple(versions) == LISTS
    assert {path.stem for path in DATA.glob("*.json")} == {*LISTS, "region-names"}
    assert versions["regions"] == "2023-06-30"
    assert versions["gb-4754"] == "2017"


def test_importing_reads_no_list_and_brings_no_library() -> None:
    command = [sys.executable, "-c", IMPORTING]

    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own text

    assert done.stdout.split() == ["[]", "[]"]


def test_the_regions_are_ready_within_50_ms_of_processor_time() -> None:
    def ready() -> float:
        for cached in (document, load, regions._regions, regions._below):
            cached.cache_clear()
        begun = time.process_time()
        regions.children("33")
        return time.process_time() - begun

    assert min(ready() for _ in range(3)) < 0.05


@given(st.text())
def test_a_refusal_names_list_and_code_in_one_line_of_bounded_length(text: str) -> None:
    refusal = UnknownCode("gb-6441", text)

    assert refusal.list == "gb-6441"
    assert refusal.code == text
    assert "gb-6441" in str(refusal)
    assert len(str(refusal).splitlines()) == 1
    assert len(str(refusal)) < 500
