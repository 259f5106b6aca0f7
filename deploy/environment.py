"""What a role's process is told by its environment: the settings it was started with, on free ports."""

from collections.abc import Container, Sequence

from deploy.local import ports
from deploy.local.errors import Unavailable
from shared.settings import PREFIX, ROLE_PORTS, Settings

# Children inherit this one as it is: written out, it would put a password into a command's environment twice.
_INHERITED = {"kafka_security", "instance"}
_IDENTITY = {"jwks", "issuer", "audience"}
_OFFSETS = sorted(set(ROLE_PORTS.values()))


def environment(settings: Settings, *, process: str) -> dict[str, str]:
    """Return the NANXUN_… variables that give a child these settings, whatever made them."""
    # Development keys are told by the data directory; named one by one they would stand for foreign ones.
    left_out = _INHERITED | (_IDENTITY if settings.development else set())
    told = settings.model_dump(mode="json", exclude=left_out)
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in told.items()} | {
        f"{PREFIX}INSTANCE": f"{settings.instance}-{process}"
    }


def with_free_ports(settings: Settings, services: Sequence[str], *, standard_ports: bool = True) -> Settings:
    """Return the settings with another port for each service whose standard ports are taken, or not wanted.

    Raises:
        Unavailable: a port that was set on purpose is taken.
    """
    chosen: dict[str, int] = {}
    avoid: set[int] = set()
    for service in services:
        name = f"{service}_port"
        wanted = settings.port(service) if standard_ports or name in settings.model_fields_set else None
        port = ports.find(wanted, also=_OFFSETS[1:], avoid=avoid)
        if port != wanted and name in settings.model_fields_set:
            raise Unavailable(
                f"Port {wanted}, or the ones for its relay and projection 100 and 200 above it, is taken:"
                f" set {PREFIX}{name.upper()} to another, or stop what uses it."
            )
        avoid |= {port + offset for offset in _OFFSETS}
        chosen[name] = port
    return settings.model_copy(update=chosen)


def beside(settings: Settings, service: str, *, avoid: Container[int]) -> Settings:
    """Return the settings of one more instance of ``service``: on a port whose roles are nobody's."""
    port = ports.find(also=_OFFSETS[1:], avoid=avoid)
    return settings.model_copy(update={f"{service}_port": port})
