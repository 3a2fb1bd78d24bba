"""Recorded frames of the spot exchanges decode, and their checksums and sequences hold."""

import json
from collections import Counter

import pytest

from tests.recordings import recording
from underround.core.windows.spot_book import SpotLadder
from underround.core.windows.spot_event import (
    SpotDelta,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotReply,
    SpotRequest,
    SpotSnapshot,
)
from underround.core.windows.spot_units import parse_e8
from underround.venues.bitstamp.codec import Codec as Bitstamp
from underround.venues.bullish.codec import Codec as Bullish
from underround.venues.coinbase.codec import Codec as Coinbase
from underround.venues.cryptocom.codec import Codec as Cryptocom
from underround.venues.gemini.codec import Codec as Gemini
from underround.venues.kraken.codec import Codec as Kraken
from underround.venues.kraken.codec import book_checksum

pytestmark = pytest.mark.shared

RECORDINGS = {
    "coinbase_advanced_l2_update_btcusd_2026-08-26.jsonl": (Coinbase, ["BTC-USD"]),
    "coinbase_exchange_btcusd_cryptomsgparser.jsonl": (Coinbase, ["BTC-USD"]),
    "kraken_v2_tardis_shapes.jsonl": (Kraken, ["BTC/USD", "AAPLx/USD"]),
    "bitstamp_btcusd_cryptomsgparser.jsonl": (Bitstamp, ["btcusd"]),
    "bitstamp_diff_order_book_tardis.jsonl": (Bitstamp, ["btcusd", "bchusd"]),
    "gemini_v2_l2.jsonl": (Gemini, ["ethbtc", "zecltc"]),
    "gemini_v3_ws.jsonl": (Gemini, ["wifusd", "linkrlusd"]),
    "cryptocom_book_trade_ticker.jsonl": (
        Cryptocom,
        ["AAVE_USDT", "DOT_USDT", "DOGE_USDT", "BTC_USDT"],
    ),
    "bullish_l2_l1.jsonl": (Bullish, ["AAVEUSDC", "ADAUSDC", "AAVEAUSD"]),
}


def frames(name):
    return [line.encode() for line in recording(f"btc/{name}").read_text().splitlines() if line]


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_frame_decodes(name):
    kind, symbols = RECORDINGS[name]
    for symbol in symbols:
        codec = kind(symbol=symbol)
        for frame in frames(name):
            events = []
            codec.decode(frame, 0, events)
            assert events, frame
            faults = [event for event in events if isinstance(event, SpotFault)]
            # one shape carries a made-up checksum, which cannot hold
            assert [fault for fault in faults if '"checksum":123456' not in frame.decode()] == []


def test_kraken_checksums():
    codec, events = Kraken(depth=25), []
    recorded = frames("kraken_v2_book_btcusd_2026-08-26.jsonl")
    for frame in recorded:
        codec.decode(frame, 0, events)
        assert codec.checksum() == json.loads(frame)["data"][0]["checksum"]
    assert len(recorded) == 20
    assert Counter(type(event) for event in events) == {SpotSnapshot: 1, SpotDelta: 19}


def test_kraken_s_published_vector():
    vector = json.loads(recording("btc/kraken_v2_checksum_doc_vector.json").read_text())
    sides = (SpotLadder.of_bids(), SpotLadder.of_asks())
    for ladder, rows in zip(sides, (vector["bids"], vector["asks"]), strict=True):
        ladder.replace([(parse_e8(price), parse_e8(size)) for price, size in rows])
    assert book_checksum(*sides, 1, 8) == vector["expected_crc32"] == 3_310_070_434


def test_coinbase_sequence():
    codec, events = Coinbase(), []
    for frame in frames("coinbase_advanced_l2_update_btcusd_2026-08-26.jsonl"):
        codec.decode(frame, 0, events)
    assert [type(event) for event in events] == [SpotDelta] * 3
    assert events[0].bids == [(parse_e8("78971.23"), parse_e8("0.09070492"))]
    lost = frames("coinbase_advanced_l2_update_btcusd_2026-08-26.jsonl")[::2]
    codec, events = Coinbase(), []
    for frame in lost:
        codec.decode(frame, 0, events)
    assert [event.kind for event in events if isinstance(event, SpotFault)] == [SpotFaultKind.GAP]


def test_bitstamp_s_book_over_rest():
    codec, events = Bitstamp(), []
    codec.take_snapshot(frames("bitstamp_btcusd_cryptomsgparser.jsonl")[4], 0, events)
    (snapshot,) = events
    assert snapshot.bids[0] == (parse_e8("30415.13"), parse_e8("0.37816633"))
    assert (len(snapshot.bids), len(snapshot.asks)) == (5, 5)
    assert snapshot.exchange_at_ns == 1_654_243_213_142_992_000


@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("gemini_v3_ws.jsonl", Gemini(symbol="linkrlusd"), {SpotSnapshot: 1, SpotNotice: 3}),
        ("bullish_l2_l1.jsonl", Bullish(symbol="AAVEUSDC"), {SpotSnapshot: 1, SpotNotice: 10}),
        (
            "cryptocom_book_trade_ticker.jsonl",
            Cryptocom(symbol="AAVE_USDT"),
            {SpotSnapshot: 1, SpotNotice: 10},
        ),
    ],
)
def test_the_subscribed_symbol_s_books_are_found(name, codec, expected):
    events = []
    for frame in frames(name):
        codec.decode(frame, 0, events)
    assert Counter(type(event) for event in events) == expected
    assert not {type(event) for event in events} & {SpotReply, SpotRequest}
