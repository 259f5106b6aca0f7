"""What facts make of an enterprise: a law that holds after any steps."""

from datetime import timedelta

from hypothesis import given as every
from hypothesis import strategies as st

from services.enterprises import domain
from services.enterprises.domain import Enterprise, SiteParticulars
from services.enterprises.domain.published import sites
from shared.events.base import Recorded
from shared.events.rules import Moment, Private, Refused
from tests.unit.enterprises.given import NOON, USCC, Decide, closing, motors, registering, setting

REGIONS = st.sampled_from(["330503", "330502", "330521", "210211"])
FIGURES = st.none() | st.integers(0, 2_000)
STEPS = st.one_of(
    st.builds(lambda region, people: registering(motors(region=region, employees=people)), REGIONS, FIGURES),
    st.builds(
        lambda number, region: setting(number, SiteParticulars("车间", region, "C38")),
        st.integers(1, 4),
        REGIONS,
    ),
    st.builds(closing, st.none() | st.integers(1, 4)),
)


@every(st.lists(STEPS, max_size=12))
def test_the_register_holds_what_it_has_published(steps: list[tuple[Decide, dict[str, str]]]) -> None:
    case: Enterprise | None = None
    for number, (decide, texts) in enumerate([registering(), *steps]):
        at = NOON + timedelta(hours=number)
        try:
            fact = decide(case, Moment(at, at))
        except Refused:
            continue
        if fact is None:
            continue
        case = domain.evolve(case, Recorded(fact, USCC, number + 1, at, at), Private(None, texts))

        assert tuple(sites(case)) == fact.enterprise.sites
        assert case.status == fact.enterprise.status
        assert (case.particulars.region, case.size) == (fact.enterprise.region, fact.enterprise.size)
        assert case.particulars.employees == fact.enterprise.employees
