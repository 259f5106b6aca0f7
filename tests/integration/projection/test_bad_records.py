"""What cannot be read never blocks its partition and is never lost; what is newer than we is passed over."""

import gc

import pytest
from aiokafka import ConsumerRecord
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from shared.events.wire import Headers, Record
from tests.facts import records
from tests.integration.projection.conftest import Stage, enterprise
from tests.support import eventually

KEY = enterprise(0, 3)


def with_header(of: Record, name: str, value: bytes | None) -> Record:
    """The record with one header replaced; or left out, where there is no value."""
    others = [header for header in of.headers if header[0] != name]
    return of._replace(headers=others + ([(name, value)] if value is not None else []))


class NoText(str):
    """The name of a header, as a producer in another language may write it."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        """Return what is no UTF-8."""
        return b"\xff\xfe"


def said(letter: ConsumerRecord) -> dict[str, str]:
    return {
        name.removeprefix("dead_"): value.decode()
        for name, value in letter.headers
        if name.startswith("dead_")
    }


def bad(subject: str, sequence: int) -> Record:
    return records(subject, sequence, enterprise=KEY)[0]


def unreadable() -> dict[str, tuple[str, Record]]:
    """By what is wrong: the reason that is given, and the record."""
    whole = bad("hz_9", 1)
    null: Headers = [(name, None if name == "ce_time" else value) for name, value in whole.headers]  # type: ignore[misc]
    return {
        "a truncated value": ("schema", whole._replace(value=(whole.value or b"")[:-9])),
        "no value": ("value", whole._replace(value=None)),
        "a value of another shape": ("schema", whole._replace(value=b'{"by": 7}')),
        "no headers": ("headers", whole._replace(headers=[])),
        "a header that is not UTF-8": ("headers", with_header(whole, "ce_type", b"\xff\xfe")),
        "a header that is null": ("headers", whole._replace(headers=null)),
        "a time that is none": ("headers", with_header(whole, "ce_time", b"yesterday")),
        "a sequence that no store holds": ("headers", with_header(whole, "ce_sequence", b"9" * 30)),
        "a subject without a sequence": ("headers", with_header(whole, "ce_sequence", None)),
        "no key": ("key", whole._replace(key=None)),
        "a key of another enterprise": ("key", whole._replace(key=enterprise(0, 3, 1).encode())),
        "a key of another lane": ("key", whole._replace(key=enterprise(1, 3).encode())),
    }


@pytest.mark.promise(4)
async def test_each_unreadable_record_is_kept_with_its_reason_and_place_and_the_rest_goes_on(
    stage: Stage,
) -> None:
    kinds = unreadable()
    await stage.send([bad("hz_1", 1), *(record for _, record in kinds.values()), bad("hz_1", 2)], partition=0)

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2]))

    letters = {said(letter)["offset"]: letter for letter in await stage.dead()}
    assert len(letters) == len(kinds)
    for offset, (kind, (reason, record)) in enumerate(kinds.items(), start=1):
        letter = letters[str(offset)]
        told = said(letter)
        assert (kind, told["reason"]) == (kind, reason)
        assert told["topic"] == stage.settings.topic("hazards")
        assert told["projection"] == f"{stage.database.name}-tales"
        assert told["partition"] == "0"
        assert (letter.key, letter.value) == (record.key, record.value)


@pytest.mark.promise(4)
async def test_a_header_whose_name_is_not_utf8_stops_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the library's writer in Python takes a name of ours.
    for module in ("producer", "message_accumulator"):
        target = f"aiokafka.producer.{module}.DefaultRecordBatchBuilder"
        monkeypatch.setattr(target, _DefaultRecordBatchBuilderPy)
    first, second = records("hz_1", 1, 2, enterprise=KEY)
    named = first._replace(headers=[*first.headers, (NoText("x"), b"7")])
    broken = bad("hz_9", 1)._replace(headers=[(NoText("x"), b"7")])
    await stage.send([named, broken, second], partition=0)

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 2]))

    letters = {said(letter)["offset"]: letter for letter in await stage.dead()}
    assert letters.keys() == {"1"}
    assert said(letters["1"])["reason"] == "headers"
    assert ("\\xff\\xfe", b"7") in letters["1"].headers


@pytest.mark.promise(4)
async def test_an_unreadable_event_leaves_a_named_hole_and_what_follows_waits_for_it(stage: Stage) -> None:
    first, second, third = records("hz_1", 1, 2, 3, enterprise=KEY)
    await stage.send([first, second._replace(value=b"{"), third])

    async with stage.running():
        await eventually(lambda: stage.reaches("hazards", 0, 3))
        case = await stage.case("hz_1", KEY)
        assert case is not None
        (hole,) = case["holes"]
        assert (hole["sequence"], hole["reason"], hole["offset"]) == (2, "schema", 1)
        assert [held["sequence"] for held in case["held"]] == [3]
        await stage.send([second])
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))

    closed = await stage.case("hz_1", KEY)
    assert closed is not None
    assert not {"holes", "held"} & closed.keys()


@pytest.mark.promise(4)
async def test_what_does_not_say_its_place_in_a_case_makes_no_case(stage: Stage) -> None:
    await stage.send([with_header(bad("hz_1", 1), "ce_sequence", None)])

    async with stage.running():
        await eventually(lambda: stage.reaches("hazards", 0, 1))

    assert await stage.case("hz_1", KEY) is None


@pytest.mark.promise(4)
async def test_a_value_too_big_to_be_sent_again_is_left_out_and_its_place_is_its_copy(stage: Stage) -> None:
    big = bad("hz_1", 1)._replace(value=b"x" * 900_000)
    headers = bad("hz_2", 1)._replace(value=b"{", headers=[("ce_type", b"y" * 70_000)])
    await stage.send([big, headers])

    async with stage.running():
        await eventually(lambda: stage.reaches("hazards", 0, 2))

    letters = {said(letter)["offset"]: letter for letter in await stage.dead()}
    assert (letters["0"].value, said(letters["0"])["left_out"]) == (None, "value")
    assert (letters["1"].value, said(letters["1"])["left_out"]) == (b"{", "headers")


@pytest.mark.promise(6)
async def test_an_event_of_a_type_that_we_do_not_know_is_passed_over_and_marked(stage: Stage) -> None:
    first, newer, third = records("hz_1", 1, 2, 3, enterprise=KEY)
    other = with_header(with_header(newer, "ce_type", b"HazardForetold"), "ce_dataschema", b"/schemas/x/1")
    major = with_header(bad("hz_2", 1), "ce_dataschema", b"/schemas/HazardReported/2")
    await stage.send([first, other, third, major])
    await stage.send([record._replace(topic="suggestions") for record in records("sg_1", 1, enterprise=KEY)])

    async with stage.running():
        await eventually(lambda: stage.has_told(hz_1=[1, 3], sg_1=[1]))
        await eventually(lambda: stage.reaches("hazards", 0, 4))

    case = await stage.case("hz_1", KEY)
    assert case is not None
    assert case["version"] == 3
    assert (await stage.position("hazards", 0))["skipped"] == 2
    assert (await stage.position("suggestions", 0))["skipped"] == 0
    assert await stage.dead() == []


async def test_a_batch_is_let_go_of_though_its_dead_letters_producer_began_with_it(stage: Stage) -> None:
    kept = [bad("hz_1", 1), bad("hz_1", 2)._replace(value=None), *records("hz_1", 2, 3, enterprise=KEY)]

    async with stage.running():
        await stage.send(kept)
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3]))
        await stage.send(records("hz_1", 4, enterprise=KEY))
        await eventually(lambda: stage.has_told(hz_1=[1, 2, 3, 4]))
        await eventually(lambda: not held(stage, before=len(kept)))


def held(stage: Stage, *, before: int) -> list[int]:
    """The offsets of records of the topic that are still in this process."""
    gc.collect()
    there = [one for one in gc.get_objects() if type(one) is ConsumerRecord]
    topic = stage.settings.topic("hazards")
    return [one.offset for one in there if one.topic == topic and one.offset < before]
