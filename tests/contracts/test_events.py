"""Yesterday's consumer reads today's events, and today's consumer reads those of every release before."""

import json
from datetime import datetime

import jsonschema_rs
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from shared.events import FACTS, Recorded
from shared.events.wire import decode, encode
from tests.contracts.compatibility import broken
from tests.contracts.files import RELEASED, SAMPLED, SAMPLES, SCHEMAS, Contract, listed, loaded, sample

released = pytest.mark.parametrize("contract", listed(RELEASED), ids=str)
sampled = pytest.mark.parametrize("contract", SAMPLED, ids=str)


@released
def test_a_released_contract_is_kept_and_nothing_in_it_is_broken(contract: Contract) -> None:
    assert broken(loaded(RELEASED, contract), loaded(SCHEMAS, contract)) == []


@released
def test_a_released_contract_has_a_sample_for_ever(contract: Contract) -> None:
    assert contract in SAMPLED


@released
@pytest.mark.promise(6)
def test_an_event_of_today_is_valid_to_a_consumer_of_the_last_release(contract: Contract) -> None:
    jsonschema_rs.validate(
        loaded(RELEASED, contract), loaded(SAMPLES, contract)["value"], validate_formats=True
    )


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_has_a_sample_and_a_docstring_of_its_own(name: str) -> None:
    assert Contract(name, str(FACTS[name].major)) in SAMPLED
    assert FACTS[name].__doc__
    assert FACTS[name].__doc__ not in {parent.__doc__ for parent in FACTS[name].__mro__[1:]}


@sampled
@pytest.mark.promise(6)
def test_a_sample_of_whatever_age_is_read_today(contract: Contract) -> None:
    record = sample(contract)

    event = decode(record.key, record.value, record.headers)

    assert isinstance(event, Recorded), event
    assert event.type == contract.type


@sampled
def test_a_sample_is_written_again_as_it_was_read(contract: Contract) -> None:
    record = sample(contract)
    event = decode(record.key, record.value, record.headers)
    assert isinstance(event, Recorded)

    again = encode(event)

    assert dict(again.headers) == dict(record.headers)
    assert (again.topic, again.key) == (record.topic, record.key)
    assert json.loads(again.value or b"") == json.loads(record.value or b"")


@sampled
def test_a_sample_is_valid_to_its_published_schema(contract: Contract) -> None:
    assert loaded(SCHEMAS, contract)["$id"] == loaded(SAMPLES, contract)["headers"]["ce_dataschema"]
    jsonschema_rs.validate(
        loaded(SCHEMAS, contract), loaded(SAMPLES, contract)["value"], validate_formats=True
    )


@sampled
def test_a_published_schema_is_open_to_additions(contract: Contract) -> None:
    value = {**loaded(SAMPLES, contract)["value"], "added_later": {"any": ["thing"]}}

    jsonschema_rs.validate(loaded(SCHEMAS, contract), value, validate_formats=True)
    record = sample(contract)
    assert decode(record.key, json.dumps(value).encode(), record.headers) == decode(*record[1:])


@sampled
def test_the_sdk_of_cloudevents_reads_what_we_write(contract: Contract) -> None:
    record = sample(contract)
    assert record.value is not None

    event = from_binary(KafkaMessage(dict(record.headers), record.key, record.value), JSONFormat())

    said = loaded(SAMPLES, contract)["headers"]
    assert event.get_id() == said["ce_id"]
    assert event.get_type() == contract.type
    assert event.get_source() == said["ce_source"]
    assert event.get_subject() == said["ce_subject"]
    assert event.get_time() == datetime.fromisoformat(said["ce_time"])
    assert event.get_dataschema() == f"/schemas/{contract}"
    assert event.get_extension("sequence") == said["ce_sequence"]
    assert event.get_extension("partitionkey") == loaded(SAMPLES, contract)["key"]
    assert event.get_extension("recordedtime") == said["ce_recordedtime"]
    assert event.get_data() == loaded(SAMPLES, contract)["value"]
