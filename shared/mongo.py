"""MongoDB: the only module that imports Motor, so that the move to PyMongo Async is one file (ADR 7)."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from typing import Any, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import MongoClient, ReadPreference
from pymongo.errors import (
    BulkWriteError,
    CollectionInvalid,
    ConnectionFailure,
    InvalidName,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.errors import Unavailable

# Motor carries no types; a document is what the driver hands us.
Client = Any
Database = Any
Collection = Any
Session = Any
Document = dict[str, Any]

T = TypeVar("T")

# A command must be answered within 5 s when the store is frozen: this, one read after it, and room to spare.
COMMAND_TIMEOUT_MS = 2_000
# A lane's transaction may carry thousands of updates; MongoDB itself ends one after 60 s.
PROJECTION_TIMEOUT_MS = 30_000

MAJORITY = WriteConcern("majority")
_TRANSIENT = "TransientTransactionError"
_UNKNOWN = "UnknownTransactionCommitResult"
# After this many repeats of a commit, or so long, the caller re-reads what was to be committed: the driver by
# itself asks a server that is going down until the time limit, at each of them.
_COMMIT_TRIES = 5
_COMMIT_SECONDS = 10.0
# Conflicts pass within a few tries; what lasts longer is an outage, which the caller waits out visibly.
_UNIT_TRIES = 20
_NAMESPACE_EXISTS = 48
_WRITE_CONFLICT = 112
_REFUSALS = {14031: "disk-full", 13: "not-allowed"}


class CommitUnknown(Exception):  # noqa: N818 - neither failed nor done: the caller must look
    """The outcome of a commit could not be learnt; read back what it would have written."""


def check(uri: str) -> None:
    """See that a client can be made for the address; nothing is looked up, and nobody is connected to.

    Raises:
        ValueError: it cannot; the address is not repeated, since it may hold a password.
        OSError: a file that it names for TLS cannot be read, or is not what it should be.
    """
    try:
        # What the driver passes over with a warning, it warns of when the address is used.
        with warnings.catch_warnings(action="ignore"):
            # Not by the driver's parser, which asks the DNS for what a mongodb+srv address stands for.
            MongoClient[Document](uri, connect=False).close()
    except PyMongoError:
        raise ValueError("no client can be made for the address") from None


def connect(uri: str, *, timeout_ms: int = COMMAND_TIMEOUT_MS) -> Client:
    """Return a client; it connects at its first use.

    Every operation ends within ``timeout_ms``; writes and reads are with majority concern, and reads of the
    primary, whatever the address says: what a secondary shows may be of the past.
    """
    return AsyncIOMotorClient(
        uri,
        timeoutMS=timeout_ms,
        tz_aware=True,
        w="majority",
        readConcernLevel="majority",
        # Not by its name: tags and a staleness that the address asks for would be a contradiction.
        read_preference=ReadPreference.PRIMARY,
        uuidRepresentation="standard",
        appname="nanxun",
    )


async def ready(client: Client) -> None:
    """Return when the primary answers.

    Raises:
        PyMongoError: it does not, within the client's time limit.
    """
    await client.admin.command("ping", read_preference=ReadPreference.PRIMARY)


@contextmanager
def answering() -> Iterator[None]:
    """Say of whatever the block cannot have from the store that the store is away.

    Raises:
        Unavailable: it did not answer within the client's time limit, or would not.
    """
    try:
        yield
    except PyMongoError as error:
        raise Unavailable("the store is away") from error


async def ensure_collection(database: Database, name: str, **options: object) -> Collection:
    """Return the collection, created with ``options`` if it is not there yet.

    Collections exist before their first transaction: two that create one implicitly abort each other.
    """
    try:
        await database.create_collection(name, **options)
    except CollectionInvalid:
        pass
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
    return database[name]


def wrong(error: PyMongoError) -> bool:
    """Whether what was asked is at fault, and would be again; otherwise a server is away or busy."""
    asked = isinstance(error, (WriteError, BulkWriteError, InvalidOperation, InvalidName))
    return asked and not error.timeout and not error.has_error_label(_TRANSIENT)


def refusal(error: PyMongoError) -> str:
    """Return why MongoDB did not do it: ``away``, ``disk-full``, ``not-allowed`` or ``refused``."""
    if isinstance(error, ConnectionFailure):
        return "away"
    details = error.details or {} if isinstance(error, OperationFailure) else {}
    codes = {details.get("code"), *(failed.get("code") for failed in details.get("writeErrors", ()))}
    return next((name for code, name in _REFUSALS.items() if code in codes), "refused")


async def in_transaction(
    client: Client, unit: Callable[[Session], Awaitable[T]], *, met: Callable[[], None] = lambda: None
) -> T:
    """Run ``unit`` in one transaction and commit it; it runs again, from its reads, when MongoDB asks so.

    ``met`` is called each time that another transaction was writing the same document.

    Raises:
        CommitUnknown: the commit was sent and its outcome could not be learnt.
        PyMongoError: the unit failed for another reason; nothing was written.
    """
    async with await client.start_session() as session:
        for tries_left in reversed(range(_UNIT_TRIES)):
            session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=MAJORITY)
            try:
                result = await unit(session)
                await _commit(session)
            except PyMongoError as error:
                await _abort(session)
                if getattr(error, "code", None) == _WRITE_CONFLICT:
                    met()
                # A server that is away is the caller's to wait for: each try would last its whole time limit.
                conflict = error.has_error_label(_TRANSIENT) and not isinstance(error, ConnectionFailure)
                if not conflict or not tries_left:
                    raise
                # The other side of a conflict needs a moment to finish.
                await asyncio.sleep(0.01)
            except BaseException:
                await _abort(session)
                raise
            else:
                return result
    raise AssertionError("the last try returns or raises")


async def _commit(session: Session) -> None:
    end = monotonic() + _COMMIT_SECONDS
    for _ in range(_COMMIT_TRIES):
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            unknown = isinstance(error, ConnectionFailure) or error.has_error_label(_UNKNOWN)
            if error.has_error_label(_TRANSIENT) or not unknown:
                raise
            if monotonic() > end:
                break
            await asyncio.sleep(0.1)
        else:
            return
    raise CommitUnknown


async def _abort(session: Session) -> None:
    if session.in_transaction:
        try:
            await session.abort_transaction()
        except PyMongoError:
            # The server ends it by itself; the first error is the one that matters.
            return


@asynccontextmanager
async def snapshot(client: Client) -> AsyncIterator[Session]:
    """One point in time for several reads, so that totals and groups agree while lanes write."""
    async with await client.start_session(snapshot=True) as session:
        yield session
