"""What the rules of this service refuse, beyond what every service does."""

from shared.events.rules import Refused


class Invalid(Refused):
    """A field says what cannot be."""

    slug = "invalid"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}", fields={field: message})


class OutOfScope(Refused):
    """The site is not the actor's to speak for."""

    slug = "forbidden"

    def __init__(self) -> None:
        super().__init__("your account does not reach this site")


class NotJoint(Refused):
    """A review is a joint step: workers and managers both take part, or it is none."""

    slug = "not-joint"


class NotAuthor(Refused):
    """Only its author takes a suggestion back; nobody is known to be the author of an anonymous one."""

    slug = "not-author"


class UnknownSuggestion(Refused):
    """The enterprise has no such suggestion."""

    slug = "unknown-suggestion"


class UnknownHazard(Refused):
    """This service does not know the hazard, or not yet: its report may still be on the way."""

    slug = "unknown-hazard"
