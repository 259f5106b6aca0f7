"""What requests to the register bring, checked as far as it can be without knowing the enterprise."""

from typing import Annotated

from pydantic import Field

from services.enterprises.domain import Particulars, SiteParticulars
from services.enterprises.uscc import Uscc
from shared.http import Body, Day, Line, Text

# The largest employer of the world has two million people; whoever adds a zero too many hears of it.
People = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
# Whole yuan. Above the turnover of any enterprise, and below what JSON readers keep exact (2^53).
Yuan = Annotated[int, Field(strict=True, ge=0, le=10**15)]


class EnterpriseBody(Body):
    """An enterprise as somebody describes it; what is left out is not known."""

    name: Line
    name_en: Line | None = None
    region: str
    industry: str
    employees: People | None = None
    revenue_cny: Yuan | None = None
    assets_cny: Yuan | None = None
    active_from: Day | None = None

    def particulars(self) -> Particulars:
        """Return it as the domain knows it."""
        return Particulars(
            self.name,
            self.region,
            self.industry,
            self.name_en,
            self.employees,
            self.revenue_cny,
            self.assets_cny,
            self.active_from,
        )


class EnterpriseRow(EnterpriseBody):
    """An enterprise as one line of an import describes it."""

    uscc: Uscc


class SiteBody(Body):
    """A workplace as somebody describes it."""

    name: Line
    region: str
    industry: str
    employees: People | None = None

    def particulars(self) -> SiteParticulars:
        """Return it as the domain knows it."""
        return SiteParticulars(self.name, self.region, self.industry, self.employees)


class CloseBody(Body):
    """Why an enterprise closes."""

    reason: Text


class CloseSiteBody(Body):
    """A site closes without further words."""
