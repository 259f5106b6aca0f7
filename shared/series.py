"""The series of one gauge that a part of this process keeps, each read whenever somebody asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prometheus_client import Gauge

# Who tells a series at the moment: a name may have gone over to another part, as at a switch of generations.
_tellers: dict[tuple[Gauge, tuple[str, ...]], "Series"] = {}


@dataclass(slots=True, eq=False)
class Series:
    """What of a gauge is this part's to tell: ages go on growing, and what it gave away is told by others.

    Attributes:
        gauge: as it is declared.
    """

    gauge: Gauge
    _shown: set[tuple[str, ...]] = field(default_factory=set)

    def show(self, values: Mapping[tuple[str, ...], Callable[[], float]]) -> None:
        """Show exactly these, by their labels; what was shown before and is not among them ends.

        What another part has shown since under the same labels stays as it is.
        """
        for labels in self._shown - values.keys():
            if _tellers.get((self.gauge, labels)) is self:
                del _tellers[self.gauge, labels]
                self.gauge.remove(*labels)
        for labels, value in values.items():
            self.gauge.labels(*labels).set_function(value)
            _tellers[self.gauge, labels] = self
        self._shown = set(values)

    def clear(self) -> None:
        """Show nothing more."""
        self.show({})
