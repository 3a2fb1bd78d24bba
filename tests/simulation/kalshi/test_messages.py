"""Kalshi's texts: fixed point, bids only, missing sides, both price scales."""

from underround.simulation.book import ASK, BID
from underround.simulation.kalshi.messages import (
    contracts,
    delta_body,
    dollars,
    orderbook_answer,
    snapshot_body,
    timestamp,
    trade_body,
)
from underround.simulation.market import KalshiMarket


def market() -> KalshiMarket:
    made = KalshiMarket(
        ticker="KXA-26-B",
        event_ticker="KXA-26",
        series_ticker="KXA",
        market_id="5b156c71-a417-4227-be60-42604fb8a380",
        title="t",
        yes_sub_title="y",
        rules="r",
        category="Crypto",
        structure="tapered_deci_cent",
        series_multiplier_e4=10_000,
        volume_24h=1.0,
        closes_after_s=60.0,
        clock=41,
    )
    made.book.apply(
        [
            (BID, 800, 300_000_000),
            (BID, 4_000, 12_340_000),
            (ASK, 4_300, 20_000_000),
            (ASK, 4_600, 5_000_000),
        ]
    )
    return made


def test_a_snapshot_lists_bids_ascending_in_each_sides_dollars() -> None:
    body = snapshot_body(market(), use_yes_price=False)
    assert body == {
        "market_ticker": "KXA-26-B",
        "market_id": "5b156c71-a417-4227-be60-42604fb8a380",
        "clock": 41,
        "yes_dollars_fp": [["0.0800", "300.00"], ["0.4000", "12.34"]],
        "no_dollars_fp": [["0.5400", "5.00"], ["0.5700", "20.00"]],
    }


def test_yes_prices_put_the_no_side_on_the_yes_scale() -> None:
    body = snapshot_body(market(), use_yes_price=True)
    assert body["no_dollars_fp"] == [["0.4300", "20.00"], ["0.4600", "5.00"]]


def test_an_empty_side_has_no_key() -> None:
    empty = market()
    empty.book.clear()
    assert set(snapshot_body(empty, use_yes_price=True)) == {"market_ticker", "market_id", "clock"}


def test_deltas_are_signed_and_say_their_side() -> None:
    at_ns = 1_786_085_188_978_710_123
    body = delta_body(market(), (ASK, 4_300, -540_000), at_ns, use_yes_price=False)
    assert (body["price_dollars"], body["delta_fp"], body["side"]) == ("0.5700", "-0.54", "no")
    assert (body["ts"], body["ts_ms"]) == ("2026-08-07T06:46:28.978710Z", 1_786_085_188_978)
    body = delta_body(market(), (ASK, 4_300, 540_000), at_ns, use_yes_price=True)
    assert (body["price_dollars"], body["delta_fp"], body["side"]) == ("0.4300", "0.54", "no")
    body = delta_body(market(), (BID, 800, 1_000_000), at_ns, use_yes_price=False)
    assert (body["price_dollars"], body["delta_fp"], body["side"]) == ("0.0800", "1.00", "yes")


def test_rest_shows_the_best_levels_of_a_depth() -> None:
    assert orderbook_answer(market(), 1) == {
        "yes_dollars": [["0.4000", "12.34"]],
        "no_dollars": [["0.5700", "20.00"]],
    }
    assert len(orderbook_answer(market(), 0)["yes_dollars"]) == 2


def test_a_trade_tells_both_prices_and_the_takers_side() -> None:
    body = trade_body(market(), ASK, 4_000, 1_230_000, 1_786_085_188_978_710_123)
    assert (body["yes_price_dollars"], body["no_price_dollars"]) == ("0.4000", "0.6000")
    assert (body["taker_outcome_side"], body["taker_book_side"]) == ("no", "ask")
    assert body["count_fp"] == "1.23"


def test_texts() -> None:
    assert [dollars(p) for p in (0, 5, 9_990, 10_000)] == ["0.0000", "0.0005", "0.9990", "1.0000"]
    assert [contracts(s) for s in (0, 10_000, -54_000_000)] == ["0.00", "0.01", "-54.00"]
    assert timestamp(1_000_000_000) == "1970-01-01T00:00:01.000000Z"
