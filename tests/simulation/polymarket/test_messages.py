"""Polymarket's texts: shapes, order of keys and levels, and hashes that check."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from underround.simulation.book import ASK, BID
from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.messages import (
    compact,
    fresh_book,
    last_trade,
    opening_book,
    price_change,
    price_text,
    rest_book,
    tick_size_change,
    trade_price_text,
)

RECORDED = (
    Path(__file__).parents[4]
    / "shared"
    / "recordings"
    / "polymarket"
    / "fed-decision-in-june-825__clob-books.json"
)


def market() -> PolymarketMarket:
    made = PolymarketMarket(
        condition_id="0xab",
        gamma_id="1",
        slug="s",
        question="q",
        category="Sports",
        tokens=("111", "222"),
        fee_rate_e4=500,
        tick_e4=100,
        neg_risk=False,
        volume_24h=1.0,
        end_after_s=60.0,
    )
    made.book.apply([(BID, 4_000, 30_000_000), (BID, 4_100, 12_500_000), (ASK, 4_400, 7_000_000)])
    made.changed_at_ms = 1_700_000_000_123
    return made


def hash_of(fields: dict[str, Any]) -> str:
    """The published recipe, spelt out again."""
    order = (
        *("market", "asset_id", "timestamp", "hash", "bids", "asks"),
        *("min_order_size", "tick_size", "neg_risk", "last_trade_price"),
    )
    text = json.dumps({key: fields[key] for key in order} | {"hash": ""}, separators=(",", ":"))
    return hashlib.sha1(text.encode()).hexdigest()


def test_a_books_levels_are_worst_first_and_its_hash_checks() -> None:
    book = rest_book(market(), "111")
    assert book["bids"] == [{"price": "0.4", "size": "30"}, {"price": "0.41", "size": "12.5"}]
    assert book["asks"] == [{"price": "0.44", "size": "7"}]
    assert book["timestamp"] == "1700000000123"
    assert book["hash"] == hash_of(book)


def test_the_no_token_mirrors_the_yes_token() -> None:
    book = rest_book(market(), "222")
    assert book["bids"] == [{"price": "0.56", "size": "7"}]
    assert book["asks"] == [{"price": "0.6", "size": "30"}, {"price": "0.59", "size": "12.5"}]


def test_opening_and_fresh_books_differ_as_the_venues_do() -> None:
    opening, fresh = opening_book(market(), "111"), fresh_book(market(), "111")
    assert list(opening) == [
        *("market", "asset_id", "timestamp", "hash", "bids", "asks"),
        *("tick_size", "event_type", "last_trade_price"),
    ]
    assert opening["last_trade_price"] == ""
    assert list(fresh) == ["market", "asset_id", "bids", "asks", "hash", "timestamp", "event_type"]
    assert fresh["hash"] == opening["hash"]


def test_a_price_change_is_mirrored_and_hashed_after_the_whole_message() -> None:
    moved = market()
    changes = [(BID, 4_100, 0), (ASK, 4_300, 5_250_000)]
    moved.book.apply(changes)
    moved.changed_at_ms += 7
    message = price_change(moved, changes, moved.changed_at_ms)
    assert list(message) == ["market", "price_changes", "timestamp", "event_type"]
    shown = [
        (e["asset_id"], e["side"], e["price"], e["size"], e["best_bid"], e["best_ask"])
        for e in message["price_changes"]
    ]
    assert shown == [
        ("111", "BUY", "0.41", "0", "0.4", "0.43"),
        ("222", "SELL", "0.59", "0", "0.57", "0.6"),
        ("111", "SELL", "0.43", "5.25", "0.4", "0.43"),
        ("222", "BUY", "0.57", "5.25", "0.57", "0.6"),
    ]
    for entry in message["price_changes"]:
        assert entry["hash"] == hash_of(rest_book(moved, entry["asset_id"]))


def test_an_empty_side_shows_nought_or_one() -> None:
    emptied = market()
    changes = [(BID, 4_000, 0), (BID, 4_100, 0)]
    emptied.book.apply(changes)
    yes, no, *_ = price_change(emptied, changes, 1)["price_changes"]
    assert (yes["best_bid"], yes["best_ask"]) == ("0", "0.44")
    assert (no["best_bid"], no["best_ask"]) == ("0.56", "1")


def test_trades_and_ticks() -> None:
    trade = last_trade(market(), BID, 4_400, 2_500_000, 9)
    assert (trade["side"], trade["price"], trade["size"]) == ("BUY", "0.44", "2.5")
    assert last_trade(market(), ASK, 4_100, 1_000_000, 9)["side"] == "SELL"
    fine = market()
    fine.tick_e4 = 10
    tick = tick_size_change(fine, "222", 100, 9)
    assert (tick["old_tick_size"], tick["new_tick_size"]) == ("0.01", "0.001")


def test_texts() -> None:
    assert [price_text(p) for p in (10, 5_000, 9_900, 9_999)] == ["0.001", "0.5", "0.99", "0.9999"]
    assert [trade_price_text(p) for p in (None, 60, 5_000)] == ["", "0.006", "0.500"]
    assert compact({"a": [1, "ü"]}) == '{"a":[1,"ü"]}'


@pytest.mark.shared
def test_the_recipe_reproduces_recorded_hashes() -> None:
    if not RECORDED.exists():
        pytest.skip("the reference recordings are not beside this checkout")
    books = json.loads(RECORDED.read_text())
    for recorded in books:
        made = market()
        made.condition_id = recorded["market"]
        made.tokens = (recorded["asset_id"], "none")
        made.book.clear()
        for side, name in ((BID, "bids"), (ASK, "asks")):
            for level in recorded[name]:
                size_e6 = round(float(level["size"]) * 1e6)
                made.book.apply([(side, round(float(level["price"]) * 1e4), size_e6)])
        made.changed_at_ms = int(recorded["timestamp"])
        made.min_size_e6 = int(recorded["min_order_size"]) * 1_000_000
        made.tick_e4 = round(float(recorded["tick_size"]) * 1e4)
        made.neg_risk = recorded["neg_risk"]
        made.last_trade_price_e4 = round(float(recorded["last_trade_price"]) * 1e4)
        assert rest_book(made, recorded["asset_id"])["hash"] == recorded["hash"]
    assert len(books) >= 2
