"""What an operator wants of the generations: each wish is one write, which the processes follow."""

from typing import Any

from shared.edition import Edition
from shared.mongo import Database, Document
from shared.projection.generation import GENERATIONS, Generations, Vector, generations


class Overtaken(Exception):  # noqa: N818 - somebody else was first
    """The generations are no longer as they were when this was wished."""


async def begin(
    database: Database, projection: str, *, lost: bool = False, edition: Edition | None = None
) -> Generations:
    """Have another generation built beside the current one; it waits at its beginning until it may go on.

    Of a log that was ``lost`` and made again nobody has read anything: it follows the log at once. So it does
    in another ``edition`` of the log; by default it is of the edition of the current one.

    Raises:
        Overtaken: one is being built already, or the one before is still fed.
    """
    known = await generations(database, projection)
    number = known.last + 1
    fields: Document = {"building": number, "last": number, "lost": lost}
    waits: Document = {} if lost or edition else {"until": []}
    of = _of(edition or known.editions.get(known.current))
    fields |= {f"live.{number}": waits | of, f"live.{known.current}": _entry(known, known.current)}
    # A projection that was never built anew has no highest number.
    last = {"$in": [known.last, None]}
    where = {"current": known.current, "building": None, "previous": None, "last": last}
    await _write(database, projection, where, {"$set": fields})
    return await generations(database, projection)


async def allow(database: Database, projection: str, number: int, until: Vector) -> None:
    """Let the generation that is being built go on up to ``until``, where another one has been.

    Raises:
        Overtaken: it is no longer being built.
    """
    rows = [{"topic": at.topic, "partition": at.partition, "offset": offset} for at, offset in until.items()]
    where = {"building": number, f"live.{number}.until": {"$exists": True}}
    await _write(database, projection, where, {"$set": {f"live.{number}.until": rows}})


async def lift(database: Database, projection: str, number: int) -> None:
    """Let the generation that is being built follow the log.

    Raises:
        Overtaken: it is no longer being built.
    """
    await _write(database, projection, {"building": number}, {"$unset": {f"live.{number}.until": ""}})


async def switch(database: Database, projection: str, known: Generations) -> None:
    """Have the generation that was built be read; the one before is fed on.

    Raises:
        Overtaken: the generations are no longer as they were ``known``.
    """
    where = {"building": known.building, "current": known.current}
    fields = {"current": known.building, "previous": known.current}
    await _write(database, projection, where, {"$set": fields, "$unset": {"building": "", "lost": ""}})


async def back(database: Database, projection: str, known: Generations) -> None:
    """Have the generation be read that was read before; the other is fed on.

    Raises:
        Overtaken: the generations are no longer as they were ``known``.
    """
    where = {"building": None, "previous": known.previous, "current": known.current}
    fields = {"current": known.previous, "previous": known.current}
    await _write(database, projection, where, {"$set": fields})


async def end(database: Database, projection: str, known: Generations) -> None:
    """Feed the current generation alone.

    Raises:
        Overtaken: the generations are no longer as they were ``known``.
    """
    where = {"building": known.building, "previous": known.previous, "current": known.current}
    change = {
        "$set": {"live": {str(known.current): _entry(known, known.current)}},
        "$unset": {"building": "", "previous": "", "lost": ""},
    }
    await _write(database, projection, where, change)


def _entry(known: Generations, number: int) -> Document:
    """A generation that follows the log, in its edition."""
    return _of(known.editions.get(number))


def _of(edition: Edition | None) -> Document:
    return {} if edition is None else {"edition": list(edition)}


async def _write(database: Database, projection: str, where: dict[str, Any], change: Document) -> None:
    done = await database[GENERATIONS].update_one({"_id": projection} | where, change)
    if not done.matched_count:
        raise Overtaken(f"the generations of {projection} have changed meanwhile")
