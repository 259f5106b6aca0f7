"""GB/T 6441-1986, the twenty types of accident: what a hazard may cause.

GB 6441-2025 replaces it on 2026-07-01. Until its official codes are at hand those of 1986 stay acceptable.
"""

from shared.codes.lists import CodeList, Entry, load


def listed() -> CodeList:
    """Return the list as stored."""
    return load("gb-6441")


def entry(code: str) -> Entry:
    """Return the entry of ``code``, "01" to "20".

    Raises:
        UnknownCode: any other text, also "1".
    """
    return listed().entry(code)


def name(code: str) -> str | None:
    """Return the Chinese label of ``code``; raises UnknownCode."""
    return entry(code).zh
