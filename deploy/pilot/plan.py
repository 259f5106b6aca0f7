"""The whole replay as data: who sends what when, made from a seed, with totals that hold by construction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from deploy.pilot.case import Case, Request
from deploy.pilot.factories import AUTHORITY, FACTORIES, Factory
from deploy.pilot.fates import Fates, fates, in_order
from deploy.pilot.hazards import hazard
from deploy.pilot.savings import saving
from deploy.pilot.shares import shares
from deploy.pilot.suggestions import suggestion
from deploy.pilot.tally import Tally, tally
from deploy.pilot.uploads import uploads
from deploy.pilot.workdays import SPRING_FESTIVAL, at_work, dice, workdays

#: What the source reports, at its lower bounds.
SUGGESTIONS, RESOLVED, SAVED_FEN = 1_600, 1_000, 2_500_000_000
_CLAIMS = 210
# Amounts to ten yuan; nobody estimates finer.
_STEP_FEN = 1_000
_KEYS = UUID("6f5a0c3e-2b5e-4c0e-9a35-0d1c6f7b8e21")


@dataclass(frozen=True, slots=True)
class Targets:
    """What the report has to say, in the nation as in the county: nobody else is there."""

    enterprises: int
    suggestions: int
    hazards_resolved: int
    savings_fen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The replay.

    Attributes:
        requests: in the order in which they are sent, repeats included.
        tally: every figure that follows from them.
    """

    seed: str
    targets: Targets
    factories: tuple[Factory, ...]
    registrations: tuple[Request, ...]
    requests: tuple[Request, ...]
    tally: Tally

    def key(self, request: Request) -> str:
        """Return the Idempotency-Key of a form: the same in every run and in every copy."""
        return str(uuid5(_KEYS, f"{self.seed}/{request.case}/{request.step}"))


def plan(seed: int = 2016, scale: float = 1) -> Plan:
    """Return the replay of the pilot, or of a smaller one with all of its parts.

    Args:
        seed: another one gives other cases with the same totals.
        scale: 1 for the pilot's totals, 0.05 for a twentieth.
    """
    name = f"{seed}x{scale:g}"
    targets = Targets(
        len(FACTORIES),
        round(SUGGESTIONS * scale),
        round(RESOLVED * scale),
        round(SAVED_FEN * scale / _STEP_FEN) * _STEP_FEN,
    )
    cases = list(_cases(name, targets, scale))
    requests = uploads(name, (request for case in cases for request in case.requests))
    return Plan(name, targets, FACTORIES, _registrations(name), requests, tally(requests))


def _cases(seed: str, targets: Targets, scale: float) -> Iterator[Case]:
    weights = [factory.share for factory in FACTORIES]
    numbers = shares(targets.suggestions, weights)
    claims = shares(max(round(_CLAIMS * scale), len(FACTORIES)), weights)
    money = shares(targets.savings_fen // _STEP_FEN, weights)
    ends = fates(targets.hazards_resolved, scale, weights)
    for n, factory in enumerate(FACTORIES):
        made: list[Case] = []
        for number, submitted in enumerate(_times(seed, factory, "suggestions", numbers[n])):
            case = Case(seed, f"suggestion-{factory.slug}-{number}", "suggestions", factory)
            made.append(suggestion(case, submitted, _targets(made, submitted)))
        made += _hazards(seed, factory, ends[n])
        yield from made
        chance = dice(seed, factory.slug, "amounts")
        # Many small ones and a few large.
        amounts = shares(money[n], [chance.lognormvariate(0, 0.8) for _ in range(claims[n])])
        for number, claimed in enumerate(_times(seed, factory, "savings", claims[n], skip=25)):
            case = Case(seed, f"saving-{factory.slug}-{number}", "savings", factory)
            yield saving(case, claimed, amounts[number] * _STEP_FEN, made)


def _hazards(seed: str, factory: Factory, numbers: Fates) -> list[Case]:
    times = _times(seed, factory, "hazards", sum(numbers.values()))
    made: list[Case] = []
    ends = in_order(dice(seed, factory.slug, "fates"), numbers)
    for number, (reported, fate) in enumerate(zip(times, ends, strict=True)):
        case = Case(seed, f"hazard-{factory.slug}-{number}", "hazards", factory)
        made.append(hazard(case, reported, fate, _targets(made, reported)))
    return made


def _targets(made: list[Case], before: datetime) -> list[Case]:
    """Return what a later case may be merged into: what stands for itself, was there, and is like it."""
    return [each for each in made if not each.did("merge") and each.requests[0].occurred_at < before]


def _times(seed: str, factory: Factory, kind: str, number: int, *, skip: int = 0) -> list[datetime]:
    """Return so many times in the factory's shifts, few at first and more as it catches on."""
    chance = dice(seed, factory.slug, kind)
    days = [day for day in workdays() if day >= factory.begins][skip:]
    weights = [_zeal(factory, day) for day in days]
    return sorted(at_work(chance, day) for day in chance.choices(days, weights, k=number))


def _zeal(factory: Factory, day: date) -> float:
    """Return how much is sent on a day: rising over ten weeks, half as much around Spring Festival."""
    ramp = min(1.0, 0.3 + 0.7 * (day - factory.begins).days / 70)
    away = min(abs((day - holiday).days) for holiday in SPRING_FESTIVAL)
    return ramp * (0.5 if away <= 5 else 1.0)  # noqa: PLR2004 - people travel home the week before and after


def _registrations(seed: str) -> tuple[Request, ...]:
    return tuple(
        Request(
            f"{seed}-{factory.slug}",
            "enterprises",
            factory,
            None,
            0,
            AUTHORITY,
            factory.registration(),
            (registered := datetime.fromisoformat(factory.registration()["occurred_at"])),
            registered,
        )
        for factory in FACTORIES
    )
