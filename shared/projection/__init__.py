"""The read side: what follows topics is a projection, applied exactly once, lane by lane (ADR 2)."""

from shared.projection.generation import Generation, hashed
from shared.projection.runtime import Runtime
from shared.projection.spec import Folded, Indexes, Lane, Projection

__all__ = ["Folded", "Generation", "Indexes", "Lane", "Projection", "Runtime", "hashed"]
