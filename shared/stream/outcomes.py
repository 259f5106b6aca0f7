"""What became of a command, for the metric."""

from typing import Any

from shared import metrics
from shared.errors import Unavailable
from shared.events.rules import Refused
from shared.stream.command import Command
from shared.stream.refusals import PreconditionFailed
from shared.stream.stored import Outcome

# What a command came to, or what it raised that is no bug.
_Verdict = Outcome[Any] | Refused | Unavailable


def count(service: str, command: Command, verdict: _Verdict) -> None:
    """Count a command of the service by what became of it."""
    metrics.commands.labels(service, command.name, _label(verdict)).inc()


def _label(verdict: _Verdict) -> str:
    match verdict:
        case Outcome(changed=changed):
            return "accepted" if changed else "repeated"
        case PreconditionFailed():
            return "conflict"
        case Refused():
            return "refused"
        case Unavailable():
            return "unknown"
