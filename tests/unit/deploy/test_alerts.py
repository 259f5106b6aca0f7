"""Alerts fire when they should and only then, name what exists, and each tells its reader what to do."""

import re
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from deploy.cli import app
from tests.promtool import NoPromtool, promtool
from tests.support import not_here
from tests.unit.deploy.watched import (
    ROOT,
    alerts,
    attribute,
    declared,
    grouped,
    labels,
    recorded,
    rules,
    series,
)

CASES = Path(__file__).with_name("alerts.yml")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def checker() -> Path:
    try:
        return promtool()
    except NoPromtool as missing:
        not_here(missing)


def said(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - promtool on our files
    return done.stdout + done.stderr if done.returncode else ""


def test_prometheus_reads_its_configuration_and_rules(checker: Path) -> None:
    assert said(checker, "check", "config", ROOT / "deploy/prometheus/prometheus.yml") == ""


def test_every_alert_fires_when_it_should_and_not_otherwise(checker: Path) -> None:
    assert said(checker, "test", "rules", CASES) == ""


def test_no_alert_is_without_a_case_in_which_it_fires_and_one_in_which_it_is_quiet() -> None:
    names = {case["name"] for case in yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"]}

    for alert, rule in alerts().items():
        assert {f"{alert} fires", f"{alert} is quiet"} <= names
        assert (f"{alert} is patient" in names) == ("for" in rule)


def test_rules_name_only_metrics_and_labels_that_the_code_has() -> None:
    known = declared() | recorded()

    for rule in rules():
        named = series(rule["expr"])
        assert named <= known.keys()
        have = {"job", "instance", "le"}.union(*(known[name] for name in named))
        assert grouped(rule["expr"]) <= have
        for sentence in rule.get("annotations", {}).values():
            assert labels(sentence) <= have


def test_what_an_alert_watches_is_filled_by_the_code() -> None:
    places = [*(ROOT / "shared").rglob("*.py"), *(ROOT / "services").rglob("*.py")]
    code = "\n".join(p.read_text(encoding="utf-8") for p in places if p.name != "metrics.py")
    made = {rule["record"]: series(rule["expr"]) for rule in rules() if "record" in rule}

    for alert in alerts().values():
        for name in series(alert["expr"]):
            for metric in made.get(name, {name}):
                assert re.search(rf"\b{attribute(metric)}\b", code), f"{metric} is filled nowhere"


@pytest.mark.parametrize("name", alerts())
def test_every_alert_has_a_page_that_says_what_it_means_and_what_to_do(name: str) -> None:
    section = OPERATIONS.partition(f"\n### {name}\n")[2].partition("\n#")[0]

    assert alerts()[name]["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"
    for part in ("**Means**", "**Look at**", "**Do**"):
        assert part in section


def test_every_command_of_the_operators_guide_exists() -> None:
    root = typer.main.get_command(app)
    named = {tuple(words.split()) for words in re.findall(r"nanxun((?: [a-z]+)+)", OPERATIONS)}

    assert named
    for words in named:
        command: object = root
        for word in words:
            subcommands = getattr(command, "commands", None)
            if subcommands is None:
                break  # what follows is an argument
            assert word in subcommands, f"nanxun {' '.join(words)}"
            command = subcommands[word]


def test_every_trouble_that_the_log_names_stands_in_the_operators_guide() -> None:
    places = [path for part in ("shared", "services") for path in (ROOT / part).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in places)
    named = set(re.findall(r'log\.(?:warning|error|exception|critical)\(\s*"([a-z-]+)"', code))

    assert {"lane-stopped", "commands-not-confirmed", "work-failed"} <= named
    assert {name for name in named if f"`{name}`" not in OPERATIONS} == set()
