"""What must hold of a lane's work, whatever befell it; a rebuild is held to the same."""

from collections.abc import Callable
from functools import partial

from aiokafka import TopicPartition

from shared.mongo import Document
from tests.lanes.expected import Expected, fold
from tests.lanes.story import known
from tests.lanes.working import Store, World


def told_once_and_in_order(store: Store) -> None:
    """No event counts twice, none before its predecessor."""
    told = store.told()
    for row in store.cases():
        without = {*row.get("discarded", ())}
        applied = [n for n in range(1, row["version"] + 1) if n not in without and known(n)]
        assert told.get(row["subject"], []) == applied


def passed_over_is_said(store: Store) -> None:
    """The generation is marked for each event of an unknown type that it lacks, once."""
    lacking = sum(
        not known(n) and n not in row.get("discarded", ())
        for row in store.cases()
        for n in range(1, row["version"] + 1)
    )
    assert store.skipped() == lacking


def is_fold(store: Store, world: World, readable: Callable[[World, TopicPartition, int], bool]) -> None:
    """The read model is what the log comes to, where so much of it was ``readable``."""
    wanted = fold(world.log, world.decided, partial(readable, world))
    found = {row["subject"]: row for row in store.cases()}
    assert found.keys() <= wanted.keys()
    for subject, expected in wanted.items():
        come_to = _shape(found.get(subject, {"version": 0}))
        assert come_to == expected, f"{subject}: {come_to}, not {expected}"


def as_read(world: World, at: TopicPartition, offset: int) -> bool:
    """Whether a record was read: by the build that met it, or by that of today if it was redriven."""
    redriven = any((of.topic, of.offset) == (at.topic, offset) for of in world.decided)
    by = world.build if redriven else world.read_by[at, offset]
    return by.reads(world.log[at][offset].kind)


def as_of_today(world: World, at: TopicPartition, offset: int) -> bool:
    """Whether a record is read by whoever begins anew."""
    return world.build.reads(world.log[at][offset].kind)


def _shape(row: Document) -> Expected:
    """Return a case as it is known in the read model."""
    given_up = {*row.get("discarded", ())}
    applied = {*range(1, row["version"] + 1)} - given_up
    held = {kept["sequence"] for kept in row.get("held", ())}
    holes = {hole["sequence"]: hole["offset"] for hole in row.get("holes", ())}
    return Expected(applied | held, given_up, holes)
