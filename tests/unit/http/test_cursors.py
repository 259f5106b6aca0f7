"""A list by pages: everything once, and an end that is told."""

from functools import partial

import pytest

from shared.http import Problem, page_of
from shared.stream import Stored

IDS = [f"hz_{n}" for n in range(6)]


async def read(ids: list[str], *, after: str | None, limit: int) -> list[Stored[None]]:
    behind = [each for each in ids if after is None or each > after]
    return [Stored(each, 1, None, ()) for each in behind[:limit]]


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 7])
async def test_page_by_page_every_case_is_shown_once_and_no_page_is_empty(limit: int) -> None:
    pages, cursor = list[list[str]](), None

    while cursor is not None or not pages:
        page = await page_of(partial(read, IDS), lambda case: case.id, cursor=cursor, limit=limit)
        pages.append(page.items)
        cursor = page.cursor

    assert [each for page in pages for each in page] == IDS
    assert all(pages)


async def test_a_list_of_nothing_has_one_page_and_nothing_follows() -> None:
    page = await page_of(partial(read, []), lambda case: case.id, cursor=None, limit=1)

    assert (page.items, page.cursor) == ([], None)


async def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(Problem):
        await page_of(partial(read, IDS), lambda case: case.id, cursor="Nw", limit=1)
