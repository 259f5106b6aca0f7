"""The event contracts: facts, their envelope, the wire format and the exported schemas.

Importing this package imports every contract; ``docs/events.md`` tells how one is added.
"""

from shared.events.base import CaseFact, Fact, Fen, Recorded, Role, Site, Size
from shared.events.registry import FACTS, TOPICS, facts_of

__all__ = ["FACTS", "TOPICS", "CaseFact", "Fact", "Fen", "Recorded", "Role", "Site", "Size", "facts_of"]
