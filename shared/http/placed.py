"""Where a case belongs, as a body says it: at a site, or at the only site of an enterprise."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from shared.auth import Uscc
from shared.http.bodies import Body

SiteId = Annotated[str, Field(pattern=r"^[0-9A-Z]{18}-[1-9][0-9]{0,4}$")]


class Placed(Body):
    """A body that belongs to a site; the enterprise alone is enough where it has only one."""

    enterprise: Uscc | None = None
    site: SiteId | None = Field(None, validate_default=True)

    @field_validator("site")
    @classmethod
    def _placed(cls, site: str | None, said: ValidationInfo) -> str | None:
        enterprise = said.data.get("enterprise")
        if site is None and "enterprise" in said.data and enterprise is None:
            raise ValueError("should be given, or the enterprise where it has only one")
        # Never to become known, it is nothing to try again.
        if site and enterprise and not site.startswith(f"{enterprise}-"):
            raise ValueError("should be a site of the enterprise")
        return site

    @property
    def owner(self) -> str:
        """The enterprise whose site is meant."""
        return self.enterprise or (self.site or "").rpartition("-")[0]
