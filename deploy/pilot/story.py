"""The run from the first request to the verdict: what was sent, what the report says of it, what differs."""

import time
from dataclasses import dataclass
from datetime import timedelta

from deploy.pilot.expected import differences
from deploy.pilot.plan import Plan
from deploy.pilot.reading import Reader, Reading
from deploy.pilot.replay import Progress, Replay, Sent
from deploy.stack import Stack
from shared.settings import Settings

# The pilot lies ten years back, and its people are no importing service: the limit is lifted for this run.
_BACKDATE_DAYS = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a plan.

    Attributes:
        differences: a sentence for each figure that is not what was planted; none is what success means.
        settling: seconds from the last answer until the report said so.
    """

    plan: Plan
    sent: Sent
    reading: Reading
    differences: list[str]
    settling: float


def of_long_ago(settings: Settings) -> Settings:
    """Return the settings with which services take the word of people about ten years ago."""
    return settings.model_copy(update={"backdate_days": _BACKDATE_DAYS.days})


async def run(stack: Stack, plan: Plan, progress: Progress = lambda _: None) -> Result:
    """Send the plan and wait until the report stands.

    Raises:
        NotAccepted: a service refused what the plan says it accepts.
        httpx2.HTTPError: no report could be read.
    """
    sent = await Replay(stack, plan, progress).run()
    began = time.monotonic()
    reading = await Reader(stack, plan).settled(lambda now: not differences(plan, now))
    return Result(plan, sent, reading, differences(plan, reading), time.monotonic() - began)
