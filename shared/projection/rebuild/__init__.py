"""Building a read model anew: the next generation beside the current one, compared, and a switch (ADR 16)."""

from shared.projection.rebuild.command import MOST_BEHIND, FarBehind, Rebuild
from shared.projection.rebuild.history import TooSlow
from shared.projection.rebuild.intent import Overtaken
from shared.projection.rebuild.way import Step, Told

__all__ = ["MOST_BEHIND", "FarBehind", "Overtaken", "Rebuild", "Step", "Told", "TooSlow"]
