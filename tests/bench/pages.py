"""Measured tables in pages that people write: each stands between two marks, and is replaced."""

from collections.abc import Sequence
from pathlib import Path


class NoPlace(Exception):  # noqa: N818 - what became of the page
    """The page does not have the marks of a table; the sentence names them."""


def put(path: Path, name: str, lines: Sequence[str]) -> None:
    """Put ``lines`` between the marks ``<!-- name -->`` and ``<!-- /name -->`` of a page.

    Raises:
        NoPlace: the page does not have both, in this order.
    """
    first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, begun, rest = path.read_text(encoding="utf-8").partition(first)
    _, ended, after = rest.partition(last)
    if not (begun and ended):
        raise NoPlace(f"{path} should have a line {first} and, below it, a line {last}.")
    text = "\n".join(("", "", *lines, "", ""))
    path.write_text(before + first + text + last + after, encoding="utf-8")
