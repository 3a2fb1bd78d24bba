"""The fingerprint of a book, against one worked out the plain way with the standard library."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.polymarket.wire import MARKET, NO, TIME_MS, YES, book, change, entry, wire
from underround.venues.polymarket.book_hash import (
    HashClaim,
    HashInputs,
    claims_of,
    matches,
    matches_after_a_trade,
    tick_text,
)

BIDS = [{"price": "0.01", "size": "1000"}, {"price": "0.48", "size": "30.25"}]
ASKS = [{"price": "0.99", "size": "5.000001"}, {"price": "0.5", "size": "7"}]
BIDS_E4 = [(4_800, 30_250_000), (100, 1_000_000_000)]
ASKS_E4 = [(5_000, 7_000_000), (9_900, 5_000_001)]
INPUTS = HashInputs(((0, 10_000, 100),), 5_000_000, neg_risk=True, last_trade_e4=4_900)


def plain(**changes) -> str:
    """Hash a book the way the venue documents it: compact JSON in this order of keys."""
    fields = {
        "market": MARKET,
        "asset_id": YES,
        "timestamp": str(TIME_MS),
        "hash": "",
        "bids": BIDS,
        "asks": ASKS,
        "min_order_size": "5",
        "tick_size": "0.01",
        "neg_risk": True,
        "last_trade_price": "0.49",
    }
    text = json.dumps(fields | changes, separators=(",", ":"))
    return hashlib.sha1(text.encode()).hexdigest()


def claim(hexadecimal: str) -> HashClaim:
    return HashClaim(YES, MARKET, TIME_MS, hexadecimal)


@pytest.mark.parametrize("text", ["0.49", "0.490"])
def test_a_book_matches_however_its_last_trade_is_written(text: str):
    assert matches(claim(plain(last_trade_price=text)), INPUTS, BIDS_E4, ASKS_E4)


@pytest.mark.parametrize(
    ("changes", "inputs"),
    [
        ({}, {}),
        ({"last_trade_price": ""}, {"last_trade_e4": 0}),
        ({"last_trade_price": "0.5"}, {"last_trade_e4": 5_000}),
        ({"last_trade_price": "0.500"}, {"last_trade_e4": 5_000}),
        ({"last_trade_price": "0.1234"}, {"last_trade_e4": 1_234}),
        ({"last_trade_price": "1"}, {"last_trade_e4": 10_000}),
        ({"neg_risk": False}, {"neg_risk": False}),
        ({"min_order_size": "0.1"}, {"min_size_e6": 100_000}),
        ({"tick_size": "0.0025"}, {"ranges": ((0, 10_000, 25),)}),
    ],
)
def test_every_input_counts(changes: dict, inputs: dict):
    facts = {name: getattr(INPUTS, name) for name in INPUTS.__struct_fields__}
    assert matches(claim(plain(**changes)), HashInputs(**facts | inputs), BIDS_E4, ASKS_E4)
    if inputs:
        assert not matches(claim(plain(**changes)), INPUTS, BIDS_E4, ASKS_E4)


def test_a_wrong_level_does_not_match():
    assert not matches(claim(plain()), INPUTS, BIDS_E4[:1], ASKS_E4)
    assert not matches(claim(plain()), INPUTS, BIDS_E4, [(5_000, 7_000_001), ASKS_E4[1]])


def test_a_grid_of_several_ticks_is_never_checked():
    assert tick_text(((0, 1_000, 10), (1_000, 10_000, 100))) is None
    ranges = ((0, 1_000, 10), (1_000, 10_000, 100))
    several = HashInputs(ranges, 5_000_000, True, 4_900)  # noqa: FBT003
    assert not matches(claim(plain()), several, BIDS_E4, ASKS_E4)


levels = st.dictionaries(st.integers(1, 9_999), st.integers(1, 10**12), max_size=6)


@given(levels, levels, st.sampled_from([1, 10, 25, 50, 100, 1_000]))
def test_any_book_matches_itself(bids: dict, asks: dict, step_e4: int):
    def wire_levels(side: dict, *, reverse: bool) -> list:
        return [
            {"price": f"{price / 10_000:.4f}".rstrip("0"), "size": decimal(size)}
            for price, size in sorted(side.items(), reverse=reverse)
        ]

    def decimal(size_e6: int) -> str:
        text = f"{size_e6 // 10**6}.{size_e6 % 10**6:06d}"
        return text.rstrip("0").rstrip(".")

    claimed = plain(
        bids=wire_levels(bids, reverse=False),
        asks=wire_levels(asks, reverse=True),
        tick_size=f"{step_e4 / 10_000:.4f}".rstrip("0"),
    )
    inputs = HashInputs(((0, 10_000, step_e4),), 5_000_000, True, 4_900)  # noqa: FBT003
    best_first = sorted(bids.items(), reverse=True), sorted(asks.items())
    assert matches(claim(claimed), inputs, *best_first)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (wire([book(), book(NO)]), [(YES, "0a" * 20), (NO, "0a" * 20)]),
        (wire(book()), [(YES, "0a" * 20)]),
        (
            wire(change(entry(), entry(NO), entry(YES))),
            [(YES, "0b" * 20), (NO, "0b" * 20), (YES, "0b" * 20)],
        ),
        (wire(change(entry(hash=...))), []),
        (wire(book(market=...)), []),
        (wire(book(hash=...)), []),
        (b"PONG", []),
        (b"[]", []),
        (b"", []),
    ],
)
def test_claims(frame: bytes, expected: list):
    assert [(each.asset, each.hash) for each in claims_of(frame)] == expected
    assert {each.time_ms for each in claims_of(frame)} <= {TIME_MS}


@pytest.mark.parametrize("text", ["0.01", "0.5", "0.50", "0.99"])
def test_a_trade_may_enter_the_hash_before_it_is_announced(text: str):
    said = claim(plain(last_trade_price=text))
    assert not matches(said, INPUTS, BIDS_E4, ASKS_E4)
    assert matches_after_a_trade(said, INPUTS, BIDS_E4, ASKS_E4)
    assert not matches_after_a_trade(said, INPUTS, BIDS_E4[1:], ASKS_E4)


def test_nothing_is_told_of_a_grid_of_several_ticks():
    ranges = ((0, 1_000, 10), (1_000, 10_000, 100))
    inputs = HashInputs(ranges, 5_000_000, neg_risk=True, last_trade_e4=4_900)
    assert not matches_after_a_trade(claim(plain()), inputs, BIDS_E4, ASKS_E4)
