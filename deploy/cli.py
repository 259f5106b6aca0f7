"""The operator's commands; each is a few lines around a function elsewhere."""

import asyncio
import logging
import sys
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from deploy import doctor as examination
from deploy import identity
from deploy.foreground import run
from deploy.local.errors import Unavailable
from deploy.operations import deadletters, parked, topics
from deploy.operations.errors import NotNow
from deploy.operations.lag import lag
from deploy.operations.rebuild import rebuild
from deploy.operations.republish import republish
from deploy.pilot.command import demo
from deploy.registry.command import app as measurements
from deploy.up import up as run_everything
from shared.events.base import Role
from shared.settings import WrongSetting, load
from shared.topics import WrongTopic

app = typer.Typer(
    help="The Nanxun platform: workers' suggestions and hazards, counted exactly once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()


@app.command()
def up() -> None:
    """Run Kafka, MongoDB and all services in the foreground, and say where everything is."""
    raise typer.Exit(run(run_everything(load(), console), until_left=True))


app.add_typer(measurements, name="bench")
app.command()(demo)
app.command()(rebuild)
app.command()(republish)
app.command()(lag)
app.add_typer(topics.commands, name="topics")
app.add_typer(deadletters.commands, name="deadletters")
app.add_typer(parked.commands, name="parked")


@app.command()
def token(  # noqa: PLR0913 - the claims of a token
    *,
    role: Annotated[Role, typer.Option(help="In which role the bearer acts.")],
    enterprise: Annotated[list[str] | None, typer.Option(help="USCC of an enterprise; repeatable.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="CN, or a code such as 330503; repeatable.")] = None,
    partner: Annotated[str | None, typer.Option(help="Partner, such as amfori-bsci.")] = None,
    capacity: Annotated[str | None, typer.Option(help="Of an inspector: advisory or enforcement.")] = None,
    sub: Annotated[str, typer.Option(help="Account of the bearer.")] = "developer",
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is good for.")] = 12,
) -> None:
    """Print a token for development, signed by a key that only this machine has."""
    try:
        print_alone(
            identity.mint(
                load(),
                role,
                sub,
                enterprises=enterprise or (),
                areas=area or (),
                partner=partner,
                capacity=capacity,
                ttl=timedelta(hours=hours),
            )
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(f"{first['loc'][0]}: {first['msg']}") from None


@app.command()
def doctor() -> None:
    """Say what this machine has and what the platform would use of it."""
    findings = asyncio.run(examination.examine(load()))
    console.print(examination.report(findings))
    if any(finding.trouble for finding in findings):
        raise typer.Exit(2)


def main() -> None:
    """Run a command; what cannot be had or done is one sentence and exit status 2."""
    # What the client says while nobody answers; the command says it better.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        app()
    except (NotNow, Unavailable, WrongSetting, WrongTopic) as trouble:
        print_alone(str(trouble), error=True)
        sys.exit(2)


def print_alone(text: str, *, error: bool = False) -> None:
    """Print one line as it is: for other programs to read, or to be found by searching for it."""
    typer.echo(text, err=error)
