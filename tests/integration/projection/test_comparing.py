"""Generations of any size are compared in blocks, and no document is passed over at their edges."""

import pytest

from shared.mongo import snapshot
from shared.projection import Generation
from shared.projection.rebuild.comparing import Comparison, Pair, compare
from shared.projection.storage import prepare
from tests.integration.projection.conftest import Stage
from tests.integration.projection.counted import second

MANY = 2_500


async def filled(generation: Generation, stage: Stage, *, without: range) -> None:
    await prepare(generation, stage.projection)
    rows = [{"_id": f"{n:06}", "sequences": [n]} for n in range(MANY) if n not in without]
    await generation.collection("told").insert_many(rows)


async def compared(stage: Stage) -> Comparison:
    async with snapshot(stage.client) as session:
        return await compare(Pair(stage.generation, second(stage), session), stage.projection)


@pytest.mark.parametrize(
    "lacking", [range(0), range(1), range(999, 1_002), range(2_000, MANY), range(MANY - 1)]
)
@pytest.mark.parametrize("of_the_new", [True, False])
async def test_what_one_side_lacks_is_told_wherever_it_lies(
    stage: Stage, lacking: range, *, of_the_new: bool
) -> None:
    await filled(stage.generation, stage, without=range(0) if of_the_new else lacking)
    await filled(second(stage), stage, without=lacking if of_the_new else range(0))

    found = await compared(stage)

    assert (found.documents, found.differing) == (MANY, len(lacking))
    assert [one.id for one in found.first] == [f"{n:06}" for n in lacking][:20]


async def test_the_old_generation_is_read_as_it_was_when_the_comparison_began(stage: Stage) -> None:
    await filled(stage.generation, stage, without=range(0))
    await filled(second(stage), stage, without=range(0))
    told = stage.generation.collection("told")

    async with snapshot(stage.client) as session:
        assert await told.find_one({}, session=session)
        await told.update_many({}, {"$set": {"sequences": []}})
        found = await compare(Pair(stage.generation, second(stage), session), stage.projection)

    assert (found.documents, found.fields) == (MANY, 0)
    assert (await compared(stage)).differing == MANY
