"""What is kept of an event is what goes to Kafka, byte for byte, whenever it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.events.base import Role
from shared.events.rules import Actor, Private
from shared.events.wire import encode
from shared.stream import Command, KeyReused, Stored
from shared.stream.documents import Entry
from tests.facts import NOON, event

COMMAND = Command("report", "key", "digest", None, Actor("ann", Role.WORKER), NOON, NOON)
EVENT = replace(event("hz_1", 1), traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def test_a_stored_event_is_published_as_it_was_recorded() -> None:
    stored = Entry.of(EVENT, COMMAND, Private("ann", {"said": "…"})).document()

    assert Entry.record(stored, "hazards", "hz_1") == encode(EVENT)
    assert Entry.read(stored).recorded_at == EVENT.recorded_at


def test_texts_and_accounts_stay_out_of_what_is_published() -> None:
    stored = Entry.of(EVENT, COMMAND, Private("ann", {"said": "a secret"})).document()

    published = str(Entry.record(stored, "hazards", "hz_1"))
    assert "a secret" not in published
    assert "ann" not in published


def test_a_command_is_recognised_by_its_key_and_checked_by_its_digest() -> None:
    stored = Stored("hz_1", 1, None, (Entry.of(EVENT, COMMAND, Private(None, {})),))

    assert stored.holds(COMMAND)
    assert not stored.holds(replace(COMMAND, id="another"))
    with pytest.raises(KeyReused):
        stored.holds(replace(COMMAND, digest="another"))


def test_a_clock_that_jumps_back_takes_no_case_back() -> None:
    behind = NOON - timedelta(hours=1)

    assert COMMAND.moment(not_recorded_before=behind).recorded_at == NOON
    assert replace(COMMAND, recorded_at=behind).moment(not_recorded_before=NOON).recorded_at == NOON


def test_what_happens_now_comes_after_what_another_machine_has_recorded_by_a_clock_ahead() -> None:
    behind = NOON - timedelta(milliseconds=40)
    stated = replace(COMMAND, occurred_at=behind, recorded_at=behind)

    assert stated.moment(not_recorded_before=NOON).occurred_at == behind
    assert replace(stated, happens_now=True).moment(not_recorded_before=NOON).occurred_at == NOON
    assert replace(stated, happens_now=True).moment().occurred_at == behind
