"""How a list of enterprises is narrowed, each filter a code of its list."""

from typing import Annotated

from fastapi import Depends

from services.enterprises.store import Filter
from shared.codes import UnknownCode, industries, regions
from shared.events.base import Size
from shared.events.enterprises import RegisterStatus
from shared.http import invalid


async def _filter(
    region: str | None = None,
    industry: str | None = None,
    size: Size | None = None,
    status: RegisterStatus | None = None,
) -> Filter:
    try:
        area = None if region is None else regions.of(region).code
    except UnknownCode as error:
        raise invalid("region", str(error)) from None
    try:
        trade = None if industry is None else industries.entry(industry).code
    except UnknownCode as error:
        raise invalid("industry", str(error)) from None
    return Filter(area, trade, size, status)


Filtered = Annotated[Filter, Depends(_filter)]
