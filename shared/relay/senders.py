"""The senders of a relay: one for each edition of the log that it feeds."""

from dataclasses import dataclass, field

from shared.edition import Edition
from shared.relay.editions import Fed
from shared.relay.rounds import Round
from shared.sender import Sender
from shared.settings import Settings


@dataclass(slots=True)
class Senders:
    """A sender for each edition.

    Attributes:
        settings: of the first edition.
    """

    settings: Settings
    _of: dict[Edition, Sender] = field(default_factory=dict)

    async def send(self, found: Round, editions: tuple[Fed, ...]) -> None:
        """Send to each edition what it lacks.

        Raises:
            NotSent: one of them did not take all.
        """
        for edition in self._of.keys() - {one.edition for one in editions}:
            await self._of.pop(edition).close()
        for one in editions:
            if lacking := found.records if one.whole else found.filling:
                await self._sender(one.edition).send(lacking)

    async def close(self) -> None:
        """Let go of every producer."""
        for sender in self._of.values():
            await sender.close()

    def _sender(self, edition: Edition) -> Sender:
        return self._of.setdefault(edition, Sender(self.settings.on(edition)))
