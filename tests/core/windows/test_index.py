"""The index on hand-checked books, and whom it leaves out and why."""

import pytest
from msgspec.structs import replace

from underround.core.windows.index import IndexCalculator, IndexQuality
from underround.core.windows.index_exclusions import RefusalReason
from underround.core.windows.index_parameters import (
    PARAMETERS,
    CapReading,
    CrossedReading,
    IndexParameters,
)
from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    SpotDelta,
    SpotFault,
    SpotFaultKind,
    SpotSnapshot,
)
from underround.core.windows.spot_units import ONE_E8

SECOND_NS = 1_000_000_000
NOW_NS = 1_800_000_000 * SECOND_NS


def levels(*rows):
    return [(round(price * ONE_E8), round(size * ONE_E8)) for price, size in rows]


def parameters(**changes):
    return replace(IndexParameters(constituents=("P", "Q")), **changes)


def priced(books, settings_, now_ns=None):
    calculator = IndexCalculator(settings_)
    for name, (bids, asks) in books.items():
        calculator.apply(SpotSnapshot(name, bids, asks, NOW_NS))
    return calculator.calculate(now_ns)


# Cumulative sizes, bids: 199 at 1, 198 at 3; asks: 201 at 1, 202 at 2, 206 at 4.
# v=1: 199/201, mid 200; v=2: 198/202, mid 200, spread 1 %; v=3: 198/206, mid 202, spread 1.98 %.
HAND = {
    "P": (levels((199, 1)), levels((201, 1), (206, 2))),
    "Q": (levels((198, 2)), levels((202, 1))),
}


def test_hand_checked_case_stops_where_the_spread_passes_the_limit():
    value = priced(HAND, parameters(spread_limit_e9=10_000_000))
    assert value.mid.utilized_depth == 2.0
    assert value.index == pytest.approx(200.0, abs=1e-12)
    assert value.curve.asks_e8 == [201 * ONE_E8, 202 * ONE_E8]
    assert value.curve.bids_e8 == [199 * ONE_E8, 198 * ONE_E8]


def test_hand_checked_case_weights_the_third_step():
    value = priced(HAND, parameters(spread_limit_e9=20_000_000))
    # v̄ = 3, lambda = 1/0.9: weights e^0, e^(-1/0.9), e^(-2/0.9) of mids 200, 200, 202
    third = 0.10836802322189586
    second = 0.32919298780795955
    expected = 200 + 2 * third / (1 + second + third)
    assert value.mid.utilized_depth == 3.0
    assert value.index == pytest.approx(expected, abs=1e-9)
    assert value.published_cents == 20015
    assert value.quality is IndexQuality.FULL


def test_spread_exactly_at_the_limit_is_inside():
    value = priced(HAND, parameters(spread_limit_e9=10_000_000))
    below = priced(HAND, parameters(spread_limit_e9=9_999_999))
    assert (value.mid.utilized_depth, below.mid.utilized_depth) == (2.0, 1.0)


def test_depth_is_at_least_one_step_however_wide_the_touch():
    books = {"P": (levels((100, 5)), levels((120, 5)))}
    value = priced(books, parameters(constituents=("P",)))
    assert (value.mid.utilized_depth, value.index) == (1.0, 110.0)


def test_a_book_shallower_than_one_step_has_no_index():
    value = priced({"P": (levels((100, 0.5)), levels((101, 5)))}, parameters())
    assert value.index is None
    assert value.quality is IndexQuality.NONE
    assert "shallower" in value.failure


def test_equal_sizes_cut_nothing():
    books = {"P": (levels((100, 0.1), (99, 0.1)), levels((101, 0.1), (102, 0.1)))}
    value = priced(books, parameters(step_e8=ONE_E8 // 10, spread_limit_e9=10**9))
    assert value.cap.cap == pytest.approx(0.1, abs=1e-15)
    assert value.mid.utilized_depth == pytest.approx(0.2)


def test_cap_per_price_and_per_level_differ_where_exchanges_share_a_price():
    rows = [(100 - place, 1) for place in range(60)]
    shared = {
        "P": (levels((101, 30), *rows), levels((102, 1), *((103 + p, 1) for p in range(60)))),
        "Q": (levels((101, 30)), levels((102, 1))),
    }
    wide = parameters(spread_limit_e9=10**9)
    per_price = priced(shared, wide)
    per_level = priced(shared, replace(wide, cap=CapReading.PER_LEVEL))
    cap = per_price.cap.cap
    assert 1 < cap < 60
    at_touch = [sum(p == 101 * ONE_E8 for p in v.curve.bids_e8) for v in (per_price, per_level)]
    assert at_touch == [int(cap), int(2 * min(cap, 30))]


def test_matched_reading_nets_crossing_sizes_off():
    books = {
        "P": (levels((101, 2), (99, 5)), levels((102, 5))),
        "Q": (levels((98, 1)), levels((100, 1))),
    }
    stay = priced(books, parameters())
    matched = priced(books, parameters(crossed=CrossedReading.MATCHED))
    assert (stay.curve.asks_e8[0], stay.curve.bids_e8[0]) == (100 * ONE_E8, 101 * ONE_E8)
    assert (matched.curve.asks_e8[0], matched.curve.bids_e8[0]) == (102 * ONE_E8, 101 * ONE_E8)


BOOK = (levels((100, 50)), levels((100.1, 50)))


def stamped(name, *, received_at_ns=NOW_NS, exchange_at_ns=None, scale=1.0):
    bids = [(round(price * scale), size) for price, size in BOOK[0]]
    asks = [(round(price * scale), size) for price, size in BOOK[1]]
    return SpotSnapshot(name, bids, asks, received_at_ns, exchange_at_ns)


def eight(**changes):
    calculator = IndexCalculator(IndexParameters())
    for name in Exchange:
        if changes.get(name, True) is not None:
            calculator.apply(changes.get(name) or stamped(name))
    return calculator


def reasons(value):
    return {name: refusal.reason for name, refusal in value.refused.items()}


def test_all_eight_used_when_all_are_well():
    value = eight().calculate(NOW_NS)
    assert (value.refused, value.quality, set(value.used)) == ({}, IndexQuality.FULL, set(Exchange))


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (None, RefusalReason.ABSENT),
        (stamped("kraken", received_at_ns=NOW_NS - 10 * SECOND_NS), RefusalReason.DELAYED),
        (stamped("kraken", exchange_at_ns=NOW_NS - 40 * SECOND_NS), RefusalReason.CLOCK),
        (stamped("kraken", exchange_at_ns=NOW_NS + 40 * SECOND_NS), RefusalReason.CLOCK),
        (stamped("kraken", scale=1.06), RefusalReason.DEVIATING),
        (SpotSnapshot("kraken", BOOK[0], [], NOW_NS), RefusalReason.ONE_SIDED),
        (SpotSnapshot("kraken", BOOK[1], BOOK[0], NOW_NS), RefusalReason.CROSSED),
    ],
)
def test_a_faulty_exchange_is_left_out_by_name(event, reason):
    value = eight(kraken=event).calculate(NOW_NS)
    assert reasons(value) == {"kraken": reason}
    assert value.quality is IndexQuality.REDUCED
    assert value.index == pytest.approx(100.05, abs=0.01)


def test_fresh_enough_books_and_small_deviations_stay():
    calculator = eight(
        kraken=stamped("kraken", received_at_ns=NOW_NS - 9_999_999_999),
        gemini=stamped("gemini", scale=1.049),
    )
    assert calculator.calculate(NOW_NS).refused == {}


def test_wrong_checksum_leaves_the_book_out_until_a_snapshot():
    calculator = eight()
    calculator.apply(SpotFault("kraken", SpotFaultKind.CHECKSUM, "top ten differ", NOW_NS))
    assert reasons(calculator.calculate(NOW_NS)) == {"kraken": RefusalReason.SUSPECT}
    calculator.apply(SpotDelta("kraken", levels((100, 1)), [], NOW_NS))
    assert reasons(calculator.calculate(NOW_NS)) == {"kraken": RefusalReason.SUSPECT}
    calculator.apply(stamped("kraken"))
    assert calculator.calculate(NOW_NS).refused == {}


def test_a_deviating_exchange_returns_only_below_half_of_the_limit():
    calculator = eight()
    seen = []
    for scale in (1.06, 1.04, 1.03, 1.02, 1.04):
        calculator.apply(stamped("kraken", scale=scale))
        seen.append(reasons(calculator.calculate(NOW_NS)))
    out = {"kraken": RefusalReason.DEVIATING}
    assert seen == [out, out, out, {}, {}]


@pytest.mark.parametrize(
    ("left", "quality"),
    [
        (6, IndexQuality.REDUCED),
        (4, IndexQuality.REDUCED),
        (3, IndexQuality.THIN),
        (1, IndexQuality.THIN),
    ],
)
def test_quality_says_how_much_is_left(left, quality):
    down = dict.fromkeys(list(Exchange)[left:])
    value = eight(**down).calculate(NOW_NS)
    assert (value.quality, set(value.refused)) == (quality, set(down))
    assert value.index is not None


def test_with_no_exchange_there_is_no_index():
    value = eight(**dict.fromkeys(Exchange)).calculate(NOW_NS)
    assert (value.index, value.published_cents, value.quality) == (None, None, IndexQuality.NONE)


def test_no_rule_of_age_without_a_time():
    old = stamped("kraken", received_at_ns=0, exchange_at_ns=NOW_NS)
    assert eight(kraken=old).calculate(None).refused == {}


def test_parameters_of_the_other_assets():
    figures = {
        asset: (p.step_e8 // ONE_E8, p.spread_limit_e9 / 1e9, p.deviation_limit_e4 / 1e4)
        for asset, p in PARAMETERS.items()
    }
    assert figures == {
        Asset.BTC: (1, 0.005, 0.05),
        Asset.ETH: (25, 0.01, 0.05),
        Asset.SOL: (100, 0.01, 0.05),
        Asset.XRP: (10_000, 0.01, 0.10),
    }
