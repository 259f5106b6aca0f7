"""Dividing planted totals so that the parts add up to them exactly."""

from collections.abc import Sequence


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole parts of ``total`` by weight, the largest remainders rounded up."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(part) for part in exact]
    rest = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in rest[: total - sum(parts)]:
        parts[index] += 1
    return parts
