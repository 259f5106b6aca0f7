"""``python -m tests.e2e.faults``: faults of every kind for minutes, then whether every figure is exact."""

import logging
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import structlog
import typer

from deploy.foreground import run
from deploy.local.errors import Unavailable
from tests.e2e.faults.soak import soak
from tests.e2e.faults.world import sentences

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_DIFFERS, _CANNOT = 1, 2


@app.command()
def main(
    *,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long faults happen.")] = 30,
    seed: Annotated[int | None, typer.Option(help="That of the run to be repeated; else a new one.")] = None,
) -> None:
    """Kill, stop, freeze and scale whatever runs, under load; then say whether every figure is exact."""
    # What clients say while servers are away is no result.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    sys.exit(run(_soaked(minutes, seed)))


async def _soaked(minutes: float, seed: int) -> int:
    data = Path(tempfile.mkdtemp(prefix="nanxun-soak-"))
    began = time.monotonic()
    _say(began, f"{minutes:g} minutes of faults; the seed is {seed}")
    try:
        summary = await soak(data, minutes=minutes, seed=seed, say=lambda text: _say(began, text))
    except Unavailable as missing:
        typer.echo(str(missing), err=True)
        return _CANNOT
    except (AssertionError, ExceptionGroup) as difference:
        said = "\n".join(sentences(difference))
        typer.echo(f"{said}\nFAILED. The seed is {seed}; logs and data stay in {data}.")
        return _DIFFERS
    typer.echo("\n".join(["", *summary.lines(), f"EXACT, whatever happened. The seed was {seed}."]))
    shutil.rmtree(data, ignore_errors=True)
    return 0


def _say(began: float, text: str) -> None:
    typer.echo(f"{time.monotonic() - began:7.0f} s  {text}")


if __name__ == "__main__":
    app()
