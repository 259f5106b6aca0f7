"""The dashboards show what the code measures, and nothing that is measured is shown nowhere by oversight."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.promtool import NoPromtool, promtool
from tests.unit.deploy.watched import (
    ADDED,
    ROOT,
    dashboards,
    declared,
    grouped,
    labels,
    recorded,
    rules,
    selected,
    series,
    targets,
)

#: Of the service that has only its place yet.
NOT_SHOWN = {"nanxun_deliveries", "nanxun_delivery_seconds"}


def provisioned(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "deploy/grafana/provisioning" / path).read_text("utf-8"))
    return found


def family(name: str) -> str:
    return re.sub(r"_(total|bucket|count|sum)$", "", name)


def test_what_says_whether_it_is_true_counts_no_generation_that_nobody_reads() -> None:
    stands = {"lane_stopped", "parked_cases", "holes", "held_events"}
    shown = [target["expr"] for target in targets(dashboards()["true"])]

    for name in (f"nanxun_projection_{each}" for each in stands):
        asked = [expression for expression in shown if name in expression]
        assert asked
        assert all(f'{name}{{projection!~".+@.+"}}' in expression for expression in asked)


def test_there_is_a_dashboard_for_each_question() -> None:
    titles = {board["title"] for board in dashboards().values()}

    assert titles == {"Is it true", "Is it fresh", "Is it healthy"}


@pytest.mark.parametrize("name", dashboards())
def test_a_dashboard_names_only_metrics_and_labels_that_the_code_has(name: str) -> None:
    known = declared() | recorded()

    for target in targets(dashboards()[name]):
        named = series(target["expr"])
        assert named <= known.keys()
        have = ADDED.union(*(known[one] for one in named))
        assert grouped(target["expr"]) <= have
        # A recorded series has the labels that its rule left; a legend shows no others.
        of_all = grouped(target["expr"]) or have
        assert labels(target["legendFormat"]) <= of_all
        for one, matched in selected(target["expr"]):
            assert matched <= known[one] | ADDED


def test_a_rule_selects_only_by_labels_that_the_code_has() -> None:
    known = declared() | recorded()

    for rule in rules():
        for one, matched in selected(rule["expr"]):
            assert matched <= known[one] | ADDED


def test_every_metric_is_watched_or_named_as_not() -> None:
    boards = [target["expr"] for board in dashboards().values() for target in targets(board)]
    watched = {
        family(name) for text in [*boards, *(rule["expr"] for rule in rules())] for name in series(text)
    }

    assert watched & NOT_SHOWN == set()
    assert {family(name) for name in declared()} == {n for n in watched if ":" not in n} | NOT_SHOWN


def test_every_query_of_a_dashboard_can_be_read_by_prometheus(tmp_path: Path) -> None:
    try:
        checker = promtool()
    except NoPromtool as missing:
        pytest.skip(f"{missing} (its other tests fail for it where they must)")
    queries = [target["expr"] for board in dashboards().values() for target in targets(board)]
    made = [{"record": f"query:{n}", "expr": text} for n, text in enumerate(queries)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": made}]}), encoding="utf-8")

    done = subprocess.run([checker, "check", "rules", file], capture_output=True, text=True, check=False)  # noqa: S603 - promtool on our queries

    assert done.returncode == 0, done.stderr


def test_grafana_is_given_its_source_and_its_dashboards_by_the_names_that_they_use() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    source = provisioned("datasources/nanxun.yml")["datasources"][0]
    provider = provisioned("dashboards/nanxun.yml")["providers"][0]

    mounts = dict(mount.split(":")[:2] for mount in compose["grafana"]["volumes"])

    assert source["url"] == "http://prometheus:9090"
    assert mounts["./deploy/grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./deploy/grafana/provisioning"] == "/etc/grafana/provisioning"
    for board in dashboards().values():
        used = [target["datasource"]["uid"] for target in targets(board)]
        used += [panel["datasource"]["uid"] for panel in board["panels"]]
        assert set(used) == {source["uid"]}


def test_prometheus_finds_its_rules_where_compose_puts_them() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    configuration = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))

    assert "./deploy/prometheus:/etc/prometheus:ro" in compose["prometheus"]["volumes"]
    for name in configuration["rule_files"]:
        assert (ROOT / "deploy/prometheus" / name).is_file()
