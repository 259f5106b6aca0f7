"""Any event that the contracts allow."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from shared.events import FACTS, Fact, Recorded
from shared.events.hazards import Risk
from shared.events.savings import Period
from shared.events.suggestions import SuggestionApproved
from shared.events.wire import LONGEST_SUBJECT

# Hypothesis knows neither the aliases of pydantic's fields nor a bound inside an optional one.
st.register_type_strategy(Period, st.builds(Period, **{"from": st.dates(), "to": st.dates()}))
_risk = dict.fromkeys(("method", "likelihood", "exposure", "consequence", "score", "class"), st.text())
st.register_type_strategy(Risk, st.builds(Risk, **_risk))
_fen = st.integers(0, 2**53 - 1)
st.register_type_strategy(
    SuggestionApproved,
    st.builds(SuggestionApproved, budget=st.none() | _fen),
)

# Offsets of whole minutes, as RFC 3339 has them.
_offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=_offsets)  # noqa: DTZ001 - _offsets
subjects = st.text(min_size=1, max_size=LONGEST_SUBJECT)
sequences = st.integers(1, 999_999_999)
traces = st.none() | st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", fullmatch=True)


@st.composite
def recorded(draw: st.DrawFn) -> Recorded[Fact]:
    """Any fact with any envelope."""
    fact = draw(st.sampled_from(list(FACTS.values())).flatmap(st.from_type))
    return Recorded(fact, draw(subjects), draw(sequences), draw(times), draw(times), draw(traces))
