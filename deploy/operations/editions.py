"""Which editions of the log there are, as every service that publishes says of its own."""

import asyncio

from deploy.operations.errors import NotNow
from deploy.operations.followed import Followed, followed
from deploy.operations.servers import store
from shared.edition import Edition
from shared.events.topology import SERVICES
from shared.mongo import Client, Database
from shared.projection.generation import generations
from shared.relay.editions import Fed, fed, unaware
from shared.settings import Settings

# A relay reads what it is to feed every second, and says so every two.
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 60.0


def publishers(settings: Settings, client: Client) -> dict[str, Database]:
    """Return the database of every service that publishes."""
    return {name: client[settings.database(name)] for name, bus in SERVICES.items() if bus.publishes}


async def in_use(settings: Settings, client: Client) -> list[Edition]:
    """Return every edition that a service's relays feed, oldest first."""
    found = {one.edition for of in publishers(settings, client).values() for one in await fed(of, settings)}
    return sorted(found)


async def logs(settings: Settings) -> list[Settings]:
    """Return the settings of every edition that a projection follows, whatever its generation; oldest first.

    Raises:
        Unavailable: MongoDB, which knows of them, does not answer.
    """
    async with store(settings) as client:
        known = await in_use(settings, client)
        live = {edition for one in followed() for edition in await _live(settings, client, one)}
    # A projection that never ran would follow the first, which may be gone by now.
    return [settings.on(edition) for edition in known if edition in live] or [settings.on(known[-1])]


async def _live(settings: Settings, client: Client, one: Followed) -> set[Edition]:
    database, name = one.database(settings, client), one.projection.name
    known = await generations(database, name)
    return {known.generation(database, name, number).on(settings).edition for number in known.live}


async def heard(
    service: str, database: Database, editions: tuple[Fed, ...], *, paused: str | None = None
) -> None:
    """Return once every running relay of a service has said that it feeds these, or stands still for a pause.

    Raises:
        NotNow: one does not say so.
    """
    late: list[str] = []
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for kind in SERVICES[service].publishes:
                while True:
                    late = await unaware(database, kind, editions, paused=paused)
                    if not late:
                        break
                    await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        names = ", ".join(late)
        raise NotNow(
            f"relay {names} of {service} runs and does not say that it knows: see that it reaches MongoDB"
            " and is of this release, then give the same command again; it goes on where it was."
        ) from None
