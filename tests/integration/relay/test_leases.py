"""Leases share the slots among relays: nobody's slot stays without a relay, whatever the clocks say."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from shared.mongo import Collection
from shared.relay import leases
from shared.relay.leases import TERM_SECONDS, Leases
from shared.stream.documents import SLOTS
from tests.integration.relay.conftest import Stock
from tests.support import eventually

# Within it a slow machine writes every slot, some of them more than once.
LONG_SECONDS = 60


def last(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Have what is renewed from now on last so long."""
    monkeypatch.setattr(leases, "TERM_SECONDS", seconds)
    monkeypatch.setitem(leases._UNTIL["$dateAdd"], "amount", seconds)


@pytest.fixture(autouse=True)
def long_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    last(monkeypatch, LONG_SECONDS)


@pytest.fixture
def collection(stock: Stock) -> Collection:
    return stock.database["hazards_leases"]


async def joined(collection: Collection, instance: str) -> Leases:
    relay = Leases(collection, instance)
    await relay.prepare()
    await relay.renew()
    return relay


async def settle(*relays: Leases) -> list[int]:
    """Let every relay renew until nobody gives or takes any more; return how many slots each has."""
    for _ in range(3):
        for relay in relays:
            await relay.renew()
    return [len(relay.held()) for relay in relays]


async def test_one_relay_has_every_slot(collection: Collection) -> None:
    assert (await joined(collection, "one")).held() == list(range(SLOTS))


@pytest.mark.promise(3)
async def test_relays_share_the_slots_and_no_slot_has_two(collection: Collection) -> None:
    relays = [await joined(collection, name) for name in ("one", "two", "three")]

    shares = await settle(*relays)

    assert sum(shares) == SLOTS
    assert max(shares) - min(shares) <= 2
    assert sorted(slot for relay in relays for slot in relay.held()) == list(range(SLOTS))


async def test_what_a_relay_gives_back_at_its_end_the_others_take_at_once(collection: Collection) -> None:
    one, two = await joined(collection, "one"), await joined(collection, "two")
    assert await settle(one, two) == [32, 32]

    await two.release()

    assert two.held() == []
    assert await settle(one) == [SLOTS]


@pytest.mark.promise(1)
async def test_a_relay_that_died_is_replaced_after_its_term_by_the_clock_of_the_server(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, dead = await joined(collection, "one"), await joined(collection, "two")
    assert await settle(one, dead) == [32, 32]
    # By its own clock, which stands still, it would wait for ever.
    stands = time.monotonic()
    one.clock = lambda: stands
    last(monkeypatch, TERM_SECONDS)
    began = time.monotonic()
    await dead.renew()

    await eventually(lambda: has_all(one))

    # Not before: until then it might only be slow.
    assert time.monotonic() - began > TERM_SECONDS - 0.1
    assert dead.held() == []


async def test_a_relay_that_is_replaced_though_it_lives_gets_its_share_again(collection: Collection) -> None:
    one, slow = await joined(collection, "one"), await joined(collection, "two")
    await settle(one, slow)
    await expire(collection, slow)
    assert await settle(one) == [SLOTS]

    assert await settle(slow, one) == [32, 32]


async def test_a_restarted_relay_takes_back_at_once_what_it_had(collection: Collection) -> None:
    await joined(collection, "one")

    again = await joined(collection, "one")

    assert again.held() == list(range(SLOTS))


async def test_a_restart_beside_another_relay_leaves_no_slot_alone(collection: Collection) -> None:
    one, two = await joined(collection, "one"), await joined(collection, "two")
    await settle(one, two)

    again = await joined(collection, "one")
    await two.renew()

    assert len(again.held()) + len(two.held()) == SLOTS


@pytest.mark.promise(1)
async def test_with_the_server_clock_set_back_a_dead_relay_is_known_by_its_beat(
    collection: Collection,
) -> None:
    one, dead = await joined(collection, "one"), await joined(collection, "two")
    await settle(one, dead)
    await promise_an_hour(collection, dead)
    await one.renew()
    assert len(one.held()) == SLOTS // 2

    # Our own clock, which is never set back, has gone on for more than two terms.
    passed = 2 * LONG_SECONDS + 1
    one.clock = lambda: time.monotonic() + passed

    assert await settle(one) == [SLOTS]


async def test_what_was_given_back_is_free_though_the_clock_was_set_back(collection: Collection) -> None:
    one = await joined(collection, "one")
    await one.release()
    ahead = {"$set": {"until": datetime.now(UTC) + timedelta(hours=1)}}
    await collection.update_many({"kind": "slot"}, ahead)

    assert (await joined(collection, "two")).held() == list(range(SLOTS))


@pytest.mark.promise(3)
async def test_nothing_is_held_once_the_term_has_passed_unrenewed(
    collection: Collection,
) -> None:
    one = await joined(collection, "one")

    one.clock = lambda: time.monotonic() + LONG_SECONDS

    assert one.held() == []


async def has_all(relay: Leases) -> bool:
    await relay.renew()
    return len(relay.held()) == SLOTS


async def expire(collection: Collection, relay: Leases) -> None:
    past = {"$set": {"until": datetime.now(UTC) - timedelta(seconds=1)}}
    await collection.update_many({"owner": relay.owner}, past)
    await collection.update_one({"_id": relay.owner}, past)


async def promise_an_hour(collection: Collection, relay: Leases) -> None:
    """What the server's clock makes of a term when it is set back by an hour."""
    ahead = {"$set": {"until": datetime.now(UTC) + timedelta(hours=1)}}
    await collection.update_many({"owner": relay.owner}, ahead)
    await collection.update_one({"_id": relay.owner}, ahead)
