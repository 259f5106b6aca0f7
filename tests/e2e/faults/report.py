"""The reports over HTTP: every area, month and enterprise against the figures counted by hand."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2

from deploy.pilot.replay import Bearers
from deploy.stack import Stack
from shared.events.base import Role
from shared.events.rules import month
from tests.e2e.faults.figures import Figures, count
from tests.e2e.faults.firms import AREAS, AUTHORITY, Firm
from tests.e2e.faults.model import Model

# Long enough for a machine whose cores are busy with servers that have just come back.
_PATIENCE_SECONDS = 30.0


class Reader:
    """Asks reporting, each of its instances in turn."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._asked = 0
        self._bearers = Bearers(stack)
        self._http = httpx2.AsyncClient(trust_env=False, timeout=_PATIENCE_SECONDS)

    async def close(self) -> None:
        """Let go of its connections."""
        await self._http.aclose()

    async def area(self, code: str, span: Sequence[int], **by: str) -> dict[str, Any]:
        """Return the report of an area.

        Raises:
            httpx2.HTTPError: nobody answered, or not with a report.
        """
        return await self._ask(f"areas/{code}", self._bearers[AUTHORITY], span, by)

    async def enterprise(self, firm: Firm, span: Sequence[int], **by: str) -> dict[str, Any]:
        """Return the report of an enterprise.

        Raises:
            httpx2.HTTPError: nobody answered, or not with a report.
        """
        who = self._bearers[firm.person(Role.MANAGER)]
        return await self._ask(f"enterprises/{firm.uscc}", who, span, by)

    async def _ask(
        self, what: str, who: dict[str, str], span: Sequence[int], by: dict[str, str]
    ) -> dict[str, Any]:
        asked = {"from": _shown(span[0]), "to": _shown(span[-1]), **by}
        numbers = self._stack.numbers("reporting", "api")
        self._asked += 1
        url = self._stack.url("reporting", "api", numbers[self._asked % len(numbers)])
        answer = await self._http.get(f"{url}/v1/reports/{what}", params=asked, headers=who)
        said: dict[str, Any] = answer.raise_for_status().json()
        return said


async def differences(reader: Reader, model: Model) -> list[str]:
    """Return where a report says something else than follows from what was accepted."""
    span = months()
    found: list[str] = []
    for code in AREAS:
        histories = list(model.histories(area=code))
        said = await reader.area(code, span, by="month")
        found += _compared(code, said["totals"], count(histories, span[0], span[-1]))
        for group, each in zip(said["groups"], span, strict=True):
            found += _compared(f"{code} in {group['key']}", group["totals"], count(histories, each, each))
    found += await _by_industry(reader, model, span)
    for uscc, histories in model.by_enterprise().items():
        said = await reader.enterprise(_firm(uscc), span)
        found += _compared(uscc, said["totals"], _of_its_own(count(histories, span[0], span[-1])))
    return found


def months() -> list[int]:
    """Return the months in which something may have happened, and some before: YYYYMM, this one last."""
    now = month(datetime.now(UTC))
    first = now // 100 * 12 + now % 100 - 1 - 6
    return [n // 12 * 100 + n % 12 + 1 for n in range(first, first + 7)]


async def _by_industry(reader: Reader, model: Model, span: Sequence[int]) -> list[str]:
    said = await reader.area("CN", span, by="industry")
    found: list[str] = []
    sections = {history[0].section for history in model.histories()}
    groups = {group["key"]: group["totals"] for group in said["groups"]}
    if groups.keys() != sections:
        found.append(f"the report has the sections {sorted(groups)}, not {sorted(sections)}")
    for section in sections & groups.keys():
        inside = [history for history in model.histories() if history[0].section == section]
        found += _compared(f"section {section}", groups[section], count(inside, span[0], span[-1]))
    return found


def _of_its_own(figures: Figures) -> Figures:
    # Of one enterprise, what it is itself is no figure: it is either there or not.
    return {name: value for name, value in figures.items() if name != "enterprises_registered"}


def _compared(where: str, said: dict[str, Any], right: Figures) -> Iterator[str]:
    for figure, value in right.items():
        if said.get(figure) != value:
            yield f"{where}: {figure} is reported as {said.get(figure)}, not {value}"


def _firm(uscc: str) -> Firm:
    return Firm(int(uscc[len("91330503MA") : -1]))


def _shown(number: int) -> str:
    return f"{number // 100}-{number % 100:02}"
