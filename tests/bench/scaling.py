"""``python -m tests.bench.scaling``: writes the tables of docs/scaling.md from the last run's figures."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.growth import SCENARIOS, Costs, Need, needs
from tests.bench.pages import put

_JSON = Path("build/benchmarks.json")
_PAGE = Path("docs/scaling.md")


def main() -> None:
    """Write the tables."""
    if not _JSON.exists():
        sys.exit(f"{_JSON} is not there: run `make bench` first.")
    found = {one["name"]: one["ours"] for one in json.loads(_JSON.read_text(encoding="utf-8"))["results"]}
    try:
        costs = Costs.of(found)
    except KeyError as missing:
        sys.exit(f"{_JSON} has no row {missing}: run `make bench` without --only.")
    all_needs = [needs(scenario, costs) for scenario in SCENARIOS]
    put(_PAGE, "cores", _cores(all_needs))
    put(_PAGE, "machines", _machines(all_needs))


def _cores(all_needs: Sequence[Need]) -> list[str]:
    """Cores by part; what is exhausted first stands in bold."""
    rows = [
        [part, *(_bold(f"{need.cores[part]:,.1f}", first=part == need.first) for need in all_needs)]
        for part in all_needs[0].cores
    ]
    return _table(["cores for", *(scenario.name for scenario in SCENARIOS)], rows)


def _machines(all_needs: Sequence[Need]) -> list[str]:
    heads = ["", *(scenario.name for scenario in SCENARIOS)]
    rows = [
        ["events a second, on average", *(f"{scenario.per_second:,.0f}" for scenario in SCENARIOS)],
        ["at the peak", *(f"{scenario.peak:,.0f}" for scenario in SCENARIOS)],
        *(
            [f"processes: {role}", *(f"{need.processes[role]:,}" for need in all_needs)]
            for role in all_needs[0].processes
        ),
        ["lanes (partitions of each topic)", *(f"{need.lanes:,}" for need in all_needs)],
        *(
            [f"shards: {store}", *(f"{need.shards[store]:,}" for need in all_needs)]
            for store in all_needs[0].shards
        ),
        *(
            [f"TB a year, three copies: {store}", *(f"{need.terabytes[store]:,.1f}" for need in all_needs)]
            for store in all_needs[0].terabytes
        ),
        ["days to rebuild from a year's log", *(f"{need.rebuild_days:,.1f}" for need in all_needs)],
    ]
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _bold(text: str, *, first: bool) -> str:
    return f"**{text}**" if first else text


if __name__ == "__main__":
    main()
