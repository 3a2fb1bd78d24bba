"""Quotes step by step: each printed number follows from the one before it."""

from decimal import Decimal

import pytest

from underround.app.fees.quote import POLYMARKET_RATES, quote_kalshi, quote_polymarket

PLAIN = {
    "series": None,
    "fee_type": None,
    "multiplier": None,
    "is_maker": False,
    "is_broker": False,
}


def test_kalshi_steps_add_up():
    # 0.03 @ 0.3301, as worked out for the accumulator.
    quote = quote_kalshi(3_301, 30_000, **PLAIN)
    assert quote["steps"] == {
        "revenue_usd": "-0.009903",
        "trade_fee_usd": "0.000465",
        "exact_change_usd": "-0.010368",
        "balance_change_usd": "-0.010400",
        "rounding_usd": "0.000032",
        "rebate_usd": "0.000000",
    }
    assert quote["fee_usd"] == "0.000497"
    assert quote["cost_usd"] == "0.010400"
    assert quote["fee_per_contract_usd"] == "0.016567"


@pytest.mark.parametrize(
    ("changes", "fee_usd"),
    [
        ({"series": "KXMLBGAME"}, "0.087500"),
        ({"series": "KXMLBGAME", "is_maker": True}, "0.021900"),  # .021875 ⇒ $0.0001
        ({"series": "KXMLBGAME", "multiplier": "1"}, "0.175000"),
        ({"series": "KXNEW"}, "0.175000"),
        ({"fee_type": "flat"}, "0.087500"),
        ({"is_maker": True}, "0.000000"),
        ({"is_broker": True}, "0.180000"),
    ],
)
def test_kalshi_terms_come_from_flags_then_series(changes, fee_usd):
    assert quote_kalshi(5_000, 10_000_000, **{**PLAIN, **changes})["fee_usd"] == fee_usd


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({}, "the venue's usual terms"),
        ({"series": "KXMLBGAME"}, "KXMLBGAME as published in August 2026"),
        ({"series": "KXMLBGAME", "multiplier": "1"}, "a flag, else KXMLBGAME as published"),
        ({"series": "KXNEW"}, "the venue's usual terms: KXNEW is none of KXMLBGAME"),
        ({"fee_type": "flat", "multiplier": "1"}, "the flags"),
    ],
)
def test_kalshi_terms_say_where_they_are_from(changes, source):
    quote = quote_kalshi(5_000, 10_000_000, **{**PLAIN, **changes})
    assert quote["terms_from"].startswith(source)


def test_kalshi_counts_are_hundredths():
    with pytest.raises(ValueError, match=r"finer than Kalshi's 0\.01"):
        quote_kalshi(5_000, 1_000, **PLAIN)


def test_polymarket_shows_both_readings():
    quote = quote_polymarket(5_000, 100_000_000, rate="0.07", exponent=1, is_maker=False)
    assert (quote["fee_usd"], quote["cost_usd"]) == ("1.750000", "51.750000")
    assert quote["if_withheld_in_shares"] == {
        "shares_received": "96.5",
        "fee_per_share_held_usd": "0.018135",
    }


def test_polymarket_makers_pay_nothing():
    quote = quote_polymarket(5_000, 100_000_000, rate="0.07", exponent=1, is_maker=True)
    assert quote["fee_usd"] == "0.000000"
    assert quote["if_withheld_in_shares"]["shares_received"] == "100"


def test_the_dearest_category_is_the_default_of_the_command_line():
    assert max(POLYMARKET_RATES, key=lambda each: Decimal(POLYMARKET_RATES[each])) == "crypto"
