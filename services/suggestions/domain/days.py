"""Days as the factory counts them."""

from datetime import date, datetime

from shared.events.rules import SHANGHAI


def day_of(at: datetime) -> date:
    """Return the day in Asia/Shanghai."""
    return at.astimezone(SHANGHAI).date()
