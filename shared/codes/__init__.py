"""Code lists as data files with a loader: what a code means, in which version, and whether it is one.

Importing this reads nothing; a list is read when it is first asked for. Standard library only.
"""

from shared.codes.lists import LISTS, CodeList, Entry, UnknownCode, lists, load

__all__ = ["LISTS", "CodeList", "Entry", "UnknownCode", "lists", "load"]
