"""What the platform promises, and the tests that would show that it does not hold.

A test names its promise by ``@pytest.mark.promise(number)``; a run ends with the promises it put to the test.
"""

from collections import Counter, defaultdict
from collections.abc import Generator

import pytest

PROMISES = {
    1: "accepted means kept and published, whatever process dies",
    2: "delivered twice, counted once",
    3: "the events of one case arrive in order",
    4: "an unreadable message never blocks its partition and is never lost",
    5: "a server that is down delays, it loses nothing",
    6: "yesterday's consumer reads today's events, today's consumer reads last year's",
    7: "every report can be rebuilt from the log and comes out the same",
    8: "nobody reads what is not theirs",
}
_SHOWN = "promises"


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "promise(*numbers): what the test would show not to hold")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep with each outcome which promises it is about."""
    report = yield
    numbers = {number for mark in item.iter_markers("promise") for number in mark.args}
    report.user_properties.extend((_SHOWN, number) for number in sorted(numbers))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each promise with its tests."""
    shown: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            # A test that passed is reported once for its call; what failed before it has none.
            if outcome == "passed" and report.when != "call":
                continue
            # A file that could not be collected has no test yet, and its report no properties.
            kept = getattr(report, "user_properties", ())
            numbers = [number for name, number in kept if name == _SHOWN]
            # One line for all examples of a test.
            name = report.nodeid.partition("[")[0].rpartition("::")[2]
            for number in numbers:
                shown[number][f"{outcome:>8}  {name.removeprefix('test_').replace('_', ' ')}"] += 1
    if shown:
        terminalreporter.section("promises put to the test")
    for number in sorted(shown):
        terminalreporter.line(f"{number}. {PROMISES[number]}")
        for line, count in shown[number].items():
            terminalreporter.line(f"{line} ({count} examples)" if count > 1 else line)
