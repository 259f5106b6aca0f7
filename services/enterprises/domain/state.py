"""An enterprise as the register holds it."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.codes import sizes
from shared.events.base import Size
from shared.events.enterprises import RegisterStatus


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is said of an enterprise; the figures of money are those of a year, in whole yuan."""

    name: str
    region: str
    industry: str
    name_en: str | None = None
    employees: int | None = None
    revenue_cny: int | None = None
    assets_cny: int | None = None
    active_from: date | None = None

    def private(self) -> dict[str, str]:
        """Return what is never published: the names, and the figures that are the enterprise's own affair."""
        said = {name: getattr(self, name) for name in ("name", "name_en", "revenue_cny", "assets_cny")}
        return {name: str(value) for name, value in said.items() if value is not None}

    def size(self) -> sizes.SizeClass:
        """Return the size class and the figures that it rests on."""
        return sizes.size_class(self.industry, self.employees, self.revenue_cny, self.assets_cny)


@dataclass(frozen=True, slots=True)
class SiteParticulars:
    """What is said of a workplace."""

    name: str
    region: str
    industry: str
    employees: int | None = None


@dataclass(frozen=True, slots=True)
class Workplace:
    """A site. ``own``: it was described itself, and so no longer follows its enterprise."""

    id: str
    particulars: SiteParticulars
    status: RegisterStatus
    since: datetime
    closed_at: datetime | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise.

    Attributes:
        areas: every county, prefecture and province in which it has its seat or a site, for look-ups.
        unlisted: those of its regions that are well-formed and not in the list of regions.
    """

    id: str
    particulars: Particulars
    size: Size
    size_basis: tuple[str, ...]
    status: RegisterStatus
    registered_at: datetime
    sites: tuple[Workplace, ...]
    areas: tuple[str, ...]
    unlisted: tuple[str, ...]
    closed_at: datetime | None = None

    def follower(self) -> Workplace | None:
        """Return the site that changes with its enterprise: the only one, until it is described itself."""
        first = self.sites[0]
        return first if len(self.sites) == 1 and not first.own else None
