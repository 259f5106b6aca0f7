"""What the metrics of this process show."""

from prometheus_client import REGISTRY


def shown(name: str, **labels: str) -> float | None:
    """Return the value of a series as a scrape would have it now; None where there is none."""
    return REGISTRY.get_sample_value(name, labels)
