"""Random lives of hazards and suggestions, lawful in their steps and wild in everything else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.events import Fact, Recorded, Role, Site, Size
from shared.events.hazards import (
    Control,
    DismissReason,
    HazardDismissed,
    HazardMerged,
    HazardReopened,
    HazardReported,
    HazardResolved,
    HazardStatus,
    HazardVerified,
    ReopenKind,
    Source,
)
from shared.events.suggestions import (
    EnteredBy,
    SubmittedAs,
    SuggestionImplemented,
    SuggestionStatus,
    SuggestionSubmitted,
    SuggestionTopic,
    SuggestionVerified,
)

FIRST = datetime(2016, 1, 1, tzinfo=UTC)
REGIONS = ("330503", "330502", "330106", "440306")
_OPEN, _RESOLVED, _VERIFIED, _ENDED = "open", "resolved", "verified", "ended"
_STEPS = {
    _OPEN: ("resolve", "dismiss", "merge"),
    _RESOLVED: ("verify", "reopen"),
    _VERIFIED: ("reopen",),
    _ENDED: (),
}
_AFTER = {
    "resolve": _RESOLVED,
    "dismiss": _ENDED,
    "merge": _ENDED,
    "verify": _VERIFIED,
    "reopen": _OPEN,
}


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """A firm that grows, changes its trade and moves county as it likes."""
    enterprise = draw(st.sampled_from(["A", "B", "C"]))
    return Site(
        id=f"{enterprise}-1",
        enterprise=enterprise,
        country="CN",
        region=draw(st.sampled_from(REGIONS)),
        industry=draw(st.sampled_from(["C38", "F52"])),
        size=draw(st.sampled_from([Size.SMALL, Size.MEDIUM])),
    )


@st.composite
def hazards(draw: st.DrawFn, number: int) -> list[Recorded[Fact]]:
    """One hazard, from its report on; each event may carry another site stamp than the first."""
    at = FIRST + timedelta(days=draw(st.integers(0, 120)))
    recorded = at
    status = _OPEN
    facts: list[Fact] = [_reported(draw(sites()), draw(st.booleans()))]
    times = [at]
    for _ in range(draw(st.integers(0, 6))):
        if not _STEPS[status]:
            break
        step = draw(st.sampled_from(_STEPS[status]))
        at += timedelta(days=draw(st.integers(0, 45)))
        facts.append(_step(step, draw(sites())))
        times.append(at)
        status = _AFTER[step]
    events: list[Recorded[Fact]] = []
    for sequence, (fact, occurred) in enumerate(zip(facts, times, strict=True), 1):
        recorded = max(recorded, occurred + timedelta(days=draw(st.sampled_from([0, 0, 3, 50]))))
        events.append(Recorded(fact, f"hz_{number}", sequence, occurred, recorded))
    return events


@st.composite
def suggestions(draw: st.DrawFn, number: int) -> list[Recorded[Fact]]:
    """One suggestion: submitted, perhaps implemented, perhaps verified."""
    at = FIRST + timedelta(days=draw(st.integers(0, 120)))
    steps = [_submitted, _implemented, _verified][: draw(st.integers(1, 3))]
    events: list[Recorded[Fact]] = []
    recorded = at
    for sequence, make in enumerate(steps, 1):
        # Within a case, what was learnt later was recorded later: the stream sees to it.
        recorded = max(recorded, at + timedelta(days=draw(st.sampled_from([0, 0, 40]))))
        events.append(Recorded(make(draw(sites())), f"sg_{number}", sequence, at, recorded))
        at += timedelta(days=draw(st.integers(0, 45)))
    return events


@st.composite
def logs(draw: st.DrawFn) -> list[Recorded[Fact]]:
    """The events of several cases, interleaved in any way that keeps each case's own order."""
    cases = [draw(hazards(number)) for number in range(draw(st.integers(1, 4)))]
    cases += [draw(suggestions(number)) for number in range(draw(st.integers(0, 3)))]
    order = draw(st.permutations([index for index, case in enumerate(cases) for _ in case]))
    waiting = [iter(case) for case in cases]
    return [next(waiting[index]) for index in order]


def _common(site: Site) -> dict[str, Any]:
    return {"by": Role.WORKER, "site": site}


def _reported(site: Site, classified: bool) -> HazardReported:  # noqa: FBT001 - drawn
    return HazardReported(
        **_common(site),
        before=None,
        after=HazardStatus.REPORTED,
        category="2102" if classified else None,
        source=Source.WORKER,
        submitted_as=SubmittedAs.NAMED,
    )


def _step(step: str, site: Site) -> Fact:
    moved = {**_common(site), "before": HazardStatus.REPORTED, "after": HazardStatus.RESOLVED}
    match step:
        case "resolve":
            return HazardResolved(**moved, control=Control.PPE, controls=(Control.PPE,), cost=0)
        case "verify":
            return HazardVerified(**moved, category="2102")
        case "reopen":
            return HazardReopened(**moved, kind=ReopenKind.RECURRENCE)
        case "dismiss":
            return HazardDismissed(**moved, reason=DismissReason.TEST)
        case _:
            return HazardMerged(**moved, into="hz_0")


def _submitted(site: Site) -> SuggestionSubmitted:
    return SuggestionSubmitted(
        **_common(site),
        before=None,
        after=SuggestionStatus.SUBMITTED,
        topic=SuggestionTopic.SAFETY,
        submitted_as=SubmittedAs.NAMED,
        entered_by=EnteredBy.SELF,
    )


def _implemented(site: Site) -> SuggestionImplemented:
    moved: dict[str, Any] = {"before": SuggestionStatus.IMPLEMENTING, "after": SuggestionStatus.IMPLEMENTED}
    return SuggestionImplemented(**_common(site), **moved, cost=0)


def _verified(site: Site) -> SuggestionVerified:
    moved: dict[str, Any] = {"before": SuggestionStatus.IMPLEMENTED, "after": SuggestionStatus.VERIFIED}
    return SuggestionVerified(**_common(site), **moved)
