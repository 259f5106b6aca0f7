"""A wrong setting stops the start with its name and what it should be, and keeps its secrets."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.settings import Settings, WrongSetting, load

ROOT = Path(__file__).parents[2]
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
        ("MONGO", "mongodb://127.0.0.1:notaport"),
        ("MONGO", "mongodb://127.0.0.1:99999"),
        ("MONGO", "mongodb://[::1"),
        ("MONGO", "mongodb://relay:hush-hush@2@db/"),
        ("MONGO", "mongodb://relay:/hush-hush@db/"),
        ("MONGO", "mongodb://a,b/?directConnection=true"),
        ("MONGO", "mongodb+srv://relay:hush-hush@db.example.invalid:27017/"),
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


def test_an_address_that_dns_resolves_is_not_asked_for_when_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nobody can have a name in .invalid: a look-up would refuse it.
    monkeypatch.setenv("NANXUN_MONGO", "mongodb+srv://u:p%402@db.example.invalid/?retryWrites=true")

    assert load().mongo.startswith("mongodb+srv://u:p%402@")


def test_an_option_that_the_driver_does_not_know_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANXUN_MONGO", "mongodb://db/?ofTomorrow=1")

    assert load().mongo.endswith("ofTomorrow=1")


CERTIFICATES = [
    ("KAFKA_SECURITY", SASL.replace("}", ', "cafile": "FILE"}')),
    ("MONGO", "mongodb://u:hush-hush@db/?tls=true&tlsCAFile=FILE"),
]


@pytest.mark.parametrize(("name", "value"), CERTIFICATES)
def test_a_file_of_certificates_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    file = tmp_path / "ca.pem"
    monkeypatch.setenv(f"NANXUN_{name}", value.replace("FILE", str(file)))

    with pytest.raises(WrongSetting) as refusal:
        load()

    assert str(refusal.value) == (
        f"NANXUN_{name} should name a file of certificates: {file} is none (No such file or directory)."
    )


@pytest.mark.parametrize(("name", "value"), CERTIFICATES)
def test_a_file_that_holds_no_certificate_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing to trust")
    monkeypatch.setenv(f"NANXUN_{name}", value.replace("FILE", str(file)))

    with pytest.raises(
        WrongSetting, match=rf"^NANXUN_{name} should name .* is none \(it holds no"
    ) as refusal:
        load()

    assert "hush-hush" not in str(refusal.value)


def test_a_file_of_certificates_that_is_not_used_need_not_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANXUN_KAFKA_SECURITY", '{"protocol": "PLAINTEXT", "cafile": "/no/such"}')

    assert load().kafka_security is not None


@pytest.mark.parametrize(
    "program",
    [
        ("-m", "services.hazards", "relay"),
        ("-c", "from deploy.cli import main; main()", "lag"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("name", "value"),
    [("MONGO", "mongodb://relay:hush@hush@db:notaport/"), ("KAFKA_SECURITY", CERTIFICATES[0][1])],
)
def test_services_and_commands_end_with_the_one_sentence(
    tmp_path: Path, program: tuple[str, ...], name: str, value: str
) -> None:
    env = {f"NANXUN_{name}": value, "NANXUN_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}

    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, *program],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode in {1, 2}
    assert done.stdout == ""
    assert done.stderr.startswith(f"NANXUN_{name} should ")
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stderr


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
