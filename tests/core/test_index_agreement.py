"""The index against a second, plain implementation, and its running sum against a fresh one.

The second implementation knows nothing of the first: lists, exact fractions, no cleverness.
"""

from fractions import Fraction
from itertools import product
from math import exp, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underround.core.windows.index import IndexCalculator
from underround.core.windows.index_parameters import (
    CapReading,
    IndexParameters,
    LambdaReading,
    SampleReading,
)
from underround.core.windows.spot_event import SpotDelta, SpotFault, SpotFaultKind, SpotSnapshot
from underround.core.windows.spot_units import ONE_E8

Levels = list[tuple[Fraction, Fraction]]


def naive_cap(bids: list[Levels], asks: list[Levels], sample: str) -> float:
    sizes = _sample(bids, sample, -1) + _sample(asks, sample, 1)
    sizes.sort()
    n, k = len(sizes), len(sizes) // 100
    trimmed = sizes[k : n - k]
    winsorised = [trimmed[0]] * k + trimmed + [trimmed[-1]] * k
    mean = sum(winsorised) / n
    scatter = sum((size - mean) ** 2 for size in winsorised)
    sd = sqrt(scatter / (n - 1)) if n > 1 else 0.0
    return float(sum(trimmed) / len(trimmed)) + 5 * sd


def _sample(sides: list[Levels], sample: str, direction: int) -> list[Fraction]:
    flat = sorted(
        (level for side in sides for level in side), key=lambda level: direction * level[0]
    )
    best = flat[0][0]
    bound = best * (1 + direction * Fraction(5, 100))
    near = [size for price, size in flat if direction * price <= direction * bound]
    if sample == "max50":
        return near[:50]
    return near if len(near) >= 50 else [size for _, size in flat[:50]]


def naive_index(
    bids: list[Levels],
    asks: list[Levels],
    *,
    step: Fraction,
    spread_limit: Fraction,
    law: str = "0.3v",
    cap: str = "per_price",
    sample: str = "max50",
) -> tuple[float, float, float] | None:
    """Return (index, utilized depth, cap), None when a side is shallower than one step."""
    limit = naive_cap(bids, asks, sample)
    ask_curve = _curve(asks, limit, cap, 1, step)
    bid_curve = _curve(bids, limit, cap, -1, step)
    pairs = list(zip(ask_curve, bid_curve, strict=False))
    if not pairs:
        return None
    inside = 0
    for ask, bid in pairs:
        if ask / ((ask + bid) / 2) - 1 > spread_limit:
            break
        inside += 1
    inside = max(inside, 1)
    depth = float(inside * step)
    decay = 1 / (0.3 * depth) if law == "0.3v" else 1 / 0.37
    weights = [exp(-decay * float(step) * place) for place in range(inside)]
    mids = [float((ask + bid) / 2) for ask, bid in pairs[:inside]]
    index = sum(w * mid for w, mid in zip(weights, mids, strict=True)) / sum(weights)
    return index, depth, limit


def _curve(
    sides: list[Levels], limit: float, cap: str, direction: int, step: Fraction
) -> list[Fraction]:
    exact_limit = Fraction(limit)
    sizes: dict[Fraction, Fraction] = {}
    for side in sides:
        for price, size in side:
            part = min(size, exact_limit) if cap == "per_level" else size
            sizes[price] = sizes.get(price, Fraction(0)) + part
    prices = sorted(sizes, key=lambda price: direction * price)
    curve: list[Fraction] = []
    total = Fraction(0)
    for price in prices:
        size = sizes[price]
        total += min(size, exact_limit) if cap == "per_price" else size
        while total >= (len(curve) + 1) * step:
            curve.append(price)
    return curve


SIZE = st.integers(1, 400).map(lambda n: n * ONE_E8 // 40)


def side(lowest, highest):
    row = st.tuples(st.integers(lowest, highest).map(lambda p: p * ONE_E8 // 10), SIZE)
    return st.lists(row, min_size=1, max_size=70, unique_by=lambda level: level[0])


BOOKS = st.lists(st.tuples(side(9_000, 9_999), side(10_000, 11_000)), min_size=1, max_size=3)
READINGS = st.sampled_from(list(product(LambdaReading, CapReading, SampleReading)))


def exact(ladders):
    return [[(Fraction(p, ONE_E8), Fraction(s, ONE_E8)) for p, s in ladder] for ladder in ladders]


@settings(max_examples=60, deadline=None)
@given(books=BOOKS, reading=READINGS, limit_e9=st.sampled_from([5_000_000, 20_000_000]))
def test_agrees_with_the_plain_implementation(books, reading, limit_e9):
    law, cap, sample = reading
    names = tuple(f"V{place}" for place in range(len(books)))
    settings_ = IndexParameters(
        constituents=names,
        lambda_reading=law,
        cap=cap,
        sample=sample,
        spread_limit_e9=limit_e9,
        deviation_limit_e4=10_000,
    )
    calculator = IndexCalculator(settings_)
    for name, (bids, asks) in zip(names, books, strict=True):
        calculator.apply(SpotSnapshot(name, bids, asks, 0))
    value = calculator.calculate(None)
    expected = naive_index(
        exact(bids for bids, _ in books),
        exact(asks for _, asks in books),
        step=Fraction(1),
        spread_limit=Fraction(limit_e9, 10**9),
        law=law,
        cap=cap,
        sample=sample,
    )
    if expected is None:
        assert value.index is None
    else:
        found = (value.index, value.mid.utilized_depth, value.cap.cap)
        assert found == pytest.approx(expected, rel=1e-10)


CHANGE = st.tuples(st.integers(0, 2), st.booleans(), st.integers(9_000, 11_000), st.just(0) | SIZE)


@settings(max_examples=40, deadline=None)
@given(
    books=st.lists(st.tuples(side(9_000, 9_999), side(10_000, 11_000)), min_size=3, max_size=3),
    changes=st.lists(CHANGE, max_size=60),
    silent=st.sets(st.integers(0, 2)),
)
def test_sum_kept_incrementally_equals_a_fresh_one(books, changes, silent):
    names = ("A", "B", "C")
    settings_ = IndexParameters(constituents=names, deviation_limit_e4=10_000)
    running = IndexCalculator(settings_)
    for name, (bids, asks) in zip(names, books, strict=True):
        running.apply(SpotSnapshot(name, bids, asks, 0))
    running.calculate(None)
    for place, is_bid, tenths, size_e8 in changes:
        level = [(tenths * ONE_E8 // 10, size_e8)]
        bids, asks = (level, []) if is_bid else ([], level)
        running.apply(SpotDelta(names[place], bids, asks, 0))
    for place in silent:
        running.apply(SpotFault(names[place], SpotFaultKind.GAP, "", 0))
    value = running.calculate(None)
    fresh = IndexCalculator(settings_)
    for name, book in running.pool.books.items():
        if name in running.pool.pooled:
            fresh.apply(SpotSnapshot(name, list(book.bids), list(book.asks), 0))
    expected = fresh.calculate(None)
    assert (value.index, value.cap, value.used) == (expected.index, expected.cap, expected.used)
