"""What MongoDB answers and does not take is told to the client, named in log and metrics, and counts once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from deploy.local.mongod import ReplicaSet
from shared import mongo
from shared.settings import Settings
from tests.integration.enterprises.conftest import KEY, Register, serving
from tests.integration.failing import refusing
from tests.shown import shown

# What the server says, and how it is called.
REFUSALS: dict[str, dict[str, Any]] = {
    "disk-full": {"errorCode": 14031},
    "not-allowed": {"errorCode": 13},
    "refused": {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}},
}


@pytest.fixture
async def register(settings: Settings, store: ReplicaSet) -> AsyncIterator[Register]:
    async with serving(settings.model_copy(update={"mongo": store.uri})) as running:
        yield running


def refusals(reason: str) -> float:
    return shown("nanxun_commit_refusals_total", stream="enterprises", reason=reason) or 0.0


@pytest.mark.promise(1, 5)
@pytest.mark.parametrize("reason", REFUSALS)
async def test_a_command_that_the_store_does_not_take_is_answered_503_and_counts_once_when_it_is_sent_again(
    register: Register, reason: str
) -> None:
    client, before = mongo.connect(register.settings.mongo), refusals(reason)
    assert (await register.put()).status_code == 201

    with capture_logs() as lines:
        async with refusing(client, "insert", REFUSALS[reason], "update"):
            told = await register.put("92330503MA28NANX1T", key=KEY)
    again = await register.put("92330503MA28NANX1T", key=KEY)
    client.close()

    assert (told.status_code, told.json()["type"].rpartition("/")[2]) == (503, "unavailable")
    assert int(told.headers["Retry-After"]) > 0
    assert refusals(reason) > before
    assert {line["reason"] for line in lines if line["event"] == "commands-not-confirmed"} == {reason}
    assert again.status_code in {200, 201}
    assert len(await register.events("92330503MA28NANX1T")) == 1
