"""What the stream itself refuses, whatever the rules of the domain say."""

from shared.events.rules import Refused


class UnknownCase(Refused):
    """There is no such case, or it is not for the asker to know of."""

    slug = "not-found"


class PreconditionFailed(Refused):
    """The case has moved on from the version that the sender has seen."""

    slug = "precondition-failed"


class KeyReused(Refused):
    """The Idempotency-Key came before, with another request."""

    slug = "key-reused"


class CaseFull(Refused):
    """The case holds as many events as one document may."""

    slug = "case-full"
