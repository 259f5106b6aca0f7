"""What the register does not grant, each by its name."""

from shared.events.rules import Refused


class NotAccepted(Refused):
    """A value that no enterprise can have: an unknown code, or a day to come."""

    slug = "invalid"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("the register cannot hold this", fields=fields)


class OutOfScope(Refused):
    """The account's scope does not reach so far."""

    slug = "forbidden"


class NoSuchSite(Refused):
    """The enterprise has no site of that number."""

    slug = "not-found"


class LastSite(Refused):
    """An enterprise at work works somewhere; its last open site closes with it."""

    slug = "last-site"
