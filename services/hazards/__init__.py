"""Hazards: from the report on the floor to the verified control measure."""

OWNS = "hazards, with what was written about them and who did which step"
PUBLISHES: tuple[str, ...] = ("hazards",)
FOLLOWS: tuple[str, ...] = ("enterprises",)
