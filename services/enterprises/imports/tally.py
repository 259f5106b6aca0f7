"""What became of the lines of an import."""

from collections.abc import Iterable

from pydantic import BaseModel

# What a person reads through; the counts go on.
MOST_ERRORS = 1_000


class LineError(BaseModel):
    """What is wrong with a field of a line."""

    line: int
    field: str
    message: str


class Tally(BaseModel):
    """Lines by what became of them; ``errors`` are the first thousand."""

    read: int = 0
    registered: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[LineError] = []

    def count(self, verdict: str) -> None:
        """Count a line that was registered, updated or unchanged."""
        self.read += 1
        setattr(self, verdict, getattr(self, verdict) + 1)

    def refuse(self, line: int, faults: Iterable[tuple[str, str]]) -> None:
        """Count a line that was refused."""
        self.read += 1
        self.refused += 1
        for field, message in faults:
            if len(self.errors) < MOST_ERRORS:
                self.errors.append(LineError(line=line, field=field, message=message))
