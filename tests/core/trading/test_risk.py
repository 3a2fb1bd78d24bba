"""The risk gate: each rail at its edge, reductions pass, and nothing that is not known passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from underround.core.instrument import Outcome, Venue
from underround.core.trading import risk
from underround.core.trading.order import Approved, OrderIntent, RefusalCode, Refused, TimeInForce
from underround.core.trading.risk import Circumstances, decide
from underround.core.trading.risk_limits import RiskLimits

LIMITS = RiskLimits()
USD = 10**6
INTENT = OrderIntent(
    id="r-1-e0-0",
    trade="r-1",
    leg=0,
    venue=Venue.KALSHI,
    instrument="K",
    outcome=Outcome.YES,
    is_buy=True,
    size_e6=10 * USD,
    limit_e4=4_500,
    time_in_force=TimeInForce.IOC,
    dies_at_ns=0,
)
FINE = Circumstances(
    now_ns=10**12, balance_usd_e6=100 * USD, quote_e4=4_500, quote_age_ns=0, uncovered_e6=10 * USD
)
EDGES = {
    RefusalCode.HALTED: {"halt": "a person"},
    RefusalCode.UNRECONCILED: {"unreconciled": "kalshi: 3 more"},
    RefusalCode.UNKNOWN_ORDER: {"unknown_orders": 1},
    RefusalCode.VENUE_STATUS: {"venue_blocker": "kalshi paused"},
    RefusalCode.MARKET_CLOSE: {"closes_at_ns": 10**12 + LIMITS.before_close_ns - 1},
    RefusalCode.QUOTE_AGE: {"quote_age_ns": LIMITS.max_quote_age_ns + 1},
    RefusalCode.COLLAR: {"quote_e4": 4_500 - LIMITS.collar_e4 - 1},
    RefusalCode.PAIR_NOTIONAL: {"pair_usd_e6": 90 * USD + 1, "trade_usd_e6": 10 * USD},
    RefusalCode.VENUE_NOTIONAL: {"venue_usd_e6": 500 * USD - 4_500_000 + 1},
    RefusalCode.DAY_NOTIONAL: {"day_usd_e6": 1_000 * USD + 1},
    RefusalCode.UNSETTLED: {"unsettled_usd_e6": 500 * USD + 1},
    RefusalCode.DAILY_LOSS: {"day_loss_usd_e6": 25 * USD},
    RefusalCode.ORDER_RATE: {"orders_last_minute": 60},
    RefusalCode.NAKED: {"naked_e6": 40 * USD + 1},
    RefusalCode.BALANCE: {"balance_usd_e6": 10 * USD + 4_500_000 - 1},
    RefusalCode.SELF_CROSS: {"crosses_own": "r-0-e0-0"},
}
JUST_INSIDE = {
    RefusalCode.MARKET_CLOSE: {"closes_at_ns": 10**12 + LIMITS.before_close_ns},
    RefusalCode.QUOTE_AGE: {"quote_age_ns": LIMITS.max_quote_age_ns},
    RefusalCode.COLLAR: {"quote_e4": 4_500 - LIMITS.collar_e4},
    RefusalCode.PAIR_NOTIONAL: {"pair_usd_e6": 90 * USD, "trade_usd_e6": 10 * USD},
    RefusalCode.VENUE_NOTIONAL: {"venue_usd_e6": 500 * USD - 4_500_000},
    RefusalCode.DAY_NOTIONAL: {"day_usd_e6": 1_000 * USD},
    RefusalCode.UNSETTLED: {"unsettled_usd_e6": 500 * USD},
    RefusalCode.DAILY_LOSS: {"day_loss_usd_e6": 25 * USD - 1},
    RefusalCode.ORDER_RATE: {"orders_last_minute": 59},
    RefusalCode.NAKED: {"naked_e6": 40 * USD},
    RefusalCode.BALANCE: {"balance_usd_e6": 10 * USD + 4_500_000},
}


def judged(intent=INTENT, **changes):
    return decide(intent, replace(FINE, **changes), LIMITS)


def test_an_order_inside_every_limit_is_approved():
    assert judged() == Approved(INTENT, FINE.now_ns)


@pytest.mark.parametrize("code", EDGES)
def test_each_rail_refuses_just_beyond_its_limit(code):
    refused = judged(**EDGES[code])
    assert isinstance(refused, Refused)
    assert refused.code is code
    assert refused.limit
    assert refused.value
    assert refused.change


@pytest.mark.parametrize("code", JUST_INSIDE)
def test_each_rail_lets_its_limit_itself_pass(code):
    assert isinstance(judged(**JUST_INSIDE[code]), Approved)


def test_one_order_s_notional():
    dear = {"balance_usd_e6": 10**9, "quote_e4": 9_990}
    at_limit = replace(INTENT, size_e6=25 * USD * 10_000 // 9_990, limit_e4=9_990)
    assert isinstance(judged(at_limit, **dear), Approved)
    refused = judged(replace(at_limit, size_e6=at_limit.size_e6 + 10_000), **dear)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.value, refused.change) == (
        RefusalCode.ORDER_NOTIONAL,
        "$25.01",
        "raise max_order_usd in [risk]",
    )


@pytest.mark.parametrize("unknown", ["balance_usd_e6", "quote_e4", "quote_age_ns"])
def test_what_is_not_known_refuses(unknown):
    assert isinstance(judged(**{unknown: None}), Refused)


@given(st.sets(st.sampled_from([code for code in EDGES if code is not RefusalCode.COLLAR])))
def test_reductions_pass_whatever_keeps_entries_out(codes):
    changes = {name: value for code in codes for name, value in EDGES[code].items()}
    reducing = replace(INTENT, reduces=True)
    assert isinstance(judged(reducing, **changes), Approved)
    assert isinstance(judged(INTENT, **changes), Refused if codes else Approved)


def test_a_reduction_is_never_larger_than_what_it_reduces():
    refused = judged(replace(INTENT, reduces=True), uncovered_e6=10 * USD - 1)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.NAKED


def test_an_error_inside_the_gate_refuses(monkeypatch):
    def broken(_intent, _at, _limits):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(risk, "ENTRY_RAILS", (broken,))
    refused = judged()
    assert isinstance(refused, Refused)
    assert (refused.code, refused.value) == (RefusalCode.FAULT, "ZeroDivisionError: oh")
