"""The HTTP edge of every service: one factory, one shape of refusal, one way from a request to a command."""

from shared.http.answers import Json, Page, answer
from shared.http.app import create_app, role_app
from shared.http.bodies import Amount, Body, Day, Line, Text, Time
from shared.http.callers import OpenRoute, allowed, caller, policy
from shared.http.commands import Commanded, command
from shared.http.cursors import DEFAULT_LIMIT, Limit, cursor_of, page_of, position_of
from shared.http.placed import Placed
from shared.http.problems import Problem, invalid
from shared.http.routes import Router
from shared.http.serve import PortTaken, run, serve

__all__ = [
    "DEFAULT_LIMIT",
    "Amount",
    "Body",
    "Commanded",
    "Day",
    "Json",
    "Limit",
    "Line",
    "OpenRoute",
    "Page",
    "Placed",
    "PortTaken",
    "Problem",
    "Router",
    "Text",
    "Time",
    "allowed",
    "answer",
    "caller",
    "command",
    "create_app",
    "cursor_of",
    "invalid",
    "page_of",
    "policy",
    "position_of",
    "role_app",
    "run",
    "serve",
]
