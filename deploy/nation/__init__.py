"""The nation, made from a seed: its enterprises to register, and what happens in them, for measurements."""

from deploy.nation.enterprises import Register
from deploy.nation.sites import counties, site
from deploy.nation.stream import ENTERPRISES, MONTH, Nation

__all__ = ["ENTERPRISES", "MONTH", "Nation", "Register", "counties", "site"]
