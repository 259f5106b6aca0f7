"""What becomes of cases: every command there is, in the shares of the field, with wrong ones among them."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from shared.events.base import Role
from tests.e2e.faults.firms import AUTHORITY, Firm
from tests.e2e.faults.life import Life

_CATEGORIES = ("2101", "2102", "2103", "1202")
_SCORE = {"method": "LEC", "likelihood": "3", "exposure": "6", "consequence": "7"}
_CONTROLS = {"controls": [{"rank": "engineering", "description": "加装防护罩"}], "cost_fen": 120_000}
_BOTH_SIDES = {"workers": 6, "managers": 4}


class New(Protocol):
    """Begins a case of a kind, at a firm or at any."""

    def __call__(self, kind: str, firm: Firm | None = None) -> Life:
        """Return it, with nothing sent yet."""


async def hazard(new: New) -> None:
    """A hazard: mostly removed and verified, some twice; some false, some told of by two."""
    life = new("hazards")
    worker, team, manager = (life.firm.person(role) for role in (Role.WORKER, Role.TEAM, Role.MANAGER))
    fate = life.chance.random()
    category = life.chance.choice((None, *_CATEGORIES))
    await life.open(worker, source="worker", description="护罩缺失", category=category)
    if fate < 0.06:
        await life.refused_as_reused(description="另一处护罩")
        return
    if fate < 0.14:
        await life.step("dismiss", manager, reason="not_a_hazard")
        return
    if fate < 0.22:
        other = new("hazards", life.firm)
        await other.open(worker, source="team", description="还是那个护罩", category="2102")
        await other.step("merge", team, into=life.id)
        await other.refused(409, "merge", team, into=life.id)
        return
    await life.refused(409, "verify", team)
    await life.step("assess", team, category=category or "2102", **_SCORE)
    if fate < 0.8:
        await life.step("assign", manager, owner="设备科", due=life.day(90))
    if await _removed_or_dismissed(life) == "resolve":
        await _after_removal(life, fate)


async def _removed_or_dismissed(life: Life) -> str:
    manager, team = life.firm.person(Role.MANAGER), life.firm.person(Role.TEAM)
    if life.chance.random() < 0.15:
        return await life.contested(
            ("resolve", manager, _CONTROLS), ("dismiss", team, {"reason": "not_a_hazard"})
        )
    await life.step("resolve", manager, **_CONTROLS)
    return "resolve"


async def _after_removal(life: Life, fate: float) -> None:
    manager, team = life.firm.person(Role.MANAGER), life.firm.person(Role.TEAM)
    await life.refused(403, "verify", manager)
    if fate > 0.75:
        await life.step("reopen", team, kind="failed_verification", reason="护罩又松了")
        await life.step("resolve", manager, **_CONTROLS)
    if fate < 0.9:
        await life.step("verify", team)
        await life.refused(409, "resolve", manager, **_CONTROLS)
    if fate > 0.85:
        await life.step("reopen", team, kind="recurrence", reason="又出现了")


async def suggestion(new: New) -> None:
    """A suggestion: two of three become an improvement."""
    life = new("suggestions")
    worker, team, manager = (life.firm.person(role) for role in (Role.WORKER, Role.TEAM, Role.MANAGER))
    fate = life.chance.random()
    await life.open(worker, topic="safety", text="给工位加一盏灯")
    if fate < 0.06:
        await life.refused(403, "withdraw", manager)
        await life.step("withdraw", worker)
        return
    if fate < 0.12:
        other = new("suggestions", life.firm)
        await other.open(worker, topic="quality", text="灯再亮一些")
        await other.step("merge", team, into=life.id)
        return
    await life.refused(422, "review", team, recommendation="approve", present={"workers": 6, "managers": 0})
    await life.step("review", team, recommendation="approve", present=_BOTH_SIDES)
    if fate < 0.2:
        await life.step("reject", manager, reason="试过了")
        await life.refused(409, "approve", manager, owner="设备科")
        return
    if fate < 0.3:
        await life.step("defer", manager, until=life.day(400), reason="等大修")
        await life.step("reconsider", manager)
    await _decided(life, fate)


async def _decided(life: Life, fate: float) -> None:
    manager, team = life.firm.person(Role.MANAGER), life.firm.person(Role.TEAM)
    decision = "approve"
    if life.chance.random() < 0.15:
        decision = await life.contested(
            ("approve", manager, {"owner": "设备科"}),
            ("reject", life.firm.person(Role.MANAGER, 2), {"reason": "太贵"}),
        )
    else:
        await life.step("approve", manager, owner="设备科", budget_fen=90_000)
    if decision == "reject":
        return
    if fate < 0.38:
        await life.step("abandon", manager, reason="买不到")
        return
    if fate < 0.8:
        await life.step("start", team)
    await life.step("implement", team, description="灯装好了", cost_fen=88_000)
    await life.refused(403, "verify", team)
    if fate < 0.92:
        await life.step("verify", manager)


async def saving(new: New) -> None:
    """What an improvement saved; some name the hazard that it removed, which the service has to learn of."""
    life = new("savings")
    team, manager = life.firm.person(Role.TEAM), life.firm.person(Role.MANAGER)
    chance = life.chance.random()
    hazard_of: str | None = None
    if chance < 0.4:
        removed = new("hazards", life.firm)
        hazard_of = await removed.open(team, source="team", description="漏气", category=None)
    amount = life.chance.randrange(10_000, 5_000_000)
    await life.open(
        team,
        amount_fen=amount,
        category="energy_material",
        method="电表读数",
        period={"from": life.day(-60), "to": life.day(-1)},
        hazard=hazard_of,
    )
    if chance < 0.7:
        await life.refused(403, "verify", team)
        await life.step("verify", manager, amount_fen=life.chance.randrange(1, amount))
    elif chance < 0.85:
        await life.step("reject", manager, reason="没有依据")


async def enterprise(new: New) -> None:
    """A firm that is new to the register: most make one suggestion soon, some change, some close."""
    life = new("enterprises")
    await life.register(AUTHORITY)
    fate = life.chance.random()
    if fate < 0.5:
        first = new("suggestions", life.firm)
        await first.open(life.firm.person(Role.WORKER), topic="health", text="食堂早点开门")
    elif fate < 0.8:
        await life.change(AUTHORITY, employees=life.chance.randrange(121, 280))
    elif fate < 0.9:
        await life.step("close", AUTHORITY, reason="迁走了")
        await life.refused(409, "close", AUTHORITY, reason="再关一次")


#: Each kind of life, with how many of a hundred are of it.
SHARES: dict[Callable[[New], Awaitable[None]], int] = {hazard: 42, suggestion: 38, saving: 14, enterprise: 6}
