"""``python -m tests.bench``: measures every row beside its reference, and says which goals are met."""

import logging
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvloop
from rich.console import Console

from deploy.local.errors import Unavailable
from deploy.local.servers import servers
from shared.settings import load
from tests.bench import output
from tests.bench.frame import Figures, Result, Row, Trial
from tests.bench.ground import Ground, as_for_a_nation
from tests.bench.rows import ROWS

_ROUNDS = 3
_JSON = Path("build/benchmarks.json")
_PAGE = Path("docs/benchmarks.md")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console()


@app.command()
def main(
    *,
    only: Annotated[list[str] | None, typer.Option(help="Rows whose name holds this; repeatable.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = _ROUNDS,
    quick: Annotated[
        bool, typer.Option(help="One small round of each: whether it runs, not how fast.")
    ] = False,
    docs: Annotated[bool, typer.Option(help=f"Write {_PAGE} too.")] = False,
) -> None:
    """Measure, print the table and write it as JSON."""
    rows = [row for row in ROWS if not only or any(words in row.name for words in only)]
    if not rows:
        names = ", ".join(row.name for row in ROWS)
        raise typer.BadParameter(f"no row is called so; there are: {names}")
    # What servers and clients say while they start and end is no result.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rounds = 1 if quick else rounds
    try:
        results = uvloop.run(_run(rows, rounds=rounds, quick=quick))
    except Unavailable as trouble:
        console.print(str(trouble))
        sys.exit(2)
    console.print(output.table(results))
    if docs:
        asked = "".join(f' --only "{words}"' for words in only or ())
        output.page(results, _PAGE, rounds=rounds, command=f"python -m tests.bench --docs{asked}")


async def _run(rows: list[Row], *, rounds: int, quick: bool) -> list[Result]:
    measured: dict[Trial, list[Figures]] = {}
    # Always fresh data: what an earlier run has left in a database would be measured too.
    with tempfile.TemporaryDirectory(prefix="nanxun-bench-") as folder:
        fresh = load().model_copy(update={"data": Path(folder)})
        async with servers(fresh, standard_ports=False) as addresses:
            await as_for_a_nation(addresses)
            ground = Ground(addresses, Path(folder), quick)
            for trial in dict.fromkeys(row.trial for row in rows):
                measured[trial] = await _rounds(trial, ground, rounds)
                # What is measured is kept, whatever becomes of the trials after it.
                output.write(_results(rows, measured), _JSON)
    return _results(rows, measured)


def _results(rows: list[Row], measured: dict[Trial, list[Figures]]) -> list[Result]:
    return [row.result(measured[row.trial]) for row in rows if row.trial in measured]


async def _rounds(trial: Trial, ground: Ground, rounds: int) -> list[Figures]:
    figures = []
    with console.status(f"{trial.name}: setting up") as status:
        async with trial.rounds(ground) as measure:
            for number in range(1, rounds + 1):
                status.update(f"{trial.name}: round {number} of {rounds}")
                figures.append(await measure())
                said = ", ".join(f"{what} {value:,.1f}" for what, value in figures[-1].items())
                console.log(f"{trial.name}: {said}")
    return figures


if __name__ == "__main__":
    app()
