"""Whose failure it is: a server's, another process's, or ours."""

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared.mongo import CommitUnknown, wrong
from shared.projection.positions import LaneLost
from shared.sender import NotSent


def passes(error: Exception) -> bool:
    """Whether the failure is of a server or of who works the lane, and none of ours."""
    if isinstance(error, PyMongoError):
        return not wrong(error)
    return isinstance(error, (LaneLost, CommitUnknown, NotSent, KafkaError))
