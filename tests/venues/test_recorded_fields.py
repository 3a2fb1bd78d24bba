"""Every recorded frame and answer of both venues is read, and no field of it is dropped unnamed."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.recordings import recording
from underround.core.event import FrameRejected
from underround.stores.foreign import read_foreign
from underround.venues.kalshi import codec as kalshi_codec
from underround.venues.kalshi import fields as kalshi
from underround.venues.polymarket import codec as polymarket_codec
from underround.venues.polymarket import fields as polymarket

pytestmark = pytest.mark.shared

KALSHI_SOCKET = [
    "kalshi/ws_raw_12markets_add_ok_2026-08-07.jsonl",
    "kalshi/ws_raw_KXBTC_8markets_2026-04-18.jsonl",
    "kalshi/KXBTC15M-26MAY142315-15_first1s.jsonl",
    "kalshi/KXBTC15M-26MAY111500-00_last9min.jsonl.gz",
]


def frames(name: str) -> Iterator[bytes]:
    for line in read_foreign(recording(name)):
        if line.frame is not None:
            yield line.frame


def rejected(codec, frame: bytes) -> list[FrameRejected]:
    events: list = []
    codec.decode(frame, events)
    return [event for event in events if isinstance(event, FrameRejected)]


@pytest.mark.parametrize("name", KALSHI_SOCKET)
def test_kalshi_s_frames(name: str):
    kinds: Counter[str] = Counter()
    for frame in frames(name):
        message = json.loads(frame)
        kinds[message["type"]] += 1
        assert kalshi.unknown_fields(message) == []
        refusals = [each.kind for each in rejected(kalshi_codec, frame)]
        expected = ["kalshi reports an error"] if message["type"] == "error" else []
        assert refusals == expected
    assert kinds["orderbook_delta"] > 20


def test_kalshi_s_single_messages():
    folder = recording("kalshi/ws_real")
    seen = set()
    for path in sorted(folder.glob("*.json")):
        message = json.loads(path.read_text())
        if "flattened" in path.name or "msg_only" in path.name:
            continue  # its recorder wrote it anew
        seen.add(message["type"])
        assert kalshi.unknown_fields(message) == [], path.name
        refusals = rejected(kalshi_codec, json.dumps(message).encode())
        assert [each.kind for each in refusals] == (
            ["kalshi reports an error"] if message["type"] == "error" else []
        ), path.name
    assert seen >= {"ticker", "market_lifecycle_v2", "ok", "subscribed", "orderbook_snapshot"}


def test_the_index_that_kalshi_relays():
    read = 0
    for line in recording("btc/kalshi_cfbenchmarks_value_frames.jsonl").read_text().splitlines():
        message = json.loads(line)
        note = message.pop("_note", "")
        if "type" not in message:
            assert note.startswith("msg body only")
            message = {"type": "cfbenchmarks_value", "sid": 1, "seq": 1} | message
        assert kalshi.unknown_fields(message) == []
        assert rejected(kalshi_codec, json.dumps(message).encode()) == []
        read += 1
    assert read == 4


def test_kalshi_s_answers():
    folder = recording("kalshi/rest_real")
    answers = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    checked: Counter[str] = Counter()
    for name, answer in answers.items():
        for kind, table, part in kalshi_parts(name, answer):
            assert table.unknown(part) == [], f"{name}: {kind}"
            checked[kind] += 1
    assert checked["market"] > 5
    assert checked.keys() == {"market", "event", "series", "book"}


def kalshi_parts(name: str, answer: dict) -> Iterator[tuple]:
    if name.startswith("GET_events"):
        for event in answer["events"]:
            yield "event", kalshi.EVENT, event
            for market in event.get("markets", ()):
                yield "market", kalshi.MARKET, market
    elif name.startswith("GET_markets_"):
        for market in answer["markets"]:
            yield "market", kalshi.MARKET, market
    elif name.startswith(("GET_market_demo", "GET_market_single")):
        yield "market", kalshi.MARKET, answer.get("market", answer)
    elif name.startswith("GET_series"):
        yield "series", kalshi.SERIES, answer["series"]
    elif "orderbook" in name:
        yield "book", kalshi.BOOK, answer


def test_polymarket_s_frames():
    kinds: Counter[str] = Counter()
    for frame in frames("polymarket/market_session_synthetic.jsonl"):
        assert rejected(polymarket_codec, frame) == []
        if frame in (b"PONG", b"PING"):
            continue
        message = json.loads(frame)
        assert polymarket.unknown_fields(message) == []
        parts = message if isinstance(message, list) else [message]
        kinds.update(part["event_type"] for part in parts)
    assert kinds == {
        "book": 14,
        "price_change": 65,
        "last_trade_price": 6,
        "tick_size_change": 2,
        "market_resolved": 1,
    }


def test_polymarket_s_answers():
    books = json.loads(
        recording("polymarket/fed-decision-in-june-825__clob-books.json").read_text()
    )
    assert [polymarket.BOOK.unknown(book) for book in books] == [[]] * len(books)
    event = json.loads(
        recording("polymarket/fed-decision-in-june-825__gamma-event.json").read_text()
    )
    found = json.loads(
        recording("polymarket/fed-decision-in-june-825__gamma-search.json").read_text()
    )
    markets = [*event["markets"], *(m for e in found["events"] for m in e["markets"])]
    assert len(markets) > 5
    assert [polymarket.MARKET.unknown(market) for market in markets] == [[]] * len(markets)
