"""What bad input gets, clause by clause, route by route: its field named, nothing stored or published."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events.base import Role
from tests.integration.access.forms import Form, ready
from tests.integration.access.routes import WRITES, Route, route
from tests.integration.access.world import STREAMS, World
from tests.support import eventually

# One character beyond the basic plane: four bytes, two halves in UTF-16.
WIDE = "𠮷"
BLANKS = (" \t\u3000", "\u200b\u2060", "")
STEPS = tuple(asked for asked in WRITES if not asked.creates)
TEXTS = [
    pytest.param(asked, field, limit, id=f"{asked} {field}")
    for asked in WRITES
    for field, limit in asked.texts.items()
]
CODES = [
    pytest.param(asked, field, wrong, id=f"{asked} {field}")
    for asked in WRITES
    for field, wrong in asked.codes.items()
]


@pytest.fixture(scope="module")
async def standing(world: World) -> dict[str, Form]:
    """A good form for every route that writes; as long as each is refused, it stays good."""
    return {str(asked): await ready(world, asked) for asked in WRITES}


@pytest.fixture
async def form(world: World, standing: dict[str, Form], asked: Route) -> AsyncIterator[Form]:
    """The form of a test that has every variant of it refused, so that nothing is stored."""
    before = await world.stored()
    yield standing[str(asked)]
    assert await world.stored() == before


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


@pytest.mark.parametrize("asked", WRITES, ids=str)
async def test_a_body_that_is_not_json_is_refused(form: Form) -> None:
    for content in (b"{", b"reason=because", b"[]", b'"text"', b'{"a": NaN}', b'{"a": "\xff"}'):
        await form.refused("body", content=content)


@pytest.mark.parametrize("asked", WRITES, ids=str)
async def test_a_body_that_is_too_large_is_refused_with_the_limit(form: Form) -> None:
    answer = await form.refused(status=413, content=b" " * 65 * 1024)

    assert answer.json()["limit"] == 64 * 1024


@pytest.mark.parametrize("asked", WRITES, ids=str)
async def test_an_unknown_field_is_refused_by_its_name(form: Form) -> None:
    await form.but("status", "verified").refused("status")


@pytest.mark.parametrize(("asked", "field", "wrong"), CODES)
async def test_a_wrong_code_is_refused_by_its_field(form: Form, field: str, wrong: Any) -> None:
    named = f"{field}.0" if isinstance(wrong, list) else field
    await form.but(field, wrong).refused(named)


@pytest.mark.parametrize("asked", WRITES, ids=str)
async def test_a_step_in_the_future_is_refused(form: Form) -> None:
    await form.but("occurred_at", ago(minutes=-6)).refused("occurred_at")


@pytest.mark.parametrize("asked", WRITES, ids=str)
async def test_a_time_that_is_none_is_refused(form: Form) -> None:
    for wrong in (
        "yesterday",
        "2026-03-02",
        "2026-03-02T08:00:00",
        1_456_790_400,
        "0001-01-01T00:00:00+14:00",
    ):
        await form.but("occurred_at", wrong).refused("occurred_at")


@pytest.mark.parametrize("asked", STEPS, ids=str)
async def test_a_step_before_the_case_began_is_refused(form: Form) -> None:
    await form.but("occurred_at", ago(hours=1)).refused("occurred_at")


@pytest.mark.parametrize("asked", [asked for asked in STEPS if Role.SERVICE in asked.roles], ids=str)
async def test_an_import_goes_no_further_back_than_its_case(form: Form) -> None:
    await replace(form, role=Role.SERVICE).but("occurred_at", ago(days=4000)).refused("occurred_at")


@pytest.mark.parametrize("asked", WRITES, ids=str)
async def test_a_step_too_far_back_is_refused(form: Form) -> None:
    await form.but("occurred_at", ago(days=93)).refused("occurred_at")


@pytest.mark.parametrize("kind", ["suggestions", "savings", "hazards"])
async def test_a_case_of_an_unknown_enterprise_is_refused_and_may_come_again(world: World, kind: str) -> None:
    asked = route("POST", f"/v1/{kind}")
    form = await ready(world, asked, Role.SERVICE)

    answer = await form.but("site", f"{world.new_uscc()}-1").refused("site")

    assert answer.json()["type"] == "/problems/unknown-site"
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("asked", STEPS, ids=str)
async def test_a_step_of_a_case_that_is_not_there_is_refused(form: Form) -> None:
    registered = form.asked.service == "enterprises"
    nothing = form.world.new_uscc() if registered else f"{form.stage.subject[:3]}{'0' * 32}"

    await form.about(nothing).refused(status=404)
    for mistyped in ("%00", "sg_1'", "险" * 40):
        # A code that cannot be an enterprise's is mistyped; an id that cannot be a case's is unknown.
        if registered:
            await form.about(mistyped).refused("uscc")
        else:
            await form.about(mistyped).refused(status=404)


@pytest.mark.parametrize(("asked", "field", "limit"), TEXTS)
async def test_a_text_of_four_byte_characters_is_taken_up_to_its_limit(
    world: World, asked: Route, field: str, limit: int
) -> None:
    form = await ready(world, asked)

    taken = await form.but(field, WIDE * limit).send()

    assert taken.status_code in {200, 201}, taken.text


@pytest.mark.parametrize(("asked", "field", "limit"), TEXTS)
async def test_a_text_above_its_limit_is_refused(form: Form, field: str, limit: int) -> None:
    await form.but(field, WIDE * (limit + 1)).refused(field)


@pytest.mark.parametrize(("asked", "field", "_limit"), TEXTS)
async def test_a_text_of_blanks_is_refused(form: Form, field: str, _limit: int) -> None:
    for blank in BLANKS:
        await form.but(field, blank).refused(field)


@pytest.mark.parametrize(("asked", "field", "_limit"), TEXTS)
async def test_a_text_that_no_screen_shows_is_refused(form: Form, field: str, _limit: int) -> None:
    await form.but(field, "a\x00b").refused(field)
    half = b'{"' + field.rpartition(".")[2].encode() + b'": "\\ud842"}'
    await form.refused("body", content=half)


async def test_nothing_of_what_was_refused_is_published(world: World, standing: dict[str, Form]) -> None:
    """The relays have passed what came after it: each topic has as many records as its stream has events."""
    for form in standing.values():
        await form.but("status", "verified").refused("status")
        await form.but("occurred_at", ago(days=93)).refused("occurred_at")
    stored = {name: events for name, (_, events) in (await world.stored()).items()}
    settings = world.settings
    at = {
        name: [TopicPartition(settings.topic(name), n) for n in range(settings.partitions)]
        for name in STREAMS
    }

    async def all_published() -> bool:
        ends = {name: await consumer.end_offsets(of) for name, of in at.items()}
        return {name: sum(of.values()) for name, of in ends.items()} == stored

    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka) as consumer:
        await eventually(all_published)
