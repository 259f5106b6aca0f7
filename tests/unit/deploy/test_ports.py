"""Ports are found free: the wanted one if nobody has it, else another with free neighbours."""

import itertools
import socket
from collections.abc import Iterator

import pytest

from deploy.local import ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", ports.find(also=(100,))))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_kept() -> None:
    wanted = ports.find()

    assert ports.find(wanted) == wanted


def test_what_was_given_to_one_is_given_to_no_other_though_it_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = ports.find()
    tried = itertools.chain((first, first), itertools.count(first + 1))
    monkeypatch.setattr("random.randrange", lambda *_: next(tried))

    assert ports.find() > first


def test_a_taken_port_gives_way_to_another(taken: int) -> None:
    assert ports.free(ports.find(taken))
    assert ports.find(taken) != taken


def test_a_port_whose_neighbour_is_taken_gives_way_too(taken: int) -> None:
    assert ports.find(taken - 100, also=(100,)) != taken - 100


def test_a_port_promised_to_another_is_left_alone() -> None:
    wanted = ports.find()

    assert ports.find(wanted, avoid={wanted}) != wanted
