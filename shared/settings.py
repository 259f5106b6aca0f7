"""The settings of every process: one frozen class, read once from NANXUN_… and passed in."""

import socket
import ssl
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from limits import RateLimitItem, parse_many
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared import mongo as store
from shared.edition import Edition

PREFIX = "NANXUN_"
_PORTS = 65_536  # two octets
_DEVELOPMENT_KEYS = "jwks.json"
#: What a relay or projection of a service adds to the service's own port.
ROLE_PORTS = {"api": 0, "all": 0, "relay": 100, "projection": 200}


class WrongSetting(Exception):  # noqa: N818 - named as the refusal it is
    """A setting has a value that cannot be used; the sentence names it and what it should be."""


class KafkaSecurity(BaseModel):
    """TLS and SASL of the Kafka cluster, given as a JSON object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "SASL_SSL"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    username: str | None = None
    password: SecretStr | None = None
    cafile: Path | None = None

    @model_validator(mode="after")
    def _sasl_is_whole(self) -> Self:
        credentials = (self.mechanism, self.username, self.password)
        if self.protocol.startswith("SASL") and None in credentials:
            raise ValueError("SASL needs mechanism, username and password")
        return self

    def trust(self) -> ssl.SSLContext | None:
        """Return what brokers are known by; None where they are spoken to without TLS.

        Raises:
            OSError: ``cafile`` cannot be read, or holds no certificate.
        """
        return ssl.create_default_context(cafile=self.cafile) if self.protocol.endswith("SSL") else None


def _brokers(value: str) -> str:
    for broker in value.split(","):
        host, _, port = broker.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < _PORTS:
            raise ValueError(broker)
    return value


def _mongo(value: str) -> str:
    try:
        store.check(value)
    except OSError as error:
        raise _no_certificate("mongo", error.filename or "one that it names", error) from None
    return value


def _keys(value: str) -> str:
    url = urlsplit(value)
    # Keys fetched in the clear could be anybody's; this machine's own loopback is the exception.
    if url.scheme == "http" and url.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ValueError(value)
    return value


def _rate(value: str) -> str:
    return value if not value or parse_many(value) else ""


_SECURITY = TypeAdapter(KafkaSecurity)


def _security(value: object) -> object:
    return _SECURITY.validate_json(value) if isinstance(value, str) else value


def _trusted(value: KafkaSecurity | None) -> KafkaSecurity | None:
    if value is not None and value.cafile is not None:
        try:
            value.trust()
        except OSError as error:
            raise _no_certificate("kafka_security", str(value.cafile), error) from None
    return value


# A role's port lies up to 200 above its service's.
Port = Annotated[int, Field(ge=1, le=65_335, description="a free TCP port from 1 to 65335")]


class Settings(BaseSettings):
    """Every setting; the descriptions are what a refused value is answered with.

    Development is what holds while no key set is named: keys, issuer and audience are then the local ones.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, env_ignore_empty=True, validate_default=True, extra="forbid"
    )

    kafka: Annotated[str, AfterValidator(_brokers)] = Field(
        "127.0.0.1:9092", description="bootstrap servers such as 'host:9092' or 'a:9092,b:9092'"
    )
    # Not shown in a repr: the URI may carry a password.
    mongo: Annotated[str, AfterValidator(_mongo)] = Field(
        "mongodb://127.0.0.1:27017/?directConnection=true",
        pattern=r"^mongodb(\+srv)?://.",
        repr=False,
        description="a MongoDB URI such as 'mongodb://host:27017/?replicaSet=rs0' (ports from 1 to 65535,"
        " a password percent-encoded: '@' as '%40')",
    )
    jwks: Annotated[str, AfterValidator(_keys)] = Field(
        "", description="the file or https URL of a JSON Web Key Set (http only on this machine)"
    )
    issuer: str = Field("", description="the 'iss' of accepted tokens; required once NANXUN_JWKS is set")
    audience: str = Field("", description="the 'aud' of accepted tokens; required once NANXUN_JWKS is set")
    data: Path = Field(Path(".nanxun"), description="a directory for the data of local servers")
    kafka_security: Annotated[
        KafkaSecurity | None, NoDecode, BeforeValidator(_security), AfterValidator(_trusted)
    ] = Field(
        None,
        description='a JSON object such as {"protocol": "SASL_SSL", "mechanism": "SCRAM-SHA-512",'
        ' "username": "…", "password": "…", "cafile": "…"}',
    )
    instance: str = Field(
        default_factory=socket.gethostname,
        pattern=r"^[A-Za-z0-9._-]{1,128}$",
        description="the stable name of this process: 1 to 128 letters, digits, '.', '_' or '-'",
    )
    rate: Annotated[str, AfterValidator(_rate)] = Field(
        "",
        description="requests per caller such as '1000/second' or '100/second;2000/minute'; empty for none",
    )
    host: str = Field(
        "127.0.0.1", description="the address that HTTP listens on; '0.0.0.0' within a container"
    )
    # Topics never grow in place, so a cluster begins with more (12 lanes fill a small one).
    partitions: int = Field(12, ge=1, le=1_000, description="a number of partitions from 1 to 1000")
    replication: int = Field(1, ge=1, le=7, description="a replication factor from 1 to 7")
    # One quarter: late paper forms come in, closed quarters stay closed.
    backdate_days: int = Field(92, ge=0, le=36_500, description="a number of days from 0 to 36500")
    namespace: str = Field(
        "",
        pattern=r"^([a-z0-9][a-z0-9-]{0,31})?$",
        description="empty, or up to 32 lower-case letters, digits or '-', put before topics and databases",
    )
    enterprises_port: Port = 8001
    suggestions_port: Port = 8002
    hazards_port: Port = 8003
    reporting_port: Port = 8004
    notifications_port: Port = 8005
    # No variable: which edition of the log is meant is kept with what is made from it.
    _edition: int = PrivateAttr(1)

    @model_validator(mode="before")
    @classmethod
    def _identity(cls, given: dict[str, object]) -> dict[str, object]:
        if given.get("jwks"):
            for name in ("issuer", "audience"):
                if not given.get(name):
                    raise WrongSetting(_sentence(name))
            return given
        jwks = Path(str(given.get("data") or ".nanxun")) / _DEVELOPMENT_KEYS
        return {"issuer": "nanxun-development", "audience": "nanxun", **given, "jwks": str(jwks)}

    @property
    def development_keys(self) -> Path:
        """Where the public half of this machine's own key lies, for tokens of development."""
        return self.data / _DEVELOPMENT_KEYS

    @property
    def development(self) -> bool:
        """Whether tokens are checked against this machine's own key, since no key set was named."""
        return self.jwks == str(self.development_keys)

    def on(self, edition: Edition) -> Self:
        """Return the settings of an edition of the log: its topics, its number of partitions."""
        these = self.model_copy(update={"partitions": edition.partitions})
        these._edition = edition.number  # noqa: SLF001 - our own
        return these

    @property
    def edition(self) -> Edition:
        """Which edition of the log its topics are of."""
        return Edition(self._edition, self.partitions)

    def topic(self, name: str) -> str:
        """Return the topic's name on the cluster, in the edition of the settings."""
        called = self.edition.named(name)
        return f"{self.namespace}.{called}" if self.namespace else called

    def database(self, service: str) -> str:
        """Return the name of the service's own database."""
        return f"{self.namespace}_nanxun_{service}" if self.namespace else f"nanxun_{service}"

    def port(self, service: str, role: str = "api") -> int:
        """Return where one role of a service answers HTTP."""
        base: int = getattr(self, f"{service}_port")
        return base + ROLE_PORTS[role]

    def limits(self) -> list[RateLimitItem]:
        """Return the request rates a caller may reach; none when no rate is set."""
        return parse_many(self.rate) if self.rate else []


def _sentence(name: str) -> str:
    # The value itself is not repeated: it may hold a password.
    return f"{PREFIX}{name.upper()} should be {Settings.model_fields[name].description}."


def _no_certificate(name: str, file: str, error: OSError) -> WrongSetting:
    why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
    return WrongSetting(f"{PREFIX}{name.upper()} should name a file of certificates: {file} is none ({why}).")


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        WrongSetting: a value cannot be used; the sentence names the variable and what it should be.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise WrongSetting(_sentence(str(error.errors()[0]["loc"][0]))) from None
