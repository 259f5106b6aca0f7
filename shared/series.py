"""The series of one gauge that a part of this process keeps, each read whenever somebody asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prometheus_client import Gauge


@dataclass(slots=True)
class Series:
    """What of a gauge is this part's to tell: ages go on growing, and what it gave away is told by others.

    Attributes:
        gauge: as it is declared.
    """

    gauge: Gauge
    _shown: set[tuple[str, ...]] = field(default_factory=set)

    def show(self, values: Mapping[tuple[str, ...], Callable[[], float]]) -> None:
        """Show exactly these, by their labels; what was shown before and is not among them ends."""
        for labels in self._shown - values.keys():
            self.gauge.remove(*labels)
        for labels, value in values.items():
            self.gauge.labels(*labels).set_function(value)
        self._shown = set(values)

    def clear(self) -> None:
        """Show nothing more."""
        self.show({})
