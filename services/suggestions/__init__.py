"""Suggestions: what workers suggest, from the idea to the verified improvement, and the savings it brings."""

OWNS = "suggestions, and the savings that improvements bring"
PUBLISHES = ("suggestions", "savings")
FOLLOWS = ("enterprises", "hazards")
