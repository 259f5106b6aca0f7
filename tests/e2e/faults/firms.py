"""Who takes part: enterprises of five counties in two provinces, and the people of each."""

from dataclasses import dataclass
from typing import Any

from stdnum.cn.uscc import calc_check_digit

from deploy.pilot.factories import Person
from shared.events.base import Role

# Two counties of one prefecture, another prefecture, another province: every level has something to add up.
_REGIONS = ("330503", "330502", "330106", "320505", "320506")
#: The nation, its provinces, their prefectures and counties.
AREAS = ("CN", "33", "32", "3305", "3301", "3205", *_REGIONS)
_INDUSTRIES = ("C3812", "C2034", "F5112")
_ACTIVE_FROM = ("2009-03-01", "2015-11-20")

#: Registers enterprises, and reads the nation's figures.
AUTHORITY = Person("faults-authority", Role.AUTHORITY)


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise that never was, with one site.

    Attributes:
        number: counts the firms of a run.
    """

    number: int

    @property
    def uscc(self) -> str:
        """Its code."""
        code = f"91330503MA{self.number:07d}"
        return code + str(calc_check_digit(code))

    @property
    def site(self) -> str:
        """Its only site."""
        return f"{self.uscc}-1"

    @property
    def region(self) -> str:
        """Its county."""
        return _REGIONS[self.number % len(_REGIONS)]

    @property
    def section(self) -> str:
        """The letter of its industry section."""
        return self._industry[0]

    @property
    def _industry(self) -> str:
        return _INDUSTRIES[self.number % len(_INDUSTRIES)]

    @property
    def active_from(self) -> str:
        """The day since which it counts as registered."""
        return _ACTIVE_FROM[self.number % len(_ACTIVE_FROM)]

    def entry(self, *, employees: int = 120) -> dict[str, Any]:
        """Return what the register is told; from 50 to 280 ``employees`` its size class stays the same."""
        return {
            "name": f"合成示例第{self.number}厂",
            "region": self.region,
            "industry": self._industry,
            "employees": employees,
            "revenue_cny": 15_000_000,
            "active_from": self.active_from,
        }

    def person(self, role: Role, number: int = 1) -> Person:
        """Return somebody who works there."""
        return Person(f"{self.uscc}-{role}-{number}", role, self.uscc)
