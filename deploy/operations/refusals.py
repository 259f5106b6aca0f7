"""What stops the building of a generation, said as a sentence with its remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.operations import sentences
from deploy.operations.errors import NotNow
from shared.projection.log import Stopped
from shared.projection.rebuild import FarBehind, Overtaken, TooSlow


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """Say of a projection what stops the block.

    Raises:
        NotNow: its generations were changed by somebody else, one is too far behind or cannot go on, or
            MongoDB's history is too short to compare them.
    """
    try:
        yield
    except Overtaken:
        raise NotNow(sentences.SOMEBODY_ELSE.format(name=name)) from None
    except FarBehind as far:
        raise NotNow(sentences.FAR_BEHIND.format(name=name, behind=far.records)) from None
    except Stopped as why:
        raise NotNow(sentences.CANNOT_GO_ON.format(name=name, reason=why.name, why=why)) from None
    except TooSlow as slow:
        raise NotNow(sentences.TOO_SLOW.format(seconds=slow.seconds)) from None
