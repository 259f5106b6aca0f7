"""What is written about the topology by hand agrees with what the services say of themselves."""

from pathlib import Path
from typing import Any

import yaml

from deploy.local import docker, jars
from deploy.stack import parts
from shared.http.serve import GRACE_SECONDS
from shared.settings import ROLE_PORTS, Settings

ROOT = Path(__file__).parents[3]


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return found


def test_compose_runs_every_role_of_every_service() -> None:
    services = read("docker-compose.yml")["services"]

    for part in parts():
        assert services[str(part)]["command"] == ["python", "-m", f"services.{part.service}", part.role]


def test_a_container_is_given_the_time_that_a_process_takes_to_end() -> None:
    services = read("docker-compose.yml")["services"]

    given = {services[str(part)]["stop_grace_period"] for part in parts()}

    assert {int(seconds.removesuffix("s")) >= 2 * GRACE_SECONDS for seconds in given} == {True}


def test_prometheus_watches_every_role_that_compose_runs() -> None:
    services = read("docker-compose.yml")["services"]
    roles = [name.rsplit("-", 1) for name in services if "-" in name]
    settings = Settings()

    targets = read("deploy/prometheus/prometheus.yml")["scrape_configs"][0]["static_configs"][0]["targets"]

    assert sorted(targets) == sorted(
        f"{service}-{role}:{settings.port(service, role)}" for service, role in roles
    )
    assert {role for _, role in roles} <= set(ROLE_PORTS)


def test_containers_run_the_same_kafka_and_mongodb_everywhere() -> None:
    services = read("docker-compose.yml")["services"]

    assert services["kafka"]["image"] == docker.KAFKA == f"apache/kafka:{jars.KAFKA}"
    assert services["mongo"]["image"] == docker.MONGO
