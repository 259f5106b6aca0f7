"""Lists whose codes grow to the right: a deeper code that our copy lacks is accepted below a known one."""

from collections.abc import Sequence
from dataclasses import dataclass
from re import Pattern

from shared.codes.lists import CodeList, Entry, UnknownCode, document, load


@dataclass(frozen=True, slots=True)
class Tree:
    """A hierarchical list: ``shape`` is what every code looks like, ``lengths`` those of its levels.

    The stored document names, as ``closed``, the codes whose next level is listed in full: what is
    missing there does not exist. Everywhere else a well-formed code is accepted as unlisted.
    """

    id: str
    shape: Pattern[str]
    lengths: Sequence[int]
    looks: str

    def entry(self, code: str) -> Entry:
        """Return the entry of ``code``, made up without a label where the list stops above it.

        Raises:
            UnknownCode: not of the list's shape, or below a code that is not there.
        """
        listed = self.listed()
        if code in listed.entries:
            return listed.entries[code]
        if not self.shape.fullmatch(code):
            raise UnknownCode(self.id, code, f"a code looks like {self.looks}")
        above = self._above(code)
        known = next((prefix for prefix in above if prefix in listed.entries), None)
        if known is None or known in document(self.id)["closed"]:
            raise UnknownCode(self.id, code, f"there is no {code[: self._next(known)]} in it")
        return Entry(code, parent=above[0], unlisted=True)

    def listed(self) -> CodeList:
        """Return the list as stored."""
        return load(self.id)

    def _above(self, code: str) -> list[str]:
        return [code[:length] for length in reversed(self.lengths) if length < len(code)]

    def _next(self, known: str | None) -> int:
        at = len(known) if known else 0
        return next(length for length in self.lengths if length > at)
