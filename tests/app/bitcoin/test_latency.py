"""Distributions of durations: bounded, with percentiles and a histogram."""

from hypothesis import given
from hypothesis import strategies as st

from underround.app.bitcoin.latency import KEPT, Durations, histogram
from underround.core.units import NS_PER_MS


def test_nothing_measured_is_none():
    durations = Durations()
    assert durations.percentile_ms(0.5) is None
    assert durations.summary() == {
        "count": 0,
        "p50": None,
        "p90": None,
        "p99": None,
        "max": None,
        "histogram": [],
    }


def test_percentiles_are_in_milliseconds():
    durations = Durations()
    for value_ms in range(1, 101):
        durations.add(value_ms * NS_PER_MS)
    summary = durations.summary()
    assert [summary[name] for name in ("p50", "p90", "p99", "max")] == [51, 91, 100, 100]
    assert durations.last_ns == 100 * NS_PER_MS


def test_what_is_kept_is_bounded_and_what_was_counted_is_not():
    durations = Durations()
    for value_ns in range(KEPT + 10):
        durations.add(value_ns)
    assert (durations.count, len(durations.values_ns), durations.values_ns[0]) == (
        KEPT + 10,
        KEPT,
        10,
    )


def test_a_bin_ends_at_its_bound():
    assert histogram([NS_PER_MS, NS_PER_MS + 1, 10**12]) == [(1, 1), (2, 1), (None, 1)]


@given(st.lists(st.integers(-(10**9), 10**11)))
def test_every_duration_is_in_one_bin(values_ns):
    assert sum(count for _, count in histogram(sorted(values_ns))) == len(values_ns)
