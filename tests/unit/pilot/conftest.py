"""The plan of the whole pilot, made once, and small ones of other seeds."""

import pytest

from deploy.pilot.plan import Plan, plan


@pytest.fixture(scope="session")
def whole() -> Plan:
    return plan()


@pytest.fixture(scope="session", params=[(2016, 0.05), (7, 0.05), (11, 0.2)], ids=str)
def small(request: pytest.FixtureRequest) -> Plan:
    seed, scale = request.param
    return plan(seed, scale)


@pytest.fixture(scope="session", params=["whole", "small"])
def any_plan(request: pytest.FixtureRequest, whole: Plan) -> Plan:
    return whole if request.param == "whole" else plan(3, 0.1)
