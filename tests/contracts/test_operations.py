"""The decisions of operators are contracts like facts: every rebuild reads all of them, however old."""

import json

import jsonschema_rs
import pytest

from shared.events.operations import OPERATIONS, decided, read
from tests.contracts.files import DECISIONS, SAMPLES, SCHEMAS, Contract, loaded, sample

sampled = pytest.mark.parametrize("contract", DECISIONS, ids=str)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_decision_has_a_sample(name: str) -> None:
    assert Contract(name, str(OPERATIONS[name].major)) in DECISIONS


@sampled
def test_a_sample_of_whatever_age_is_read_and_written_again_as_it_was(contract: Contract) -> None:
    record = sample(contract)

    found = read(record.value, record.headers)

    assert found is not None
    subject, at, fact = found
    assert type(fact).__name__ == contract.type
    again = decided(fact, subject, at=at)
    assert dict(again.headers) == dict(record.headers)
    assert json.loads(again.value or b"") == json.loads(record.value or b"")


@sampled
def test_a_sample_is_valid_to_its_published_schema(contract: Contract) -> None:
    jsonschema_rs.validate(loaded(SCHEMAS, contract), loaded(SAMPLES, contract)["value"])


@sampled
def test_what_is_no_decision_is_none(contract: Contract) -> None:
    record = sample(contract)

    assert read(record.value, []) is None
    assert read(b"{", record.headers) is None
    assert read(None, record.headers) is None
    for name in ("ce_subject", "ce_dataschema", "ce_type", "ce_time"):
        others = [header for header in record.headers if header[0] != name]
        assert read(record.value, [*others, (name, b"\xff")]) is None
