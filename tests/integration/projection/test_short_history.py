"""A comparison that takes longer than MongoDB keeps its history begins anew, and is given up by name."""

from typing import Any

import pytest

from deploy.local.mongod import ReplicaSet
from shared.projection.rebuild import TooSlow
from shared.settings import Settings
from tests.facts import records
from tests.integration.failing import refusing
from tests.integration.projection.conftest import Stage, enterprise, stage_on
from tests.integration.projection.counted import FAR, work
from tests.integration.projection.test_rebuild import reads
from tests.support import eventually

# What the server says to one that reads at a point in time which it has let go of.
FORGOTTEN = 239


def forgotten(stage: Stage) -> dict[str, Any]:
    """Have only the comparison be refused: nothing else looks for what the projection has told."""
    return {"errorCode": FORGOTTEN, "namespace": stage.generation.collection("told").full_name}


@pytest.mark.promise(7)
async def test_a_comparison_that_mongodb_forgot_is_made_again_or_given_up_with_readers_where_they_are(
    settings: Settings, topics: list[str], store: ReplicaSet
) -> None:
    assert settings.topic("hazards") in topics
    async with stage_on(settings.model_copy(update={"mongo": store.uri})) as stage:
        await stage.send(records("hz_1", 1, 2, enterprise=enterprise(0, 3)))
        async with stage.running():
            await eventually(lambda: stage.has_told(hz_1=[1, 2]), deadline=FAR)
            await work(stage).begin()
            async with refusing(stage.client, "find", forgotten(stage)):
                with pytest.raises(TooSlow):
                    await work(stage).run()
            assert await reads(stage) == 1
            async with refusing(stage.client, "find", forgotten(stage), times=1):
                found = await work(stage).run()
            assert found is not None
            assert found.first == []
            assert await reads(stage) == 2
