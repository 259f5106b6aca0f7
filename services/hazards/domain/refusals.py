"""What the rules of this service refuse, beyond what every service does. Pure."""

from shared.events.rules import Refused


class OutOfScope(Refused):
    """The site is not the actor's to report for."""

    slug = "forbidden"

    def __init__(self) -> None:
        super().__init__("your account does not reach this site")


class Invalid(Refused):
    """A field says what cannot be."""

    slug = "invalid"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}", fields={field: message})


class NoCategory(Refused):
    """A hazard that nobody has classified cannot be verified: the figures tell what kinds were removed."""

    slug = "no-category"

    def __init__(self) -> None:
        super().__init__(
            "a hazard is verified with its category", fields={"category": "should be assessed first"}
        )
