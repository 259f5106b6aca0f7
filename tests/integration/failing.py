"""Commands that a mongod of our own refuses on purpose, by its fail points."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from shared.mongo import Client

#: It did not come about, and should be tried again from its beginning.
TRANSIENT = {"errorCode": 251, "errorLabels": ["TransientTransactionError"]}
#: It did not come about.
REFUSED = {"errorCode": 8000}
#: It did not come about, and the client cannot know.
UNKNOWN = {"errorCode": 50}
#: It came about, and the client cannot know.
DONE_UNKNOWN = {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}


@asynccontextmanager
async def refusing(
    client: Client, command: str, how: dict[str, Any], *others: str, times: int | None = None
) -> AsyncIterator[None]:
    """Have the server refuse a command, and others, while the block runs, or so many times of them."""
    mode = "alwaysOn" if times is None else {"times": times}
    fail = {
        "configureFailPoint": "failCommand",
        "mode": mode,
        "data": {"failCommands": [command, *others], **how},
    }
    await client.admin.command(fail)
    try:
        yield
    finally:
        await client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
