"""A measured table is put into its page, and what people wrote around it stays."""

from pathlib import Path

import pytest

from tests.bench.pages import NoPlace, put

PAGE = "# Page\n\nbefore\n\n<!-- rates -->\nold\n<!-- /rates -->\n\nafter\n"


def test_a_table_is_replaced_and_the_words_around_it_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")

    put(page, "rates", ["| a |", "| - |"])
    put(page, "rates", ["| b |", "| - |"])

    said = page.read_text(encoding="utf-8")
    assert said == PAGE.replace("old", "\n| b |\n| - |\n")


def test_a_page_without_the_marks_is_left_alone_and_the_marks_are_named(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n", encoding="utf-8")

    with pytest.raises(NoPlace, match="<!-- rates -->"):
        put(page, "rates", [])

    assert page.read_text(encoding="utf-8") == "# Page\n"
