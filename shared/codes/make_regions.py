"""Makes ``data/regions.json``: ``python -m shared.codes.make_regions <unpacked npm package>``."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
_TABLES = {"provinces": None, "cities": "provinceCode", "areas": "cityCode"}


def rows(package: Path, names: Mapping[str, Any]) -> Iterator[list[str | None]]:
    """Yield code, Chinese name, English name and parent of every region down to the county."""
    yield from ([code, zh, names["en"].get(code), parent] for code, zh, parent in names["added"])
    for table, parent in _TABLES.items():
        with (package / "dist" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = row["code"]
                yield [code, row["name"], names["en"].get(code), row[parent] if parent else "CN"]


def written(stored: Mapping[str, Any]) -> str:
    """Return a list as it is stored: one key a line, one entry a line, so that a change reads as a change."""
    return _lines(stored, _value) + "\n"


def _value(value: Any) -> str:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, dict | list) for item in items):
        return _text(value)
    return _lines(value, _text) if isinstance(value, dict) else "[\n" + ",\n".join(map(_text, value)) + "\n]"


def _lines(keyed: Mapping[str, Any], form: Callable[[Any], str]) -> str:
    return "{\n" + ",\n".join(f"{_text(key)}: {form(value)}" for key, value in keyed.items()) + "\n}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def main(package: Path) -> None:
    """Write the list; the header and what the package lacks come from ``region-names.json``."""
    names = json.loads((DATA / "region-names.json").read_text(encoding="utf-8"))
    stored = names["header"] | {"entries": sorted(rows(package, names), key=lambda row: str(row[0]))}
    (DATA / "regions.json").write_text(written(stored), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
