"""One transaction of a lane, whatever is done in it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared import metrics
from shared.mongo import Client, Session, in_transaction
from shared.projection.generation import Generation
from shared.projection.spec import E, Lane, Projection, S

T = TypeVar("T")


async def in_lane(
    client: Client,
    projection: Projection[S, E],
    generation: Generation,
    lane: int,
    apply: Callable[[Lane, Projection[S, E]], Awaitable[T]],
) -> T:
    """Do ``apply`` to a lane, all of it or nothing; writes of others that it meets are counted.

    Raises:
        CommitUnknown: what was to be written tells whether it was.
        PyMongoError: nothing was written.
    """

    async def once(session: Session) -> T:
        return await apply(Lane(lane, generation, session), projection)

    met = metrics.projection_write_conflicts.labels(projection.name).inc
    return await in_transaction(client, once, met=met)
