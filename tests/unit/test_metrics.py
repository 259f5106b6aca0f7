"""The metrics that dashboards outside of this repository rely on have their names and labels for ever."""

import pytest

from tests.unit.deploy.watched import declared

PROMISED = {
    "nanxun_http_request_seconds_bucket": {"service", "route", "status"},
    "nanxun_commands_total": {"service", "command", "outcome"},
    "nanxun_group_commit_size_bucket": set[str](),
    "nanxun_unpublished_events": {"service"},
    "nanxun_unpublished_oldest_seconds": {"service"},
    "nanxun_published_events_total": {"topic", "type"},
    "nanxun_projection_lag_records": {"projection", "topic", "partition"},
    "nanxun_projection_freshness_seconds": {"projection", "topic"},
    "nanxun_projection_events_total": {"projection", "type", "outcome"},
    "nanxun_projection_batch_seconds_bucket": {"projection"},
    "nanxun_dead_letters_total": {"topic", "reason"},
    "nanxun_deliveries_total": {"outcome"},
    "nanxun_delivery_seconds_bucket": set[str](),
}
IDENTIFYING = {"enterprise", "county", "region", "site", "case", "subject", "person", "account"}


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_metric_has_its_labels(name: str) -> None:
    assert declared()[name] == PROMISED[name]


def test_no_label_tells_of_an_enterprise_a_place_or_a_person() -> None:
    assert not IDENTIFYING & set[str]().union(*declared().values())
