"""The rules of hazards: pure; time, ids and whatever was looked up are arguments."""

from services.hazards.domain.access import may_report, may_see, only_own, scope
from services.hazards.domain.endings import dismiss, merge
from services.hazards.domain.evolution import evolve, measures_of
from services.hazards.domain.findings import assess, report
from services.hazards.domain.hazard import OPEN, Hazard, Resolution, Score
from services.hazards.domain.remedy import assign, reopen, resolve, verify

__all__ = [
    "OPEN",
    "Hazard",
    "Resolution",
    "Score",
    "assess",
    "assign",
    "dismiss",
    "evolve",
    "may_report",
    "may_see",
    "measures_of",
    "merge",
    "only_own",
    "reopen",
    "report",
    "resolve",
    "scope",
    "verify",
]
