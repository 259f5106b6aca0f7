"""What the rules of this service refuse, beyond what every service does."""

from shared.events.rules import Refused


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
