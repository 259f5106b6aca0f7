"""What the rules of this service refuse, beyond what every service does. Pure."""

from shared.events.rules import Refused


class NoCategory(Refused):
    """A hazard that nobody has classified cannot be verified: the figures tell what kinds were removed."""

    slug = "no-category"

    def __init__(self) -> None:
        super().__init__(
            "a hazard is verified with its category", fields={"category": "should be assessed first"}
        )
