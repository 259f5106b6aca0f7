"""Cases as documents: what a later event of the same case must know."""

from services.reporting.domain.cells import Cell, Home
from services.reporting.domain.enterprises import EnterpriseCase
from services.reporting.domain.fold import Case
from services.reporting.domain.hazards import HazardCase
from services.reporting.domain.savings import SavingCase
from services.reporting.domain.suggestions import SuggestionCase
from shared.mongo import Document

_KINDS: dict[str, type[Case]] = {
    "enterprise": EnterpriseCase,
    "hazard": HazardCase,
    "saving": SavingCase,
    "suggestion": SuggestionCase,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def dump(case: Case) -> Document:
    """Return the document of a case."""
    rest = {name: getattr(case, name) for name in case.__slots__ if name != "home"}
    return {"kind": _NAMES[type(case)], "home": [*case.home.cell, *case.home[1:]], **rest}


def load(document: Document) -> Case:
    """Return the case that a document holds."""
    rest = dict(document)
    kind = _KINDS[rest.pop("kind")]
    region, section, size, enterprise, site = rest.pop("home")
    return kind(home=Home(Cell(region, section, size), enterprise, site), **rest)
