"""Sites of an enterprise over HTTP."""

from tests.integration.enterprises.conftest import MOTORS, SITE, Register, fields, problem

SITES = f"enterprises/{MOTORS}/sites"


async def test_a_further_site_is_created_at_its_address_and_then_changed(register: Register) -> None:
    await register.put()

    made = await register.ask("PUT", f"{SITES}/2", SITE)
    same = await register.ask("PUT", f"{SITES}/2", SITE)
    changed = await register.ask("PUT", f"{SITES}/2", {**SITE, "employees": 41})

    assert (made.status_code, made.headers["location"]) == (201, f"/v1/{SITES}/2")
    assert [site["id"] for site in made.json()["sites"]] == [f"{MOTORS}-1", f"{MOTORS}-2"]
    assert (same.status_code, same.json()["version"]) == (200, 2)
    assert (changed.status_code, changed.json()["sites"][1]["employees"]) == (200, 41)


async def test_a_site_is_read_at_the_address_it_was_created_at(register: Register) -> None:
    await register.put()
    made = await register.ask("PUT", f"{SITES}/2", SITE)

    read = await register.client.get(
        made.headers["location"], headers=dict(made.request.headers) | {"content-length": "0"}
    )

    assert read.json() == {"id": f"{MOTORS}-2", **SITE, "status": "active"}
    assert problem(await register.ask("GET", f"{SITES}/3")) == (404, "not-found")


async def test_a_site_closes_alone_without_a_body(register: Register) -> None:
    await register.put()
    await register.ask("PUT", f"{SITES}/2", SITE)

    closed = await register.ask("POST", f"{SITES}/2/close")

    assert closed.status_code == 200
    assert [site["status"] for site in closed.json()["sites"]] == ["active", "closed"]
    assert problem(await register.ask("POST", f"{SITES}/2/close", {})) == (409, "wrong-state")
    assert problem(await register.ask("POST", f"{SITES}/1/close")) == (409, "last-site")
    assert problem(await register.ask("POST", f"{SITES}/9/close")) == (404, "not-found")


async def test_a_number_out_of_turn_is_refused(register: Register) -> None:
    await register.put()

    for number in ("0", "3", "501", "x"):
        assert fields(await register.ask("PUT", f"{SITES}/{number}", SITE)) == ["n"]
    assert len(await register.events()) == 1


async def test_a_site_is_checked_like_its_enterprise(register: Register) -> None:
    await register.put()

    for wrong, field in (
        ({"region": "33"}, "region"),
        ({"industry": "c38"}, "industry"),
        ({"name": " "}, "name"),
        ({"revenue_cny": 1}, "revenue_cny"),
    ):
        assert fields(await register.ask("PUT", f"{SITES}/2", {**SITE, **wrong})) == [field]
    assert len(await register.events()) == 1


async def test_the_name_of_a_site_stays_here(register: Register) -> None:
    await register.put()
    await register.ask("PUT", f"{SITES}/2", SITE)

    assert all(SITE["name"] not in event["data"] for event in await register.events())
