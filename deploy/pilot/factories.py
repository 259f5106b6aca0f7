"""The five synthetic factories, and who acts: workers, teams of ten, managers; an inspector of the area."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.events.base import Role

#: Nanxun district of Huzhou, Zhejiang.
NANXUN = "330503"
# An improvement team has ten members, of both sides.
TEAM_WORKERS, TEAM_MANAGERS = 6, 4


@dataclass(frozen=True, slots=True)
class Person:
    """An account and what its token says."""

    sub: str
    role: Role
    enterprise: str | None = None


@dataclass(frozen=True, slots=True)
class Factory:
    """A factory that never was; its code is well-formed and given to nobody that we know of.

    Attributes:
        share: how much of all that is sent comes from here.
        begins: the day of its first form; they did not begin together.
        meets: the weekday of the team's meeting, Monday 0.
        places, machines: what its texts speak of, in Chinese and English.
    """

    slug: str
    uscc: str
    name: str
    name_en: str
    industry: str
    employees: int
    revenue_cny: int
    active_from: date
    share: float
    begins: date
    meets: int
    places: tuple[tuple[str, str], ...]
    machines: tuple[tuple[str, str], ...]

    @property
    def site(self) -> str:
        """The id of its only workplace."""
        return f"{self.uscc}-1"

    def registration(self) -> Mapping[str, Any]:
        """Return its entry in the register, entered before the pilot began."""
        return {
            "name": self.name,
            "name_en": self.name_en,
            "region": NANXUN,
            "industry": self.industry,
            "employees": self.employees,
            "revenue_cny": self.revenue_cny,
            "assets_cny": None,
            "active_from": self.active_from.isoformat(),
            "occurred_at": "2015-10-12T09:00:00+08:00",
        }

    def worker(self, number: int) -> Person:
        """Return a worker, from 0; what suffices for the team is not counted among them."""
        return self._person(Role.WORKER, number % (self.employees - TEAM_WORKERS - TEAM_MANAGERS))

    def member(self, number: int) -> Person:
        """Return a member of the improvement team, from 0."""
        return self._person(Role.TEAM, number % (TEAM_WORKERS + TEAM_MANAGERS))

    def manager(self, number: int = 0) -> Person:
        """Return one of the two who decide."""
        return self._person(Role.MANAGER, number % 2)

    def _person(self, role: Role, number: int) -> Person:
        return Person(f"{self.slug}-{role}-{number + 1}", role, self.uscc)


#: Registers the factories, and reads the nation's figures.
AUTHORITY = Person("nanxun-authority", Role.AUTHORITY)
#: Comes by every week, and reports what they see.
INSPECTOR = Person("nanxun-inspector", Role.INSPECTOR)

FACTORIES = (
    Factory(
        "motor",
        "91330503MA2PX0011Q",
        "合成示例电机厂",
        "Synthetic Motor Works",
        "C3812",
        268,
        168_000_000,
        date(2009, 3, 2),
        0.29,
        date(2015, 11, 2),
        2,
        (("绕线车间", "winding shop"), ("总装线", "assembly line"), ("浸漆房", "varnishing room")),
        (("绕线机", "winding machine"), ("嵌线机", "coil inserter"), ("液压机", "hydraulic press")),
    ),
    Factory(
        "timber",
        "91330503MA2PX002XG",
        "合成示例木业厂",
        "Synthetic Timber Works",
        "C2034",
        142,
        61_000_000,
        date(2009, 6, 18),
        0.16,
        date(2015, 11, 9),
        3,
        (("锯切车间", "sawing shop"), ("砂光车间", "sanding shop"), ("原木堆场", "log yard")),
        (("圆锯机", "circular saw"), ("砂光机", "sanding machine"), ("四面刨", "four-side planer")),
    ),
    Factory(
        "elevator",
        "91330503MA2PX0038G",
        "合成示例电梯厂",
        "Synthetic Elevator Works",
        "C3435",
        284,
        312_000_000,
        date(2010, 1, 11),
        0.27,
        date(2015, 11, 2),
        1,
        (("钣金车间", "sheet metal shop"), ("试验塔", "test tower"), ("焊接工段", "welding bay")),
        (("折弯机", "press brake"), ("剪板机", "guillotine shear"), ("桥式起重机", "overhead crane")),
    ),
    Factory(
        "wire",
        "91330503MA2PX0046B",
        "合成示例电线厂",
        "Synthetic Wire Works",
        "C3831",
        118,
        205_000_000,
        date(2011, 8, 1),
        0.17,
        date(2015, 11, 9),
        4,
        (("拉丝车间", "drawing shop"), ("挤塑车间", "extrusion shop"), ("成品仓库", "finished goods store")),
        (("拉丝机", "wire drawing machine"), ("挤塑机", "extruder"), ("成圈机", "coiling machine")),
    ),
    Factory(
        "furniture",
        "91330503MA2PX00546",
        "合成示例家具厂",
        "Synthetic Furniture Works",
        "C2110",
        96,
        37_000_000,
        date(2012, 4, 23),
        0.11,
        date(2015, 11, 16),
        2,
        (("开料车间", "cutting shop"), ("喷漆房", "spray booth"), ("包装区", "packing area")),
        (("推台锯", "panel saw"), ("封边机", "edge bander"), ("喷枪", "spray gun")),
    ),
)
