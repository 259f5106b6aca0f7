"""Apache Kafka as child processes: one broker, or several as one cluster, each a controller too."""

import base64
import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local import ports
from deploy.local.errors import Unavailable
from deploy.local.jars import classpath
from deploy.local.java import java
from deploy.local.processes import Child, listening, stop_all

LOGGING = Path(__file__).with_name("log4j2.properties")
# A small heap and the quick compiler: it starts in seconds and leaves the cores to the services.
JVM = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
START = 60.0  # for a cold disk and busy cores; 3 s is usual
STANDARD = 9092


@dataclass(frozen=True)
class Cluster:
    """Brokers that run, and where they answer."""

    bootstrap: str
    brokers: Sequence[Child]


@dataclass(frozen=True)
class _Node:
    """One broker's place: its number, its ports, its folder."""

    number: int
    port: int
    controller: int
    folder: Path

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def log(self) -> Path:
        return self.folder.parents[1] / "logs" / f"kafka-{self.number}.log"


@contextlib.asynccontextmanager
async def cluster(data: Path, *, brokers: int = 1, standard_ports: bool = True) -> AsyncIterator[Cluster]:
    """Run brokers on their data of last time, or on none; stop them at the end.

    Raises:
        Unavailable: Java or Kafka cannot be had, or a broker does not start.
    """
    runtime, jars = java(), await classpath()
    nodes = _places(data / "kafka", brokers, standard=standard_ports)
    command = (runtime, *JVM, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", jars)
    _configure(nodes)
    await _format(nodes, command)
    children = [
        Child(f"Kafka {n.number}", (*command, "kafka.Kafka", str(n.properties)), log=n.log) for n in nodes
    ]
    bootstrap = ",".join(f"127.0.0.1:{n.port}" for n in nodes)
    try:
        for child in children:
            await child.start()
        for child, node in zip(children, nodes, strict=True):
            await child.until(lambda port=node.port: listening(port), within=START)  # type: ignore[misc]
        await children[0].until(lambda: _whole(bootstrap, brokers), within=START)
        yield Cluster(bootstrap, children)
    finally:
        await stop_all(children)


def _places(folder: Path, brokers: int, *, standard: bool) -> list[_Node]:
    nodes: list[_Node] = []
    for number in range(1, brokers + 1):
        taken = {port for node in nodes for port in (node.port, node.controller)}
        preferred = STANDARD + 10 * (number - 1) if standard else None
        # The controller listens beside the broker, as the standard ports 9092 and 9093 do.
        port = ports.find(preferred, also=(1,), avoid=taken)
        nodes.append(_Node(number, port, port + 1, folder / str(number)))
    return nodes


def _configure(nodes: Sequence[_Node]) -> None:
    # Written anew at every start: ports may differ from last time, the data does not mind.
    voters = ",".join(f"{n.number}@127.0.0.1:{n.controller}" for n in nodes)
    for node in nodes:
        node.folder.mkdir(parents=True, exist_ok=True)
        lines = (f"{key}={value}\n" for key, value in _properties(node, voters, len(nodes)).items())
        node.properties.write_text("".join(lines), encoding="utf-8")


def _properties(node: _Node, voters: str, brokers: int) -> dict[str, object]:
    replicas, in_sync = min(brokers, 3), min(brokers, 2)
    return {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "listeners": f"PLAINTEXT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": voters,
        "log.dirs": node.folder / "data",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 2,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        # A group of ours starts whole; waiting for latecomers would cost each start 3 s.
        "group.initial.rebalance.delay.ms": 0,
        # After a crash the controller refuses the broker until its old session ends: 9 s by default.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        # A misspelt topic must fail, not come into being with one partition.
        "auto.create.topics.enable": "false",
        "num.network.threads": 1,
        "num.io.threads": 2,
        # The default of 128 MB is heap, and more than ours.
        "log.cleaner.dedupe.buffer.size": 4 << 20,
        "log.segment.bytes": 64 << 20,
        # The topics are the log of record: nothing expires.
        "log.retention.ms": -1,
    }


async def _format(nodes: Sequence[_Node], command: Sequence[str]) -> None:
    if all((node.folder / "data" / "meta.properties").exists() for node in nodes):
        return
    # Kafka's own notation of an id; a leading "-" would be read as an option.
    identity = "N" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
    tool = ("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", identity, "-c")
    for node in nodes:
        child = Child("Kafka's formatting", (*command, *tool, str(node.properties)), log=node.log)
        await child.start()
        if await child.ended():
            raise Unavailable(f"Kafka could not format {node.folder}; its last words are in {node.log}.")


async def _whole(bootstrap: str, brokers: int) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        seen = await admin.describe_cluster()
    except KafkaError:
        return False
    finally:
        await admin.close()
    return len(seen["brokers"]) == brokers
