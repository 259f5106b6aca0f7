"""Writes the contract files: ``python -m shared.events.export [--check]``.

A JSON Schema per event and an AsyncAPI document per service, byte for byte the same from the same contracts.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.events import channels
from shared.events.base import Fact
from shared.events.operations import OPERATIONS
from shared.events.registry import FACTS
from shared.events.topology import SERVICES
from shared.events.watermarks import PublishedBefore

FOLDER = Path(__file__).parent
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(fact: type[Fact] | type[PublishedBefore]) -> dict[str, Any]:
    """Return the JSON Schema of the values that carry ``fact``; further members may come with any release."""
    return {
        "$schema": _DIALECT,
        "$id": f"/schemas/{fact.__name__}/{fact.major}",
        **fact.model_json_schema(by_alias=True, mode="serialization", schema_generator=channels.Untitled),
    }


def contracts() -> dict[str, str]:
    """Return every contract file of this build, by its path in ``shared/events``."""
    facts = FACTS | OPERATIONS
    schemas = {f"schemas/{name}/{fact.major}.json": _text(schema(fact)) for name, fact in facts.items()}
    # Said of the log and not on it: no event of any case.
    schemas[f"schemas/PublishedBefore/{PublishedBefore.major}.json"] = _text(schema(PublishedBefore))
    documents = {f"asyncapi/{name}.json": _text(channels.document(name)) for name in SERVICES}
    return schemas | documents


def differing(wanted: Mapping[str, str], folder: Path) -> list[str]:
    """Return the paths in ``folder`` that are missing, are not as ``wanted``, or are left over."""
    found = {path.relative_to(folder).as_posix() for path in folder.glob("schemas/*/*.json")}
    found |= {path.relative_to(folder).as_posix() for path in folder.glob("asyncapi/*.json")}
    left_over = {path for path in found - wanted.keys() if not _earlier(path)}
    changed = {path for path in found & wanted.keys() if (folder / path).read_text("utf-8") != wanted[path]}
    return sorted((wanted.keys() - found) | left_over | changed)


def write(wanted: Mapping[str, str], folder: Path) -> list[str]:
    """Bring ``folder`` to what is ``wanted``, and return the paths that were touched."""
    touched = differing(wanted, folder)
    for path in touched:
        file = folder / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path], "utf-8", newline="\n")
        else:
            file.unlink()
    return touched


def _earlier(path: str) -> bool:
    """Whether it is the schema of an earlier major, which stays: its events are in the log for ever."""
    _, name, file = (*path.split("/"), "")[:3]
    major = file.removesuffix(".json")
    known = (FACTS | OPERATIONS).get(name)
    return known is not None and major.isdecimal() and 0 < int(major) < known.major


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> None:
    """Write the files; with ``--check`` only compare, and exit with 1 naming those that differ."""
    parser = ArgumentParser(prog="python -m shared.events.export", description="Write the contract files.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file differs")
    if not parser.parse_args(arguments).check:
        sys.stdout.writelines(f"shared/events/{path}\n" for path in write(contracts(), folder))
    elif different := differing(contracts(), folder):
        names = "\n".join(f"  shared/events/{path}" for path in different)
        sys.exit(f"These contract files are not what the code says; run `make contracts`:\n{names}")


if __name__ == "__main__":
    main()
