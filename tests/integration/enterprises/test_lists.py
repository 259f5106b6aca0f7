"""Lists of enterprises: narrowed, in pages, and bounded to what the account reaches."""

from typing import Any

from shared.events.base import Role
from tests.integration.enterprises.conftest import MOTORS, SITE, TIMBER, Register, fields

VILLAGE = "N2330503MF0ABCDE17"


async def listed(register: Register, query: str = "", **asked: Any) -> list[str]:
    answer = await register.ask("GET", f"enterprises?{query}", **asked)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def three(register: Register) -> None:
    """A motor maker in Nanxun with a site next door, a timber works in Dalian, a village in Nanxun."""
    await register.put()
    await register.ask("PUT", f"enterprises/{MOTORS}/sites/2", SITE)
    await register.put(TIMBER, region="210211", industry="C2011", employees=9)
    await register.put(VILLAGE, industry="A0111", revenue_cny=None)


async def test_a_list_is_narrowed_by_region_trade_size_and_status(register: Register) -> None:
    await three(register)
    await register.ask("POST", f"enterprises/{VILLAGE}/close", {"reason": "撤并"})

    found = {
        query: await listed(register, query)
        for query in (
            "",
            "region=CN",
            "region=33",
            "region=3305",
            "region=330502",
            "region=21",
            "industry=C",
            "industry=C20",
            "size=micro",
            "status=closed",
            "region=33&industry=C&size=small",
        )
    }

    assert found == {
        "": [MOTORS, TIMBER, VILLAGE],
        "region=CN": [MOTORS, TIMBER, VILLAGE],
        "region=33": [MOTORS, VILLAGE],
        "region=3305": [MOTORS, VILLAGE],
        "region=330502": [MOTORS],
        "region=21": [TIMBER],
        "industry=C": [MOTORS, TIMBER],
        "industry=C20": [TIMBER],
        "size=micro": [TIMBER],
        "status=closed": [VILLAGE],
        "region=33&industry=C&size=small": [MOTORS],
    }


async def test_pages_follow_each_other_without_a_gap(register: Register) -> None:
    await three(register)

    first = (await register.ask("GET", "enterprises?limit=2")).json()
    second = (await register.ask("GET", f"enterprises?limit=2&cursor={first['cursor']}")).json()

    assert [item["id"] for page in (first, second) for item in page["items"]] == [MOTORS, TIMBER, VILLAGE]
    assert second["cursor"] is None


async def test_an_account_lists_what_it_reaches(register: Register) -> None:
    await three(register)
    both = {"enterprises": (TIMBER,), "areas": ("330502",)}

    assert await listed(register, role=Role.MANAGER, reach={"enterprises": (MOTORS,)}) == [MOTORS]
    assert await listed(register, role=Role.MANAGER) == [MOTORS]
    assert await listed(register, role=Role.INSPECTOR, reach={"areas": ("3305", "330503")}) == [
        MOTORS,
        VILLAGE,
    ]
    assert await listed(register, role=Role.AUTHORITY, reach={"areas": ("CN",)}) == [MOTORS, TIMBER, VILLAGE]
    assert await listed(register, role=Role.SERVICE, reach=both) == [MOTORS, TIMBER]
    assert await listed(register, "limit=1", role=Role.SERVICE, reach=both) == [MOTORS]
    assert await listed(register, "region=21", role=Role.INSPECTOR, reach={"areas": ("33",)}) == []
    assert await listed(register, role=Role.MANAGER, reach={"areas": ("CN",)}) == []


async def test_the_own_enterprises_come_in_pages_too(register: Register) -> None:
    await three(register)
    own = {"enterprises": (MOTORS, TIMBER, VILLAGE)}

    first = (await register.ask("GET", "enterprises?limit=2", role=Role.MANAGER, reach=own)).json()

    assert await listed(register, f"cursor={first['cursor']}", role=Role.MANAGER, reach=own) == [VILLAGE]


async def test_a_filter_that_is_no_code_is_refused_by_its_name(register: Register) -> None:
    for query, field in (
        ("region=99", "region"),
        ("industry=z", "industry"),
        ("size=huge", "size"),
        ("status=gone", "status"),
        ("limit=1001", "limit"),
        ("cursor=x", "cursor"),
    ):
        refused = await register.ask("GET", f"enterprises?{query}")
        assert (refused.status_code, fields(refused)) == (422, [field])
