"""A record is checked for its lane and has an identity, whatever stands in it."""

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from shared.events.base import Recorded
from shared.events.wire import Unreadable
from shared.mongo import wrong
from shared.projection.records import fingerprint, read
from tests.unit.projection.conftest import good, on_log, unreadable


@pytest.mark.parametrize("key", [None, b"", b"another"])
def test_a_record_in_another_lane_than_its_keys_is_unreadable(key: bytes | None) -> None:
    record = good(1)._replace(key=key)

    decoded = [read(on_log(record, partition=lane), partitions=3).decoded for lane in range(3)]

    assert all(isinstance(of, Unreadable) and of.reason == "key" for of in decoded)


def test_a_record_is_read_in_the_one_lane_of_its_key() -> None:
    decoded = [read(on_log(good(1), partition=lane), partitions=3).decoded for lane in range(3)]

    assert sum(isinstance(of, Recorded) for of in decoded) == 1


def test_what_tells_records_apart_is_their_id_and_without_one_their_bytes() -> None:
    bare = good(1)._replace(headers=[])
    null = good(1)._replace(headers=[("ce_id", None)])  # type: ignore[list-item]

    assert fingerprint(on_log(good(1))) == fingerprint(on_log(unreadable(1))) == "hz_1:1"
    assert fingerprint(on_log(bare)) == fingerprint(on_log(null))
    assert fingerprint(on_log(bare)) != fingerprint(on_log(bare._replace(value=b"{")))
    assert fingerprint(on_log(bare._replace(key=None, value=None))).startswith("sha256:")


def labelled(error: PyMongoError, label: str) -> PyMongoError:
    error._add_error_label(label)
    return error


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect(),
        NetworkTimeout(),
        ServerSelectionTimeoutError(),
        OperationFailure("not primary", 10107),
        labelled(BulkWriteError({"writeErrors": []}), "TransientTransactionError"),
    ],
)
def test_a_server_that_is_away_is_no_fault_of_the_work(error: PyMongoError) -> None:
    assert not wrong(error)


@pytest.mark.parametrize(
    "error", [DuplicateKeyError("twice"), BulkWriteError({"writeErrors": []}), InvalidOperation("nothing")]
)
def test_what_would_fail_again_however_often_is_the_fault_of_the_work(error: PyMongoError) -> None:
    assert wrong(error)
