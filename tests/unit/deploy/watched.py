"""What rules and dashboards name: metrics, their labels, and whether the code has them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.metrics import MetricWrapperBase

from shared import metrics

ROOT = Path(__file__).parents[3]
#: What Prometheus itself adds to every series, and what a histogram's buckets have.
ADDED = {"job", "instance", "le"}
_SERIES: dict[str | None, tuple[str, ...]] = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum"),
}
_NAME = re.compile(r"\bnanxun[_:][a-zA-Z0-9_:]+")
_SELECTOR = re.compile(r"\b(nanxun[_:][a-zA-Z0-9_:]+)\{([^}]*)\}")
_GROUPED = re.compile(r"\bby ?\(([^)]*)\)")
_LEGEND = re.compile(r"\{\{ *(?:\$labels\.)?(\w+) *\}\}")


def declared() -> dict[str, set[str]]:
    """Return every series of the code, with its labels."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            for suffix in _SERIES[metric._type]:
                found[metric._name + suffix] = set(metric._labelnames)
    return found


def attribute(series: str) -> str:
    """Return under which name the code knows the metric of a series."""
    for name, metric in vars(metrics).items():
        if isinstance(metric, MetricWrapperBase) and series.startswith(metric._name):
            suffixes = {metric._name + suffix for suffix in _SERIES[metric._type]}
            if series in suffixes:
                return name
    raise LookupError(series)


def rules() -> list[dict[str, Any]]:
    """Return every recording and alert rule."""
    text = (ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    """Return the alert rules by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def recorded() -> dict[str, set[str]]:
    """Return what the recording rules make, with the labels that their outermost grouping leaves."""
    return {rule["record"]: grouped(rule["expr"]) for rule in rules() if "record" in rule}


def dashboards() -> dict[str, dict[str, Any]]:
    """Return each dashboard by its file's name."""
    files = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def targets(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each query of a dashboard."""
    for panel in dashboard["panels"]:
        yield from panel.get("targets", ())


def series(expression: str) -> set[str]:
    """Return the platform's series that an expression names."""
    return set(_NAME.findall(expression))


def selected(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each series that is selected by labels, with these."""
    for name, matchers in _SELECTOR.findall(expression):
        yield name, set(re.findall(r"(\w+) *[=!]", matchers))


def grouped(expression: str) -> set[str]:
    """Return the labels of the first grouping, which is the outermost."""
    found = _GROUPED.search(expression)
    return {label.strip() for label in found[1].split(",")} if found else set()


def labels(text: str) -> set[str]:
    """Return the labels that a legend or a sentence shows."""
    return set(_LEGEND.findall(text)) - {"value"}
