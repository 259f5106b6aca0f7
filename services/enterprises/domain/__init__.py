"""What the register says of an enterprise, what may be changed in it, and by whom. Pure."""

from services.enterprises.domain.evolution import evolve
from services.enterprises.domain.refusals import LastSite, NoSuchSite, NotAccepted, OutOfScope
from services.enterprises.domain.rules import close, register
from services.enterprises.domain.scope import Scope, reaches, scope, within
from services.enterprises.domain.sites import close_site, set_site
from services.enterprises.domain.state import Enterprise, Particulars, SiteParticulars, Workplace

__all__ = [
    "Enterprise",
    "LastSite",
    "NoSuchSite",
    "NotAccepted",
    "OutOfScope",
    "Particulars",
    "Scope",
    "SiteParticulars",
    "Workplace",
    "close",
    "close_site",
    "evolve",
    "reaches",
    "register",
    "scope",
    "set_site",
    "within",
]
