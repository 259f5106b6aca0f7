"""The Kafka edge: what reporting follows, and the projection that keeps the figures."""

from services.reporting import FOLLOWS
from services.reporting.domain.cells import Effect
from services.reporting.domain.fold import Case, fold
from services.reporting.store.cases import dump, load
from services.reporting.store.rollups import INDEXES
from services.reporting.store.writing import write
from shared.events.base import Fact, Recorded
from shared.projection import Folded, Projection

NAME = "figures"


def _fold(case: Case | None, event: Recorded[Fact]) -> Folded[Case, Effect]:
    after, effects = fold(case, event)
    return Folded(after, effects)


FIGURES: Projection[Case, Effect] = Projection(
    name=NAME, topics=FOLLOWS, fold=_fold, dump=dump, load=load, sink=write, collections=INDEXES
)
