"""Kalshi's fills: every way the wire has said which way a fill went, and what it may leave out."""

import json

import pytest

from underround.core.instrument import Outcome
from underround.venues.kalshi.fills import decode_fills

FILL = {
    "fill_id": "f-1",
    "trade_id": "t-1",
    "order_id": "o-1",
    "ticker": "KXBTC15M-26NOV211515-15",
    "market_ticker": "KXBTC15M-26NOV211515-15",
    "exchange_index": 2,
    "is_taker": True,
    "outcome_side": "yes",
    "book_side": "bid",
    "yes_price_dollars": "0.360000",
    "no_price_dollars": "0.640000",
    "count_fp": "12.50",
    "fee_cost": "0.201600",
    "created_time": "2026-11-21T20:01:02.345678Z",
}


def decoded(**changes):
    """Decode one fill with keys changed; a key set to None is left out."""
    wire = {key: value for key, value in {**FILL, **changes}.items() if value is not None}
    (fill,) = decode_fills(json.dumps({"fills": [wire], "cursor": ""}).encode())
    return fill


def test_a_fill_is_read_whole():
    fill = decoded()
    assert (fill.trade_id, fill.order_id, fill.ticker) == ("t-1", "o-1", FILL["ticker"])
    assert (fill.outcome, fill.price_e4, fill.size_e6) == (Outcome.YES, 3_600, 12_500_000)
    assert (fill.fee_cost, fill.fee_cost_usd_e6, fill.is_taker) == ("0.201600", 201_600, True)
    assert fill.at_ns == 1_795_291_262_345_678_000


CANONICAL_GONE = {"outcome_side": None, "book_side": None}


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ({"outcome_side": "no"}, Outcome.NO),  # the book side here says bid: outcome comes first
        ({"outcome_side": None, "book_side": "ask"}, Outcome.NO),
        ({**CANONICAL_GONE, "action": "buy", "side": "yes"}, Outcome.YES),
        ({**CANONICAL_GONE, "action": "sell", "side": "no"}, Outcome.YES),
        ({**CANONICAL_GONE, "action": "buy", "side": "no"}, Outcome.NO),
        ({**CANONICAL_GONE, "action": "sell", "side": "yes"}, Outcome.NO),
        ({**CANONICAL_GONE, "purchased_side": "no", "side": "yes"}, Outcome.NO),
        ({**CANONICAL_GONE, "side": "no"}, Outcome.NO),
        # Seen in production: the retired words contradict their own old meaning.
        ({"outcome_side": "no", "book_side": "ask", "action": "sell", "side": "no"}, Outcome.NO),
    ],
)
def test_direction_is_read_from_the_best_word_there_is(words, outcome):
    fill = decoded(**words)
    assert fill.outcome is outcome
    assert fill.price_e4 == (3_600 if outcome is Outcome.YES else 6_400)


@pytest.mark.parametrize("missing", ["yes_price_dollars", "no_price_dollars"])
def test_either_price_is_enough(missing):
    assert decoded(**{missing: None}).price_e4 == 3_600
    assert decoded(**{missing: None, "outcome_side": "no"}).price_e4 == 6_400


def test_other_keys_have_a_second_name():
    fill = decoded(trade_id=None, ticker=None)
    assert (fill.trade_id, fill.ticker) == ("f-1", FILL["market_ticker"])
    assert decoded(created_time=None, ts=1_700_000_000).at_ns == 1_700_000_000 * 10**9
    assert decoded(created_time=None, ts_ms=1_700_000_000_123).at_ns == 1_700_000_000_123 * 10**6
    assert decoded(created_time=None).at_ns is None
    assert decoded(count_fp=2.5, fee_cost=0.0175).fee_cost_usd_e6 == 17_500


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"outcome_side": "up"}, "side 'up' is not"),
        ({**CANONICAL_GONE}, "which way was it"),
        ({**CANONICAL_GONE, "action": "hold", "side": "no"}, "action 'hold'"),
        ({"yes_price_dollars": None, "no_price_dollars": None}, "neither yes_price_dollars"),
        ({"no_price_dollars": "0.6500"}, "not one dollar together"),
        ({"yes_price_dollars": "1.2"}, "price '1.2'"),
        ({"count_fp": "-1"}, "size '-1'"),
        ({"fee_cost": "free"}, "dollar amount 'free'"),
    ],
)
def test_a_bad_fill_is_named(changes, complaint):
    with pytest.raises(ValueError, match=rf"fill 1 \(t-1\): .*{complaint}"):
        decoded(**changes)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"fills": 3}', b'{"fills": [{"order_id": "x"}]}'])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(ValueError, match="not an answer of Kalshi's GET fills"):
        decode_fills(body)
