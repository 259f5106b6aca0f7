"""Reporting: the figures of the nation, of its areas and of each enterprise, kept while events arrive."""

OWNS = "read models: nation, province, prefecture, county, enterprise"
PUBLISHES: tuple[str, ...] = ()
FOLLOWS = ("enterprises", "hazards", "savings", "suggestions")
