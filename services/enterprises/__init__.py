"""The registry: which enterprises and sites there are, where, in which trade and how large."""

OWNS: str = "the registry of enterprises and their sites, with their size class"
PUBLISHES: tuple[str, ...] = ("enterprises",)
FOLLOWS: tuple[str, ...] = ()
