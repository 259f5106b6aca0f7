"""The registry's upload, against an import that is busy, refuses or goes away."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.errors import Unavailable
from deploy.nation import Register
from deploy.registry.upload import upload, uploading
from shared.settings import Settings

# The key of an import, and its body as it was sent.
Sent = tuple[bytes, bytes]

TAKEN = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"refused":0}'
ONE_REFUSED = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"refused":1}'
# An API that was killed: its connections end, with no answer on them.
GONE = b""
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def answering(data: Path, *answers: bytes) -> AsyncIterator[tuple[Settings, list[Sent]]]:
    """An import that gives these answers, the last of them for good, and what it was sent."""
    sent: list[Sent] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            (key,) = re.findall(rb"(?i)idempotency-key: (.+)\r\n", head)
            sent.append((key, await reader.readuntil(b"\r\n0\r\n\r\n")))
            if (answer := answers[min(len(sent), len(answers)) - 1]) == GONE:
                writer.close()
                return
            writer.write(answer)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield Settings(data=data, enterprises_port=port), sent


async def test_a_portion_that_met_a_busy_store_is_sent_again_as_it_was(tmp_path: Path) -> None:
    told: list[int] = []

    async with answering(tmp_path, BUSY, BUSY, TAKEN) as (settings, sent):
        await upload(settings, Register(1, enterprises=20), 0, 20, told.append)

    assert told == [20]
    assert len(sent) == 3
    assert sent[0] == sent[1] == sent[2]
    assert sent[0][1].count(b'"uscc"') == 20


async def test_a_busy_store_is_asked_again_when_it_says_so(tmp_path: Path) -> None:
    began = time.monotonic()

    async with answering(tmp_path, BUSY.replace(b"Retry-After: 0", b"Retry-After: 2"), TAKEN) as (
        settings,
        _,
    ):
        await upload(settings, Register(1, enterprises=20), 0, 20, lambda _: None)

    assert time.monotonic() - began >= 2


async def test_a_store_that_stays_too_busy_ends_it_and_says_which_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.registry.upload._BUSY_SECONDS", 0.2)

    async with answering(tmp_path, BUSY) as (settings, sent):
        with pytest.raises(Unavailable, match="import of lines 0 to 20 was refused"):
            async with uploading(settings, Register(1, enterprises=20), 0, 20, lambda _: None):
                await asyncio.sleep(60)

    assert len(sent) > 1


async def test_a_line_that_is_refused_ends_it_and_says_what_was_answered(tmp_path: Path) -> None:
    async with answering(tmp_path, ONE_REFUSED) as (settings, _):
        with pytest.raises(Unavailable) as refused:
            async with uploading(settings, Register(1, enterprises=20), 0, 20, lambda _: None):
                await asyncio.sleep(60)

    assert str(refused.value) == 'The import of lines 0 to 20 was refused: {"refused":1}'


async def test_an_api_that_is_killed_is_told_in_a_sentence_with_where_its_last_words_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.registry.upload.PORTION", 10)

    async with answering(tmp_path, TAKEN, GONE) as (settings, _):
        with pytest.raises(Unavailable) as ended:
            async with uploading(settings, Register(1, enterprises=40), 0, 40, lambda _: None):
                await asyncio.sleep(60)

    assert re.fullmatch(
        rf"The import of lines \d*0 to \d0 broke off \(\w+\): the logs in {tmp_path}/logs say why;"
        r" the same command goes on where it was\.",
        str(ended.value),
    )


async def test_an_api_that_listens_no_more_is_told_in_the_same_sentence(tmp_path: Path) -> None:
    async with answering(tmp_path) as (settings, _):
        pass

    with pytest.raises(Unavailable, match=r"lines 0 to 20 broke off \(ConnectError\)"):
        async with uploading(settings, Register(1, enterprises=20), 0, 20, lambda _: None):
            await asyncio.sleep(60)


async def test_a_bug_beside_the_upload_stays_what_it_is(tmp_path: Path) -> None:
    async with answering(tmp_path, TAKEN) as (settings, _):
        with pytest.raises(ExceptionGroup) as ended:
            async with uploading(settings, Register(1, enterprises=20), 0, 20, lambda _: None):
                raise ZeroDivisionError

    assert isinstance(ended.value.exceptions[0], ZeroDivisionError)
