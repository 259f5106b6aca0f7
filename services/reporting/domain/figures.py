"""What each figure means: version 1 of the definitions. ``docs/figures.md`` says the same to a reader.

Months are months in Asia/Shanghai. A case is counted for life in the cell (region, industry section, size) of
its first event, whatever becomes of its enterprise. Suggestions and hazards are never added together.

A counter is kept under its value here, short since a roll-up holds hundreds, and reported by its name.
"""

from enum import StrEnum

VERSION = "1"


class Flow(StrEnum):
    """Acts, counted in the month in which they occurred; no later event takes them back."""

    SUGGESTIONS_SUBMITTED = "ss"  # rejected, withdrawn and merged ones too
    SUGGESTIONS_REVIEWED = "sr"
    SUGGESTIONS_APPROVED = "sa"
    SUGGESTIONS_REJECTED = "sj"
    SUGGESTIONS_DEFERRED = "sd"
    SUGGESTIONS_MERGED = "sm"
    SUGGESTIONS_WITHDRAWN = "sw"
    SUGGESTIONS_ABANDONED = "sb"
    HAZARDS_REPORTED = "hr"  # dismissed and merged ones too
    HAZARDS_UNCLASSIFIED = "hu"  # reported without a category
    HAZARDS_RESOLUTIONS = "hs"  # every act, also of a hazard that came back
    HAZARDS_REOPENED = "ho"
    HAZARDS_DISMISSED = "hd"
    HAZARDS_MERGED = "hm"


class State(StrEnum):
    """Cases that are in a state now, in the month in which they last entered it; it leaves with the case."""

    SUGGESTIONS_IMPLEMENTED = "si"  # implemented or verified
    SUGGESTIONS_VERIFIED = "sv"
    HAZARDS_RESOLVED = "hc"  # resolved, verified or struck off: the month of the last resolution
    HAZARDS_VERIFIED = "hv"  # verified or struck off


class Money(StrEnum):
    """Fen, in the month in which the period of the saving ended."""

    SAVINGS_CLAIMED_FEN = "mc"  # pending, verified and rejected
    SAVINGS_VERIFIED_FEN = "mv"  # what was confirmed


class Stock(StrEnum):
    """What there is at the end of a month."""

    HAZARDS_OPEN = "hazards_open"  # never kept: it follows from the balance
    ENTERPRISES_REGISTERED = "er"  # active ones, in the cell in which they then were


class Derived(StrEnum):
    """What is computed from counters when a report is read."""

    # Distinct enterprises with at least one suggestion or hazard in the range; exact, also over months.
    ENTERPRISES_REPORTING = "enterprises_reporting"
    # Whole days from the first event to the last resolution, of the cases in hazards_resolved: the smallest
    # number of days within which half (95 %) of them were resolved; null where there are none.
    DAYS_MEDIAN = "days_to_resolve_median"
    DAYS_P95 = "days_to_resolve_p95"


# For every cell and month: open at the end = open before + the sum of these, each with its sign.
OPEN_BALANCE: dict[Flow, int] = {
    Flow.HAZARDS_REPORTED: 1,
    Flow.HAZARDS_REOPENED: 1,
    Flow.HAZARDS_RESOLUTIONS: -1,
    Flow.HAZARDS_DISMISSED: -1,
    Flow.HAZARDS_MERGED: -1,
}

COUNTED: tuple[Flow | State | Money, ...] = (*Flow, *State, *Money)
#: Each counter by the name of its figure in a report.
NAMES: dict[Flow | State | Money | Stock, str] = {
    counter: counter.name.lower() for counter in (*COUNTED, Stock.ENTERPRISES_REGISTERED)
}
