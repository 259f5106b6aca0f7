"""Facts about enterprises and their sites; each carries the whole register entry as it stands afterwards."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from shared.events.base import Fact, Part, Size


class RegisterStatus(StrEnum):
    """Whether an enterprise or a site is at work."""

    ACTIVE = "active"
    CLOSED = "closed"


class SiteEntry(Part):
    """A workplace in the register."""

    id: str
    region: str
    industry: str
    employees: int | None = None
    status: RegisterStatus


class Enterprise(Part):
    """An enterprise in the register, without its names."""

    id: str = Field(description="Unified Social Credit Code, GB 32100-2015")
    id_scheme: str
    country: str
    region: str
    industry: str
    size: Size
    employees: int | None = None
    active_from: date | None = None
    status: RegisterStatus
    sites: tuple[SiteEntry, ...]


class EnterpriseFact(Fact):
    """A fact about an enterprise."""

    kafka_topic = "enterprises"

    enterprise: Enterprise

    @property
    def key(self) -> str:
        """The enterprise itself."""
        return self.enterprise.id


class EnterpriseRegistered(EnterpriseFact):
    """An enterprise entered the register, with its first site."""


class EnterpriseUpdated(EnterpriseFact):
    """Particulars of an enterprise changed: its place, trade, size class or head count."""


class EnterpriseClosed(EnterpriseFact):
    """An enterprise and all of its sites ceased to work."""


class SiteRegistered(EnterpriseFact):
    """A further workplace of an enterprise entered the register."""

    site: str


class SiteUpdated(EnterpriseFact):
    """Particulars of a workplace changed."""

    site: str


class SiteClosed(EnterpriseFact):
    """A workplace ceased to work; its enterprise goes on."""

    site: str


AnyEnterpriseFact = (
    EnterpriseRegistered | EnterpriseUpdated | EnterpriseClosed | SiteRegistered | SiteUpdated | SiteClosed
)
