"""Sends the nation to the real import, some requests at once, each of a portion that can be repeated."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import orjson
import stamina

from deploy.identity import mint
from deploy.local.errors import Unavailable
from deploy.nation import Register
from shared.events.base import Role
from shared.settings import Settings

# One request: seconds of work, which a run that was interrupted does again.
PORTION = 10_000
# While one waits for the store, the other is judged; more would wait for the interpreter.
_STREAMS = 2
_CHUNK = 500
# A store that is busy with what all others do to it may let one wait for minutes.
_TIMEOUT_SECONDS = 600
# Shorter than what the phases take for a standstill.
_BUSY_SECONDS = 240
_PATH = "/v1/imports/enterprises"
_OK, _UNAVAILABLE = 200, 503

#: Called with the number before which everything is imported.
Told = Callable[[int], None]


async def upload(settings: Settings, register: Register, first: int, last: int, told: Told) -> None:
    """Import the enterprises numbered from ``first`` to before ``last``.

    A store that is away or too busy is waited for.

    Raises:
        ExceptionGroup: of ``Unavailable``: the import refused a line, or broke off, or the store was away for
            too long.
    """
    portions = iter(range(first, last, PORTION))
    under_way: set[int] = set()

    async def stream(client: httpx2.AsyncClient) -> None:
        for start in portions:
            under_way.add(start)
            await _send(client, settings, register, start, min(start + PORTION, last))
            under_way.remove(start)
            # What a later portion has done does not count while an earlier one is on its way.
            told(min(under_way, default=min(start + PORTION, last)))

    base = f"http://127.0.0.1:{settings.port('enterprises')}"
    # Past any proxy of the environment: this never leaves the machine.
    async with (
        httpx2.AsyncClient(base_url=base, trust_env=False, timeout=_TIMEOUT_SECONDS) as client,
        asyncio.TaskGroup() as streams,
    ):
        for _ in range(_STREAMS):
            streams.create_task(stream(client))


@asynccontextmanager
async def uploading(
    settings: Settings, register: Register, first: int, last: int, told: Told
) -> AsyncIterator[None]:
    """Import as ``upload`` does while the block runs; what ends it ends the block.

    Raises:
        Unavailable: as above, or by the block.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(upload(settings, register, first, last, told))
            yield
    except ExceptionGroup as several:
        refusals, others = several.split(Unavailable)
        if refusals is None or others is not None:
            raise
        raise _first(refusals) from None


def _first(several: ExceptionGroup[Unavailable]) -> Unavailable:
    one = several.exceptions[0]
    return _first(one) if isinstance(one, ExceptionGroup) else one


class _TooBusy(Unavailable):
    """The store did not keep up, or was away; the same portion can be sent again."""

    def __init__(self, said: str, retry_after: float) -> None:
        super().__init__(said)
        self.retry_after = retry_after


async def _send(
    client: httpx2.AsyncClient, settings: Settings, register: Register, first: int, last: int
) -> None:
    async for attempt in stamina.retry_context(_wait, attempts=None, timeout=_BUSY_SECONDS):
        with attempt:
            token = mint(settings, Role.SERVICE, "registrar", areas=["CN"])
            headers = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/x-ndjson",
                # The same again after an interruption: a line that is there already is known by it.
                "Idempotency-Key": f"registry-portion-{first:012d}",
            }
            try:
                answer = await client.post(_PATH, content=_lines(register, first, last), headers=headers)
            except httpx2.HTTPError as trouble:
                raise Unavailable(
                    f"The import of lines {first} to {last} broke off ({type(trouble).__name__}): the logs"
                    f" in {settings.data.absolute() / 'logs'} say why; the same command goes on where it was."
                ) from None
            said = f"The import of lines {first} to {last} was refused: {answer.text[:300]}"
            if answer.status_code == _UNAVAILABLE:
                raise _TooBusy(said, float(answer.headers["Retry-After"]))
            if answer.status_code != _OK or answer.json()["refused"]:
                raise Unavailable(said)


def _wait(error: Exception) -> float | bool:
    """Return how many seconds to wait before the next try; False where there is none."""
    return error.retry_after if isinstance(error, _TooBusy) else False


async def _lines(register: Register, first: int, last: int) -> AsyncIterator[bytes]:
    for start in range(first, last, _CHUNK):
        rows = register.rows(start, min(start + _CHUNK, last))
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
