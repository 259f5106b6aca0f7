"""Which part of a process tells a series of a gauge."""

from prometheus_client import CollectorRegistry, Gauge

from shared.series import Series


def test_a_series_that_went_over_to_another_part_stays_when_the_first_gives_it_up() -> None:
    registry = CollectorRegistry()
    gauge = Gauge("lag", "How far behind.", ["projection"], registry=registry)
    old, new = Series(gauge), Series(gauge)
    old.show({("tales",): lambda: 1.0})
    new.show({("tales@2",): lambda: 2.0})

    new.show({("tales",): lambda: 2.0})
    old.show({("tales@1",): lambda: 1.0})

    def told(projection: str) -> float | None:
        return registry.get_sample_value("lag", {"projection": projection})

    assert (told("tales"), told("tales@1"), told("tales@2")) == (2.0, 1.0, None)
    new.clear()
    old.clear()
    assert (told("tales"), told("tales@1")) == (None, None)
