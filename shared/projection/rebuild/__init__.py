"""Building a read model anew: the next generation beside the current one, compared, and a switch (ADR 16)."""

from shared.projection.rebuild.command import Rebuild
from shared.projection.rebuild.equality import TooSlow
from shared.projection.rebuild.intent import Overtaken
from shared.projection.rebuild.way import Step, Told

__all__ = ["Overtaken", "Rebuild", "Step", "Told", "TooSlow"]
