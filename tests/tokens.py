"""Who calls, in tests of a service: the headers of a request by an account in a role."""

from collections.abc import Sequence

from deploy.identity import mint
from shared.events.base import Role
from shared.settings import Settings


def bearer(
    settings: Settings,
    role: Role,
    sub: str = "ann",
    *,
    enterprises: Sequence[str] = (),
    areas: Sequence[str] = (),
) -> dict[str, str]:
    """Return the header of a request by ``sub``; the key set is made in the settings' data directory."""
    return {"Authorization": f"Bearer {mint(settings, role, sub, enterprises=enterprises, areas=areas)}"}
