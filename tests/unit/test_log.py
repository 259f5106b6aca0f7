"""Log lines are JSON, whoever writes them, and a trace holds no variable's value."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared import log


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    out = io.StringIO()
    before = logging.getLogger().handlers[:]
    log.configure("hazards", "relay", stream=out)
    yield out
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before


def test_ours_and_the_libraries_lines_have_one_form(written: io.StringIO) -> None:
    structlog.get_logger().info("sent", events=3)
    logging.getLogger("aiokafka").warning("broker %s away", 7)

    ours, theirs = (json.loads(line) for line in written.getvalue().splitlines())
    assert (ours["event"], ours["events"], ours["level"]) == ("sent", 3, "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("broker 7 away", "aiokafka", "warning")
    for line in (ours, theirs):
        assert (line["service"], line["role"]) == ("hazards", "relay")
        assert line["timestamp"].endswith("Z")


def test_a_trace_shows_where_and_not_what(written: io.StringIO) -> None:
    def fails() -> None:
        text = "李娜说护罩松动"
        raise RuntimeError(len(text))

    with pytest.raises(RuntimeError) as failure:
        fails()
    structlog.get_logger().error("failed", exc_info=failure.value)

    (trace,) = json.loads(written.getvalue())["exception"]
    assert trace["exc_type"] == "RuntimeError"
    assert "李娜" not in str(trace)
