"""What a run leaves: the table on the screen, the figures as JSON, and a page of the documentation."""

import importlib.metadata
import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from tests.bench.frame import Result, Spread
from tests.bench.pages import put

_PACKAGES = ("aiokafka", "faststream", "motor", "pymongo", "pydantic", "fastapi", "uvicorn")
# Below these, a figure keeps a decimal, and three.
_SMALL, _TINY = 100, 1


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def table(results: Sequence[Result]) -> Table:
    """Return the results as they are printed."""
    made = Table(title="Benchmarks", title_justify="left")
    for name in _HEAD:
        made.add_column(name, justify="left" if name in {"what", "unit", "goal", ""} else "right")
    for result in results:
        made.add_row(*_cells(result), style=None if result.met else "yellow")
    return made


def write(results: Sequence[Result], path: Path) -> None:
    """Write the figures for other programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"machine": machine(), "results": [result.document() for result in results]}
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def page(results: Sequence[Result], path: Path, *, rounds: int, command: str) -> None:
    """Put the table into the page of the documentation; what people wrote around it stays.

    Raises:
        NoPlace: the page does not have the marks of the table.
    """
    here = machine()
    packages = ", ".join(f"{name} {version}" for name, version in here.pop("packages").items())
    lines = [
        f"Printed by `{command}` on {datetime.now(UTC):%Y-%m-%d}: the median of {rounds} rounds",
        "and, in brackets, the least and the most.",
        "",
        f"Machine: {', '.join(f'{name} {value}' for name, value in here.items())}.",
        f"Versions: {packages}.",
        "",
        f"| {' | '.join(_HEAD)} |",
        f"|{' --- |' * len(_HEAD)}",
        *(f"| {' | '.join(_cells(result))} |" for result in results),
    ]
    put(path, "table", lines)


_HEAD = ("what", "ours", "reference", "unit", "ratio", "goal", "")


def _cells(result: Result) -> list[str]:
    ratio = f"{result.ratio.median:.2f}" if result.ratio else ""
    compared = f"{_shown(result.reference)} {result.row.reference}" if result.reference else ""
    met = ("met" if result.met else "missed") if str(result.row.goal) else ""
    return [result.row.name, _shown(result.ours), compared, result.row.unit, ratio, str(result.row.goal), met]


def _shown(spread: Spread) -> str:
    digits = 0 if spread.median >= _SMALL else 1 if spread.median >= _TINY else 3
    middle, least, most = (f"{value:,.{digits}f}" for value in (spread.median, spread.least, spread.most))
    return f"{middle} ({least}-{most})"


def _processor() -> str:
    with Path("/proc/cpuinfo").open(encoding="utf-8") as described:
        names = [line.partition(":")[2].strip() for line in described if line.startswith("model name")]
    return names[0] if names else platform.processor()
