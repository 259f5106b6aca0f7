"""A hand that was frozen amid its work does nothing with what it read of slots that another has by now."""

import asyncio

from shared.relay.hand import Hand
from shared.relay.known import Editions
from shared.relay.topics import Topics
from shared.settings import Settings
from shared.stream.documents import SLOTS
from tests.integration.relay.conftest import Published, Stock
from tests.support import eventually

ALL = list(range(SLOTS))


async def test_what_was_read_before_a_slot_was_lost_is_neither_sent_nor_marked(
    settings: Settings, stock: Stock, published: Published
) -> None:
    await stock.add("hz_1")
    editions = Editions(settings, stock.database)
    following = asyncio.create_task(editions.run())
    asked = 0

    def mine() -> list[int]:
        nonlocal asked
        asked += 1
        return ALL if asked == 1 else []

    topics = Topics(settings, ("hazards",), list)
    topics.looked.set()
    hand = Hand("hazards", stock.database["hazards"], mine, editions, topics)
    await eventually(lambda: bool(editions.known))

    working = asyncio.create_task(hand.run())
    # The round asks once more; whoever asks again has sent and marked what it would.
    await eventually(lambda: asked > 2)
    for task in (working, following):
        task.cancel()
    await asyncio.wait([working, following])

    assert await published.read() == []
    assert await stock.unpublished() == 1
