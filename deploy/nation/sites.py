"""The places of the nation: its counties, and the site of any of its enterprises by number."""

from functools import cache

from services.enterprises.uscc import ALPHABET, check_character
from shared.codes import regions
from shared.events.base import Site, Size
from shared.events.rules import NATION

# A division of each section, so that industries look as they do on the wire.
DIVISIONS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRST",
        (1, 6, 38, 44, 47, 52, 54, 62, 65, 66, 70, 72, 73, 77, 80, 83, 84, 87, 94, 97),
        strict=True,
    )
)
_PLACE = {section: place for place, section in enumerate(DIVISIONS)}
_SIZE = {size: place for place, size in enumerate(Size)}
_ORGANISATION = 9  # places of an organisation's code in it


def site(region: str, section: str, size: Size, number: int) -> Site:
    """Return the only site of an enterprise: the ``number``-th of its county, section and size."""
    places = len(_PLACE) * len(_SIZE)
    code = number * places + _PLACE[section] * len(_SIZE) + _SIZE[size]
    owner = f"91{region}{_digits(code)}"
    owner += check_character(owner)
    return Site(
        id=f"{owner}-1",
        enterprise=owner,
        country=NATION,
        region=region,
        industry=f"{section}{DIVISIONS[section]:02d}",
        size=size,
    )


def _digits(number: int) -> str:
    digits = ""
    for _ in range(_ORGANISATION):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


@cache
def counties() -> tuple[str, ...]:
    """Return the codes of all counties that are in force."""
    return tuple(
        county.code
        for province in regions.children(NATION)
        for prefecture in regions.children(province.code)
        for county in regions.children(prefecture.code)
        if county.valid_to is None
    )
