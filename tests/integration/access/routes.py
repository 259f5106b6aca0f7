"""Every route of the platform with the roles that may call it, written by hand and not read from the code.

With each stands what a caller sends, which steps come before it, and what its fields can hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from shared.events.base import Role

WORKER, TEAM, MANAGER, INSPECTOR = Role.WORKER, Role.TEAM, Role.MANAGER, Role.INSPECTOR
AUTHORITY, SERVICE, OPERATOR = Role.AUTHORITY, Role.SERVICE, Role.OPERATOR

KEEPERS = frozenset({MANAGER, AUTHORITY, SERVICE, OPERATOR})
REGISTER = KEEPERS | {INSPECTOR}
FLOOR = frozenset({WORKER, TEAM, MANAGER, SERVICE})
BOTH = frozenset({TEAM, MANAGER, SERVICE})
BOSS = frozenset({MANAGER, SERVICE})
JUDGES = BOTH | {AUTHORITY}
CHECKERS = BOTH | {INSPECTOR}

# In a body: a second case of the same kind and enterprise, which is there.
OTHER = "<another case>"
# In a path or a body: the enterprise or the case that a test has made.
LINE, TEXT = 200, 4000


class Outside(Enum):
    """What an account in the right role is told when it asks for what lies outside its scope."""

    FORBIDDEN = auto()  # what would be new there, and figures of an area
    HIDDEN = auto()  # what is there is as unknown as what is not
    UNLISTED = auto()  # a list leaves it out
    COUNTED = auto()  # an import refuses the line


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        body: a body that is accepted; None where the route reads.
        after: the steps that a new case has taken before, below its path.
        texts: the fields that a person writes, with how many characters each may have.
        codes: fields that hold one of a list, with something that is not on it.
    """

    method: str
    path: str
    roles: frozenset[Role]
    outside: Outside = Outside.HIDDEN
    body: Mapping[str, Any] | None = None
    after: tuple[str, ...] = ()
    texts: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def step(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def kind(self) -> str:
        """What it is about: enterprises, imports, suggestions, savings, hazards or reports."""
        return self.path.split("/")[2]

    @property
    def service(self) -> str:
        """Which service serves it."""
        return {"imports": "enterprises", "savings": "suggestions", "reports": "reporting"}.get(
            self.kind, self.kind
        )

    @property
    def creates(self) -> bool:
        """Whether a case comes into being."""
        return (self.method, self.step) in {
            ("POST", "suggestions"),
            ("POST", "savings"),
            ("POST", "hazards"),
            ("PUT", "{uscc}"),
        }


ENTERPRISE = {
    "name": "南浔某电机有限公司",
    "region": "330503",
    "industry": "C3812",
    "employees": 240,
    "revenue_cny": 120_000_000,
}
WORKSHOP = {"name": "二号车间", "region": "330503", "industry": "C3812", "employees": 40}
IDEA = {"topic": "quality", "text": "夹具松动", "place": "三车间"}
GAIN = {
    "amount_fen": 1_600_000,
    "category": "downtime",
    "method": "工时 × 单价",
    "period": {"from": "2015-11-01", "to": "2016-04-30"},
}
SIGHTING = {"source": "worker", "category": "2102", "description": "三号滚筒没有护罩", "place": "三车间"}
REASON = {"reason": "停产"}
LEC = {"method": "LEC", "likelihood": "3", "exposure": "6", "consequence": "7"}
CONTROLS = {"controls": [{"rank": "engineering", "description": "护罩"}]}

_ENTERPRISE = "/v1/enterprises/{uscc}"
_SITE = "/v1/enterprises/{uscc}/sites/{n}"
_SUGGESTION = "/v1/suggestions/{case}"
_SAVING = "/v1/savings/{case}"
_HAZARD = "/v1/hazards/{case}"
_REASON = {"reason": TEXT}
_PLACE_CODES = {"region": "999999", "industry": "Q9"}

ENTERPRISES = (
    Route(
        "PUT",
        _ENTERPRISE,
        KEEPERS,
        Outside.FORBIDDEN,
        ENTERPRISE,
        texts={"name": LINE, "name_en": LINE},
        codes=_PLACE_CODES,
    ),
    Route("POST", f"{_ENTERPRISE}/close", KEEPERS, body=REASON, texts=_REASON),
    Route("PUT", _SITE, KEEPERS, body=WORKSHOP, texts={"name": LINE}, codes=_PLACE_CODES),
    Route("POST", f"{_SITE}/close", KEEPERS, body={}, after=("sites/2",)),
    Route("GET", _ENTERPRISE, REGISTER | FLOOR),
    Route("GET", _SITE, REGISTER | FLOOR, after=("sites/2",)),
    Route("GET", "/v1/enterprises", REGISTER, Outside.UNLISTED),
    Route("POST", "/v1/imports/enterprises", frozenset({SERVICE, OPERATOR}), Outside.COUNTED),
)
SUGGESTIONS = (
    Route(
        "POST",
        "/v1/suggestions",
        FLOOR,
        Outside.FORBIDDEN,
        IDEA,
        texts={"text": TEXT, "place": LINE, "group": LINE, "brainstorm": LINE},
        codes={"topic": "food", "submitted_as": "secretly", "receipt_hash": "short"},
    ),
    Route("GET", "/v1/suggestions", FLOOR, Outside.UNLISTED),
    Route("GET", _SUGGESTION, FLOOR),
    Route("GET", f"{_SUGGESTION}/history", FLOOR),
    Route(
        "POST",
        f"{_SUGGESTION}/review",
        frozenset({TEAM, SERVICE}),
        body={"recommendation": "approve", "present": {"workers": 6, "managers": 4}},
        texts={"comment": TEXT},
        codes={"recommendation": "perhaps"},
    ),
    Route(
        "POST",
        f"{_SUGGESTION}/approve",
        BOSS,
        body={"owner": "班组长", "due": "2099-12-01", "budget_fen": 120_000},
        after=("review",),
        texts={"owner": LINE},
        codes={"due": "soon"},
    ),
    Route("POST", f"{_SUGGESTION}/reject", BOSS, body=REASON, after=("review",), texts=_REASON),
    Route(
        "POST",
        f"{_SUGGESTION}/defer",
        BOSS,
        body={"until": "2099-12-01", **REASON},
        after=("review",),
        texts=_REASON,
        codes={"until": "later"},
    ),
    Route("POST", f"{_SUGGESTION}/reconsider", BOSS, body={}, after=("review", "reject")),
    Route("POST", f"{_SUGGESTION}/start", BOTH, body={}, after=("review", "approve")),
    Route(
        "POST",
        f"{_SUGGESTION}/implement",
        BOTH,
        body={"description": "换了夹具", "cost_fen": 90_000},
        after=("review", "approve", "start"),
        texts={"description": TEXT},
    ),
    Route("POST", f"{_SUGGESTION}/verify", BOTH, body={}, after=("review", "approve", "implement")),
    Route("POST", f"{_SUGGESTION}/withdraw", FLOOR - {SERVICE}, body={}),
    Route("POST", f"{_SUGGESTION}/abandon", BOSS, body=REASON, after=("review", "approve"), texts=_REASON),
    Route("POST", f"{_SUGGESTION}/merge", BOTH, body={"into": OTHER}, codes={"into": "sg_1"}),
)
SAVINGS = (
    Route(
        "POST",
        "/v1/savings",
        BOTH,
        Outside.FORBIDDEN,
        GAIN,
        texts={"method": TEXT},
        codes={"category": "luck", "suggestion": "hz_1", "hazard": "sg_1", "period.to": "2016-02-30"},
    ),
    Route("GET", "/v1/savings", JUDGES, Outside.UNLISTED),
    Route("GET", _SAVING, JUDGES),
    Route("GET", f"{_SAVING}/history", JUDGES),
    Route("POST", f"{_SAVING}/verify", JUDGES, body={"amount_fen": 1_500_000}),
    Route("POST", f"{_SAVING}/reject", JUDGES, body=REASON, texts=_REASON),
)
HAZARDS = (
    Route(
        "POST",
        "/v1/hazards",
        FLOOR | {INSPECTOR, AUTHORITY},
        Outside.FORBIDDEN,
        SIGHTING,
        texts={"description": TEXT, "place": LINE},
        codes={
            "category": "9",
            "source": "neighbour",
            "submitted_as": "secretly",
            "receipt_hash": "short",
        },
    ),
    Route("GET", "/v1/hazards", FLOOR | {INSPECTOR}, Outside.UNLISTED),
    Route("GET", _HAZARD, FLOOR | {INSPECTOR}),
    Route("GET", f"{_HAZARD}/history", FLOOR | {INSPECTOR}),
    Route(
        "POST",
        f"{_HAZARD}/assess",
        BOTH,
        body=LEC,
        codes={"method": "FMEA", "likelihood": "4", "exposure": "7", "consequence": "8", "category": "9"},
    ),
    Route(
        "POST",
        f"{_HAZARD}/assign",
        BOTH,
        body={"owner": "设备科", "due": "2099-12-01"},
        texts={"owner": LINE},
        codes={"due": "soon"},
    ),
    Route(
        "POST",
        f"{_HAZARD}/resolve",
        FLOOR,
        body=CONTROLS,
        texts={"controls.0.description": TEXT},
        codes={"controls.0.rank": "luck", "evidence": ["photo.jpg"]},
    ),
    Route("POST", f"{_HAZARD}/verify", CHECKERS, body={}, after=("resolve",)),
    Route(
        "POST",
        f"{_HAZARD}/reopen",
        CHECKERS,
        body={"kind": "failed_verification", **REASON},
        after=("resolve",),
        texts=_REASON,
        codes={"kind": "whim"},
    ),
    Route("POST", f"{_HAZARD}/dismiss", BOTH, body={"reason": "test"}, codes={"reason": "boredom"}),
    Route("POST", f"{_HAZARD}/merge", BOTH, body={"into": OTHER}, codes={"into": "hz_1"}),
)
REPORTS = (
    Route("GET", "/v1/reports/areas/{code}", frozenset({AUTHORITY, OPERATOR, SERVICE}), Outside.FORBIDDEN),
    Route("GET", "/v1/reports/enterprises/{uscc}", FLOOR | {OPERATOR}),
)
ROUTES = ENTERPRISES + SUGGESTIONS + SAVINGS + HAZARDS + REPORTS
WRITES = tuple(route for route in ROUTES if route.body is not None)


def route(method: str, path: str) -> Route:
    """Return the route of this method and path."""
    return next(each for each in ROUTES if (each.method, each.path) == (method, path))
