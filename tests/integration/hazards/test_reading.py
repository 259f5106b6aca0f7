"""Reading hazards: nobody reads what is not theirs, and lists end."""

from typing import Any

import pytest

from tests.integration.hazards.world import CONTROLS, HERE, NOON, SEVERAL, THERE, World, form, problem

MISSING = "hz_" + "0" * 32


async def ids(world: World, who: dict[str, str] | None = None, **query: Any) -> set[str]:
    """Every id of a list, page by page."""
    found: list[str] = []
    while True:
        answer = await world.get("", who=who, limit=1000, **query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [item["id"] for item in page["items"]]
        if page["cursor"] is None:
            return set(found)
        query["cursor"] = page["cursor"]


@pytest.mark.parametrize("path", ["", "/history"])
async def test_a_hazard_is_read_by_its_enterprise_and_by_services(world: World, path: str) -> None:
    case = await world.reported()

    for who in (
        world.who("worker", "carl"),
        world.who("manager"),
        world.who("service", areas=("CN",)),
        world.who("service", enterprises=(HERE,)),
    ):
        assert (await world.get(f"/{case}{path}", who=who)).status_code == 200


@pytest.mark.parametrize("path", ["", "/history"])
async def test_to_everybody_else_a_hazard_is_not_there(world: World, path: str) -> None:
    case = await world.reported()

    for who in (
        world.who("manager", enterprises=(THERE,)),
        world.who("manager", areas=("CN",)),
        world.who("inspector", "ida", areas=("330503",)),
        world.who("service", areas=("3306",)),
    ):
        foreign = await world.get(f"/{case}{path}", who=who)
        missing = await world.get(f"/{MISSING}{path}", who=who)
        assert problem(foreign)[:2] == (404, "not-found")
        assert foreign.json() == missing.json()


@pytest.mark.parametrize("path", ["", "/hz_1", "/hz_1/history"])
@pytest.mark.parametrize("role", ["authority", "operator", "partner", "protection"])
async def test_roles_of_figures_read_no_case(world: World, path: str, role: str) -> None:
    answer = await world.get(path, who=world.who(role, areas=("CN",)))

    assert problem(answer)[:2] == (403, "forbidden")


async def test_a_list_holds_what_its_reader_may_see(world: World) -> None:
    inspector = world.who("inspector", "ivan", areas=("3305",))
    here, there = await world.reported(), world.who(enterprises=(THERE,))
    away = (await world.report(form(site=f"{THERE}-1"), who=there)).json()["id"]
    own = (await world.report(who=inspector)).json()["id"]

    assert {here, own} <= await ids(world)
    assert away not in await ids(world)
    assert away in await ids(world, there)
    assert {here, own, away} <= await ids(world, world.who("service", areas=("CN",)))
    assert await ids(world, world.who("service", areas=("3306",))) == await ids(world, there)
    assert await ids(world, inspector) == {own}
    assert await ids(world, world.who("inspector", "ivan", areas=("3306",))) == set()
    assert await ids(world, world.who("manager", enterprises=())) == set()


async def test_a_list_is_narrowed_by_enterprise_region_and_status(world: World) -> None:
    everywhere = world.who("service", areas=("CN",))
    case = await world.resolved()
    away = await world.report(form(site=f"{SEVERAL}-1"), who=world.who("service", enterprises=(SEVERAL,)))

    assert away.json()["id"] not in await ids(world, everywhere, enterprise=HERE)
    assert await ids(world, everywhere, enterprise=HERE) == await ids(world)
    assert await ids(world, everywhere, region="3306") == await ids(world, world.who(enterprises=(THERE,)))
    assert case in await ids(world, everywhere, region="330503", status="resolved")
    assert case not in await ids(world, everywhere, region="330503", status="reported")
    assert await ids(world, enterprise=THERE) == set()


async def test_overdue_is_what_is_open_beyond_its_day_in_shanghai(world: World) -> None:
    case, done, undated = await world.reported(), await world.reported(), await world.reported()
    for each in (case, done):
        await world.step(each, "assign", owner="设备科", due="2026-03-03")
    await world.step(done, "resolve", controls=CONTROLS)

    # Five minutes before and after midnight of the 3rd in Shanghai, which is 16:00 in UTC.
    world.now = NOON.replace(day=3, hour=15, minute=55)
    on_the_day = await ids(world, overdue="true")
    world.now = NOON.replace(day=3, hour=16, minute=5)
    the_day_after = await ids(world, overdue="true")

    assert case not in on_the_day
    assert case in the_day_after
    assert the_day_after.isdisjoint({done, undated})
    assert case in await ids(world, overdue="true", status="assigned")
    assert await ids(world, overdue="true", status="resolved") == set()


async def test_a_list_goes_on_where_it_stopped_and_ends(world: World) -> None:
    for _ in range(3):
        await world.reported()
    whole, walked, cursor = await ids(world), list[str](), dict[str, Any]()
    while True:
        page = (await world.get("", limit=2, **cursor)).json()
        walked += [item["id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}

    assert walked == sorted(whole)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("enterprise", "acme"),
        ("region", "33051"),
        ("status", "gone"),
        ("overdue", "maybe"),
        ("limit", 0),
        ("limit", 1001),
        ("cursor", "e30"),
    ],
)
async def test_a_list_that_is_asked_for_wrongly_names_the_parameter(
    world: World, name: str, wrong: Any
) -> None:
    assert problem(await world.get("", **{name: wrong})) == (422, "invalid", [name])
