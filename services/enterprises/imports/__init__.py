"""Imports of enterprises: bodies of any length, read line by line, each line applied as a PUT."""

from services.enterprises.imports.api import PATH, router

__all__ = ["PATH", "router"]
