"""The stack runs each role as a process: on free ports, until it is told otherwise, whatever dies."""

import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx2
import pytest

from deploy.local.addresses import Addresses
from deploy.local.errors import Unavailable
from deploy.stack import Part, Stack
from shared.settings import Settings

API, RELAY = Part("hazards", "api"), Part("hazards", "relay")
# Answers every request with the settings it was given, as a role answers its health.
STAND_IN = """
import http.server, sys
from shared.settings import load

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = load().model_dump_json().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

service, role = sys.argv[1:]
http.server.HTTPServer(("127.0.0.1", load().port(service, role)), Answer).serve_forever()
"""


def stand_in(part: Part) -> Sequence[str]:
    return (sys.executable, "-c", STAND_IN, part.service, part.role)


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    settings = Settings(data=tmp_path, namespace="stack", partitions=3)
    addresses = Addresses("127.0.0.1:1", "mongodb://127.0.0.1:2/")
    async with Stack(settings, addresses, of=[API, RELAY], command=stand_in) as running:
        yield running


async def told(stack: Stack, part: Part) -> Settings:
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(stack.url(part.service, part.role, part.number))
    return Settings.model_validate(answer.json() | {"kafka_security": None})


async def test_every_role_is_told_the_settings_in_use(stack: Stack) -> None:
    api, relay = await told(stack, API), await told(stack, RELAY)

    assert (api.kafka, api.mongo) == ("127.0.0.1:1", "mongodb://127.0.0.1:2/")
    assert (api.namespace, api.partitions, api.data) == ("stack", 3, stack.settings.data)
    assert api.hazards_port == relay.hazards_port == stack.settings.hazards_port
    assert api.issuer == "nanxun-development"
    assert api.instance != relay.instance


async def test_a_killed_role_answers_again_after_its_restart(stack: Stack) -> None:
    await stack.kill("hazards", "api")
    with pytest.raises(httpx2.TransportError):
        await told(stack, API)

    await stack.restart("hazards", "api")

    assert await told(stack, API)


async def test_another_instance_joins_with_a_port_and_a_name_of_its_own_and_keeps_them(stack: Stack) -> None:
    second = Part("hazards", "api", 2)
    await stack.join(second)
    first, other = await told(stack, API), await told(stack, second)

    assert other.hazards_port != first.hazards_port
    assert other.instance != first.instance
    assert (other.kafka, other.data) == (first.kafka, first.data)

    assert stack.numbers("hazards", "api") == [1, 2]

    await stack.leave(second)
    assert stack.numbers("hazards", "api") == [1]
    assert await told(stack, API) == first

    await stack.join(second)
    assert await told(stack, second) == other


async def test_each_role_has_a_log_of_its_own(stack: Stack) -> None:
    assert {log.name for log in (stack.settings.data / "logs").iterdir()} == {
        "hazards-api.log",
        "hazards-relay.log",
    }


async def test_two_stacks_stand_side_by_side(stack: Stack, tmp_path: Path) -> None:
    settings = stack.settings.model_copy(update={"data": tmp_path / "other"})
    addresses = Addresses(settings.kafka, settings.mongo)
    fresh = Settings(data=settings.data)

    async with Stack(fresh, addresses, of=[API], command=stand_in) as other:
        assert other.settings.hazards_port != stack.settings.hazards_port
        assert await told(other, API)


async def test_a_role_that_cannot_start_stops_the_others(tmp_path: Path) -> None:
    def only_the_api(part: Part) -> Sequence[str]:
        return stand_in(part) if part == API else (sys.executable, "-c", "raise SystemExit(1)")

    stack = Stack(Settings(data=tmp_path), Addresses("a:1", "b:2"), of=[API, RELAY], command=only_the_api)

    with pytest.raises(Unavailable, match="hazards-relay ended during its start"):
        await stack.__aenter__()

    assert not stack.children[API].running


def test_a_port_that_was_asked_for_and_is_taken_is_refused(stack: Stack) -> None:
    taken = stack.settings.hazards_port
    settings = Settings(data=stack.settings.data, hazards_port=taken)

    with pytest.raises(Unavailable, match=f"Port {taken}.* is taken: set NANXUN_HAZARDS_PORT to another"):
        Stack(settings, Addresses("a:1", "b:2"), of=[API], command=stand_in)
