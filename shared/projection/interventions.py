"""What stops a case and lets it go on from outside the log: a bug of ours, or what an operator decided."""

from shared.events.wire import Unreadable
from shared.projection.cases import Case, hold, since
from shared.projection.failures import said
from shared.projection.records import Item
from shared.projection.spec import S


def park(case: Case[S], item: Item, bug: Exception) -> bool:
    """Hold an event that our own bug cannot apply, and with it all that follow in its case.

    Returns:
        Whether there was anything to hold: what cannot be read, a duplicate or what was discarded is not the
        case's trouble.
    """
    event = item.decoded
    if isinstance(event, Unreadable) or case.settled(event.sequence):
        return False
    case.parked = said(bug)
    hold(case, item, event.sequence)
    since(case)
    return True


def park_here(case: Case[S], bug: Exception) -> None:
    """Stop the case where it stands, for a bug that what it holds brought to light."""
    case.parked = said(bug)
    if case.held:
        since(case)


def release(case: Case[S]) -> None:
    """Let a parked case go on; what it holds is still to be applied."""
    case.parked = case.parked_since = None


def discard(case: Case[S], sequence: int) -> None:
    """Do without an event that left a hole; the case goes past it when its turn comes, or at once."""
    case.holes.pop(sequence, None)
    case.discarded.append(sequence)
    while not case.parked and case.awaited in case.discarded:
        case.version += 1
