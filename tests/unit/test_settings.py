"""A wrong setting stops the start with its name and what it should be, and keeps its secrets."""

from pathlib import Path

import pytest

from shared.settings import Settings, WrongSetting, load

SASL = '{"protocol": "SASL_SSL", "mechanism": "SCRAM-SHA-512", "username": "relay", "password": "hush-hush"}'


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"NANXUN_{name.upper()}", raising=False)


def test_development_needs_no_setting() -> None:
    settings = load()

    assert settings.jwks == str(Path(".nanxun/jwks.json"))
    assert (settings.issuer, settings.audience) == ("nanxun-development", "nanxun")
    assert (settings.partitions, settings.replication, settings.backdate_days) == (12, 1, 92)
    assert settings.limits() == []


def test_development_finds_its_keys_with_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANXUN_DATA", "/var/lib/nanxun")

    assert load().jwks == "/var/lib/nanxun/jwks.json"


def test_outside_development_nobody_guesses_whose_tokens_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANXUN_JWKS", "https://login.example/keys")
    with pytest.raises(WrongSetting, match="NANXUN_ISSUER should be"):
        load()
    monkeypatch.setenv("NANXUN_ISSUER", "https://login.example")
    with pytest.raises(WrongSetting, match="NANXUN_AUDIENCE should be"):
        load()
    monkeypatch.setenv("NANXUN_AUDIENCE", "nanxun")

    assert load().jwks == "https://login.example/keys"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KAFKA", "localhost"),
        ("KAFKA", "localhost:x"),
        ("KAFKA", "a:9092,,b:9092"),
        ("MONGO", "postgres://localhost"),
        ("KAFKA_SECURITY", "{"),
        ("KAFKA_SECURITY", "{}"),
        ("KAFKA_SECURITY", '{"protocol": "SSL", "passwort": "x"}'),
        ("KAFKA_SECURITY", SASL.replace("SCRAM-SHA-512", "MD5")),
        ("INSTANCE", "a b"),
        ("RATE", "quick"),
        ("PARTITIONS", "0"),
        ("PARTITIONS", "twelve"),
        ("REPLICATION", "-1"),
        ("BACKDATE_DAYS", "1.5"),
        ("HAZARDS_PORT", "70000"),
        ("NAMESPACE", "A.B"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"NANXUN_{name}", value)

    with pytest.raises(WrongSetting, match=rf"^NANXUN_{name} should be .{{5}}") as refusal:
        load()

    assert "hush-hush" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_keys_do_not_come_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANXUN_ISSUER", "i")
    monkeypatch.setenv("NANXUN_AUDIENCE", "a")
    monkeypatch.setenv("NANXUN_JWKS", "http://login.example/keys")
    with pytest.raises(WrongSetting, match="NANXUN_JWKS"):
        load()
    monkeypatch.setenv("NANXUN_JWKS", "http://127.0.0.1:8080/keys")

    assert load().jwks.startswith("http://127")


def test_what_is_set_is_read_and_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANXUN_KAFKA_SECURITY", SASL)
    monkeypatch.setenv("NANXUN_MONGO", "mongodb://u:hush-hush@db/")
    monkeypatch.setenv("NANXUN_RATE", "100/second;2000/minute")

    settings = load()

    assert settings.kafka_security is not None
    assert settings.kafka_security.password is not None
    assert settings.kafka_security.password.get_secret_value() == "hush-hush"
    assert "hush-hush" not in repr(settings)
    assert len(settings.limits()) == 2


def test_names_on_a_shared_cluster_carry_the_namespace() -> None:
    alone, shared = Settings(), Settings(namespace="pilot")

    assert (alone.topic("hazards"), alone.database("hazards")) == ("hazards", "nanxun_hazards")
    assert (shared.topic("hazards"), shared.database("hazards")) == ("pilot.hazards", "pilot_nanxun_hazards")


def test_each_role_has_its_own_port() -> None:
    settings = Settings(hazards_port=9003)

    assert [settings.port("hazards", role) for role in ("api", "relay", "projection")] == [9003, 9103, 9203]
    assert settings.port("enterprises") == 8001
