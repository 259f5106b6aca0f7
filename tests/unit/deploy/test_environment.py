"""A child process that reads its environment has the settings of its parent."""

from pathlib import Path

import pytest

from deploy.environment import environment
from shared.settings import Settings, load


def restored(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment(settings, process="hazards-api").items():
        monkeypatch.setenv(name, value)
    return load()


def test_settings_of_every_kind_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        data=tmp_path,
        kafka="a:1,b:2",
        mongo="mongodb://u:p@m/?x=y",
        namespace="n",
        rate="5/second",
        hazards_port=9,
    )

    found = restored(settings, monkeypatch)

    assert found.model_dump(exclude={"instance"}) == settings.model_dump(exclude={"instance"})


def test_keys_of_another_issuer_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=tmp_path, jwks="https://id.example/jwks", issuer="id.example", audience="us")

    found = restored(settings, monkeypatch)

    assert (found.jwks, found.issuer, found.audience) == ("https://id.example/jwks", "id.example", "us")


def test_processes_on_one_machine_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = restored(Settings(data=tmp_path, instance="host"), monkeypatch)

    assert found.instance == "host-hazards-api"
