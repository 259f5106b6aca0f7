"""Kafka and MongoDB in containers, where a Docker engine answers."""

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploy.local import ports
from deploy.local.errors import Unavailable
from deploy.local.mongod import TRANSACTION_SECONDS

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

UNIX = "unix://"
SOCKET = "unix:///var/run/docker.sock"
KAFKA = "apache/kafka:4.2.0"
MONGO = "mongo:8"
PATIENCE = 60.0  # s, once the images are there


def answers() -> bool:
    """Say whether a Docker engine answers, and its Python client is installed."""
    try:
        import docker  # noqa: PLC0415 - an optional dependency
    except ImportError:
        return False
    url = docker.utils.kwargs_from_env().get("base_url", SOCKET)
    # The client leaves its own socket open when nobody listens, so it is asked only if somebody does.
    if url.startswith(UNIX) and not _listening("/" + url.removeprefix(UNIX).lstrip("/")):
        return False
    try:
        with contextlib.closing(docker.from_env(timeout=2)) as engine:
            return bool(engine.ping())
    except (docker.errors.DockerException, OSError):
        return False


def _listening(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


@contextlib.contextmanager
def kafka() -> Iterator[str]:
    """Run a one-node KRaft broker; yield its bootstrap servers.

    testcontainers' own Kafka container knows Confluent's images only, so this one is put together here.
    """
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - an optional dependency
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    port = ports.find()
    container = DockerContainer(KAFKA).with_bind_ports(9092, port).with_envs(**_kafka_settings(port))
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(int(PATIENCE)))
    with container:
        yield f"localhost:{port}"


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        # What clients outside the container are sent to, so the port must be known before it starts.
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://localhost:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_LOG_RETENTION_MS": "-1",
    }


@contextlib.contextmanager
def mongo() -> Iterator[str]:
    """Run a one-node replica set; yield its URI.

    testcontainers' own MongoDB container makes no replica set, without which there are no transactions.
    """
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - an optional dependency
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    container = DockerContainer(MONGO).with_command(
        f"--replSet rs0 --bind_ip_all --setParameter transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"
    )
    container.with_exposed_ports(27017)
    container.waiting_for(
        LogMessageWaitStrategy("Waiting for connections").with_startup_timeout(int(PATIENCE))
    )
    with container:
        _evaluate(
            container, "rs.initiate({_id: 'rs0', members: [{_id: 0, host: 'localhost:27017'}]}).ok", "1"
        )
        _evaluate(container, "db.hello().isWritablePrimary", "true")
        host, port = container.get_container_host_ip(), container.get_exposed_port(27017)
        yield f"mongodb://{host}:{port}/?directConnection=true"


def _evaluate(container: "DockerContainer", script: str, wanted: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        said = container.exec(["mongosh", "--quiet", "--eval", script])
        if said.exit_code == 0 and said.output.decode().strip() == wanted:
            return
        time.sleep(0.2)
    raise Unavailable("MongoDB's container did not become a replica set; look at it with `docker logs`.")
