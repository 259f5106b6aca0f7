"""What the stream itself refuses, whatever the rules of the domain say."""

from shared.events.rules import Refused


class UnknownCase(Refused):
    """There is no such case, or it is not for the asker to know of.

    Both in the same words, whoever refuses: not even that a case exists is said to who may not know of it.
    """

    slug = "not-found"

    def __init__(self) -> None:
        super().__init__("there is no such case")


class PreconditionFailed(Refused):
    """The case has moved on from the version that the sender has seen."""

    slug = "precondition-failed"


class KeyReused(Refused):
    """The Idempotency-Key came before, with another request."""

    slug = "key-reused"


class CaseFull(Refused):
    """The case holds as many events as one document may."""

    slug = "case-full"
