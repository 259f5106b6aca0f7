"""The copy of the register that a service keeps: which sites there are, and which cases of other services.

A projection of topic ``enterprises`` (and of others, whose cases can be referred to), and its look-ups.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events.base import CaseFact, Fact, Recorded, Site, Size
from shared.events.enterprises import EnterpriseFact, RegisterStatus
from shared.events.rules import NoSite, reach
from shared.lookup import Lookup
from shared.mongo import Database, Document, answering
from shared.projection import Folded, Generation, Projection
from shared.projection.documents import CASES, case_id
from shared.projection.generation import current, dropped

NAME = "places"
# After a rebuild, readers go over to the new generation within this.
_GENERATION_SECONDS = 2.0


class UnknownSite(NoSite):
    """This service does not know the site, or not yet: its registration may still be on the way."""

    slug = "unknown-site"


class SeveralSites(NoSite):
    """The enterprise has several sites, and the request does not say which it means."""

    slug = "several-sites"


class ClosedSite(NoSite):
    """The site had ceased to work before what is reported happened."""

    slug = "closed-site"


def places(*topics: str) -> Projection[Document, Any]:
    """Return the projection that keeps the copy, of ``enterprises`` and of the cases on ``topics``."""
    return Projection(
        name=NAME,
        topics=("enterprises", *topics),
        fold=fold,
        dump=lambda state: state,
        load=lambda state: state,
    )


def fold(state: Document | None, event: Recorded[Fact]) -> Folded[Document, Any]:
    """Keep of a case where it belongs, and of an enterprise its whole entry with when its sites closed."""
    fact = event.fact
    if isinstance(fact, EnterpriseFact):
        closed: dict[str, str] = dict((state or {}).get("closed", {}))
        for site in fact.enterprise.sites:
            if site.status is RegisterStatus.CLOSED:
                closed.setdefault(site.id, event.occurred_at.isoformat())
            else:
                # Taken up again, it takes what is reported whenever it happened.
                closed.pop(site.id, None)
        return Folded({"enterprise": fact.enterprise.model_dump(mode="json"), "closed": closed})
    assert isinstance(fact, CaseFact), "every other fact belongs to a site"
    return Folded({"site": fact.site.id})


@dataclass(slots=True)
class Places:
    """Look-ups in the copy.

    Attributes:
        database: the service's own.
    """

    database: Database
    _generation: Generation | None = None
    _lookup: Lookup | None = None
    _read_at: float = float("-inf")

    async def site(self, *, site: str | None, enterprise: str | None, at: datetime) -> Site:
        """Return the site that a request means, as every event of its case will carry it.

        Args:
            site: its id, or None where the enterprise has only one.
            enterprise: the enterprise; may be left out where the site is given.
            at: when what is reported happened.

        Raises:
            UnknownSite: the copy has no such enterprise or site.
            SeveralSites: only the enterprise was named, and it has more than one open site.
            ClosedSite: the site had closed before.
            Unavailable: the store did not answer in time.
        """
        owner = enterprise or (site or "").rpartition("-")[0]
        known = await self._state(owner, owner)
        entry = known["enterprise"] if known else {"sites": []}
        if known is not None and site is None:
            site = _only(entry)
        found = next((candidate for candidate in entry["sites"] if candidate["id"] == site), None)
        if known is None or found is None:
            field = "site" if site else "enterprise"
            raise UnknownSite(
                "this service does not know the site", fields={field: "is not known here (yet)"}
            )
        meant = _site(entry, found)
        if (closed := known["closed"].get(site)) and datetime.fromisoformat(closed) <= at:
            raise ClosedSite(
                f"the site closed at {closed}", fields={"site": f"closed at {closed}"}, reach=reach(meant)
            )
        return meant

    async def holds(self, enterprise: str, case: str) -> bool:
        """Whether the enterprise has a case of this id, in another service.

        Raises:
            Unavailable: the store did not answer in time.
        """
        return await self._state(enterprise, case) is not None

    async def _state(self, key: str, subject: str) -> Document | None:
        with answering():
            lookup = await self._copy()
            generation = self._generation
            row = await lookup.get(case_id(key, subject))
            # Of a process that was frozen meanwhile: nothing, since the copy is gone, is no answer.
            if row is None and generation is not None and await dropped(generation):
                self._lookup = None
                row = await (await self._copy()).get(case_id(key, subject))
        return row["state"] if row else None

    async def _copy(self) -> Lookup:
        """The copy that is current, looked for again from time to time."""
        if self._lookup is None or time.monotonic() - self._read_at > _GENERATION_SECONDS:
            self._read_at = time.monotonic()
            generation = await current(self.database, NAME)
            if self._lookup is None or generation != self._generation:
                self._generation, self._lookup = generation, Lookup(generation.collection(CASES))
        return self._lookup


def _only(entry: Document) -> str | None:
    sites: list[Document] = entry["sites"]
    candidates = [site for site in sites if site["status"] == RegisterStatus.ACTIVE] or sites
    if len(candidates) > 1:
        raise SeveralSites(
            "the enterprise has several sites",
            fields={"site": "should say which"},
            reach=tuple({code: None for site in candidates for code in reach(_site(entry, site))}),
            sites=[site["id"] for site in candidates],
        )
    return str(candidates[0]["id"]) if candidates else None


def _site(entry: Document, site: Document) -> Site:
    return Site(
        id=site["id"],
        enterprise=entry["id"],
        country=entry["country"],
        region=site["region"],
        industry=site["industry"],
        size=Size(entry["size"]),
    )
