"""What happened, in the harness's own words: said of commands, stored documents and the log alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shared.events.rules import SHANGHAI
from tests.e2e.faults.firms import Firm


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to a case, as far as a figure depends on it.

    Attributes:
        type: its name on the wire.
        month: in which it is counted, YYYYMM.
        amount: in fen.
        unclassified: a hazard was reported without a category.
    """

    type: str
    at: datetime
    enterprise: str
    region: str
    section: str
    month: int
    amount: int = 0
    unclassified: bool = False


def wished(
    type_: str, at: datetime, firm: Firm, body: Mapping[str, Any], *, opened: Fact | None = None
) -> Fact:
    """Return what an accepted command has made happen at a firm; ``opened`` is how its case began."""
    fact = Fact(type_, at, firm.uscc, firm.region, firm.section, _month(at.astimezone(SHANGHAI).date()))
    if type_.startswith("Saving"):
        # For life in the month in which its period ended.
        month = opened.month if opened else _month(date.fromisoformat(body["period"]["to"]))
        return replace(fact, month=month, amount=body.get("amount_fen", 0))
    if type_ == "EnterpriseRegistered":
        return replace(fact, month=_month(date.fromisoformat(body["active_from"])))
    return replace(fact, unclassified=type_ == "HazardReported" and body.get("category") is None)


def told(type_: str, time: str, data: Mapping[str, Any]) -> Fact:
    """Return what an event says that happened; read without any code of the platform."""
    at = datetime.fromisoformat(time)
    day = at.astimezone(SHANGHAI).date()
    if "enterprise" in data:
        entry = data["enterprise"]
        if type_ == "EnterpriseRegistered":
            day = date.fromisoformat(entry["active_from"])
        return Fact(type_, at, entry["id"], entry["region"], entry["industry"][0], _month(day))
    site = data["site"]
    if type_.startswith("Saving"):
        day = date.fromisoformat(data["period"]["to"])
    return Fact(
        type_,
        at,
        site["enterprise"],
        site["region"],
        site["industry"][0],
        _month(day),
        data.get("amount", 0) if type_.startswith("Saving") else 0,
        type_ == "HazardReported" and data["category"] is None,
    )


def _month(day: date) -> int:
    return day.year * 100 + day.month
