"""Who wrote without a name is told by nothing: no answer, no document, no event, no line of a log."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from shared.events.base import Role
from tests.integration.access.routes import ROUTES, route
from tests.integration.access.world import Stage, World
from tests.support import eventually

RECEIPT = "0123456789abcdef" * 4
AUTHOR = "the-very-account-of-li-na"


@pytest.mark.parametrize("kind", ["suggestions", "hazards"])
@pytest.mark.promise(8)
async def test_an_author_without_a_name_is_never_told(world: World, kind: str) -> None:
    create = route("POST", f"/v1/{kind}")
    cases = []

    with capture_logs() as lines:
        shown = []
        for role in sorted(create.roles):
            form = await world.stage(create)
            anonymous = {**(form.body or {}), "submitted_as": "anonymous", "receipt_hash": RECEIPT}
            made = await world.send(create, Stage(form.path, body=anonymous), world.who(role, sub=AUTHOR))
            assert made.status_code == 201, made.text
            cases.append(made.json()["id"])
            shown += [made.text, repr(made.headers), *await everything_shown(world, kind, cases[-1])]

    stored = await world.database(kind)[kind].find({"_id": {"$in": cases}}).to_list()
    assert len(stored) == len(cases)
    assert AUTHOR not in repr(stored)
    for told in (*shown, *await published(world, kind, cases), repr(lines)):
        assert AUTHOR not in told
        assert RECEIPT not in told


async def everything_shown(world: World, kind: str, case: str) -> list[str]:
    """Return what every route that reads answers, in every role that it serves, also to the author."""
    shown = []
    for read in (asked for asked in ROUTES if asked.method == "GET" and asked.kind == kind):
        for role in sorted(read.roles):
            for sub in (None, AUTHOR):
                stage = Stage(read.path.format(case=case), case)
                answer = await world.send(read, stage, world.who(role, sub=sub))
                # Nobody is known to have reported it, so it is no inspector's own.
                assert answer.status_code == 200 or role is Role.INSPECTOR, answer.text
                shown += [answer.text, repr(answer.headers)]
    return shown


async def published(world: World, kind: str, cases: list[str]) -> list[str]:
    """Return the whole record of each case's beginning, as anybody reads it who follows the topic."""
    settings = world.settings
    found: dict[str, str] = {}

    async def all_arrived() -> bool:
        for records in (await consumer.getmany(timeout_ms=100)).values():
            for record in records:
                subject = dict(record.headers)["ce_subject"].decode()
                found.setdefault(subject, repr(record))
        return found.keys() >= set(cases)

    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(settings.topic(kind), n) for n in range(settings.partitions)])
        await eventually(all_arrived)
    return [found[case] for case in cases]


@pytest.mark.parametrize("kind", ["suggestions", "savings", "hazards"])
@pytest.mark.promise(8)
async def test_no_account_is_shown_where_its_owner_gave_a_name(world: World, kind: str) -> None:
    case = await world.made(kind, Role.TEAM, sub=AUTHOR)

    for shown in await everything_shown(world, kind, case):
        assert AUTHOR not in shown
