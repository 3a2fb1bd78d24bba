"""Both venues over real sockets: books read off the wire equal the ledger's in the end."""

import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulation.clients import hear, kalshi, polymarket, say
from underround.simulation.venues import SimulatedVenues

Levels = dict[int, int]


def e4(price: str) -> int:
    return round(float(price) * 1e4)


def e6(size: str) -> int:
    return round(float(size) * 1e6)


class PolymarketReader:
    """Books by token from the market channel, by the stale rule for late duplicates."""

    def __init__(self) -> None:
        self.books: dict[str, dict[str, Levels]] = {}
        self._book_ms: dict[str, int] = {}
        self._level_ms: dict[tuple[str, str, int], int] = {}

    def take(self, frame: Any) -> None:
        for event in frame if isinstance(frame, list) else [frame]:
            at_ms = int(event["timestamp"])
            if event["event_type"] == "book":
                token = event["asset_id"]
                self._book_ms[token] = at_ms
                self.books[token] = {
                    side: {e4(level["price"]): e6(level["size"]) for level in event[side]}
                    for side in ("bids", "asks")
                }
            elif event["event_type"] == "price_change":
                for entry in event["price_changes"]:
                    self._set(entry, at_ms)

    def _set(self, entry: dict[str, str], at_ms: int) -> None:
        token, side = entry["asset_id"], "bids" if entry["side"] == "BUY" else "asks"
        price = e4(entry["price"])
        newest = max(self._book_ms[token], self._level_ms.get((token, side, price), 0))
        if at_ms < newest:
            return
        self._level_ms[token, side, price] = at_ms
        self.books[token][side][price] = e6(entry["size"])
        if not e6(entry["size"]):
            del self.books[token][side][price]


class KalshiReader:
    """Books by ticker on the YES scale, every seq checked."""

    def __init__(self) -> None:
        self.books: dict[str, dict[str, Levels]] = {}
        self.clocks: list[tuple[str, int]] = []
        self._seq = 0

    def take(self, frame: Any) -> None:
        if "seq" in frame:
            assert frame["seq"] == self._seq + 1
            self._seq += 1
        body = frame["msg"]
        if frame["type"] == "orderbook_snapshot":
            self.books[body["market_ticker"]] = {
                "bids": {e4(p): e6(s) for p, s in body.get("yes_dollars_fp", [])},
                "asks": {e4(p): e6(s) for p, s in body.get("no_dollars_fp", [])},
            }
        elif frame["type"] == "orderbook_delta":
            side = self.books[body["market_ticker"]]["bids" if body["side"] == "yes" else "asks"]
            price = e4(body["price_dollars"])
            left = side.get(price, 0) + e6(body["delta_fp"])
            assert left >= 0
            side[price] = left
            if not left:
                del side[price]
            self.clocks.append((body["market_ticker"], body["clock"]))


async def until(true: Callable[[], bool]) -> None:
    """Look again and again until something is true."""
    while not true():  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.01)


async def read(socket: Any, reader: PolymarketReader | KalshiReader) -> None:
    while True:
        reader.take(await hear(socket))


def pairs_in(path: Path) -> Any:
    return tomllib.loads(path.read_text())["pair"]


def exists(path: Path) -> bool:
    return path.exists()


async def test_what_the_wire_says_is_what_is_true() -> None:
    async with SimulatedVenues(7) as venues, httpx.AsyncClient() as web:
        where = venues.addresses
        tokens = [token for pair in venues.pairs for token in pair.polymarket.tokens]
        tickers = [pair.kalshi.ticker for pair in venues.pairs]
        async with polymarket(where) as channel, kalshi(where) as socket:
            await say(channel, {"type": "market", "assets_ids": tokens})
            params = {
                "channels": ["orderbook_delta"],
                "market_tickers": tickers,
                "use_yes_price": True,
            }
            await say(socket, {"id": 1, "cmd": "subscribe", "params": params})
            tokens_read, markets_read = PolymarketReader(), KalshiReader()
            reading = asyncio.gather(read(channel, tokens_read), read(socket, markets_read))
            await until(lambda: reading.done() or len(markets_read.clocks) >= 800)
            assert (await web.post(where["control"] + "/quiesce")).json() == {"quiet": True}
            ledger = (await web.get(where["control"] + "/ledger")).json()
            await asyncio.sleep(0.2)
            reading.cancel()
        expected = {
            venue: {
                name: {side: dict(map(tuple, levels)) for side, levels in book.items()}
                for name, book in books.items()
            }
            for venue, books in ledger["books"].items()
        }
        assert tokens_read.books == expected["polymarket"]
        assert markets_read.books == expected["kalshi"]
        assert ledger["started_ns"] < ledger["now_ns"]
        assert sum(ledger["traps"].values()) > 0
        following = zip(markets_read.clocks, markets_read.clocks[1:], strict=False)
        assert any(one == next_one for one, next_one in following)


async def test_the_flow_waits_for_both_venues_to_be_heard() -> None:
    async with SimulatedVenues(7, pairs=4) as venues, httpx.AsyncClient() as web:
        where = venues.addresses
        async with polymarket(where) as channel:
            token = venues.pairs[1].polymarket.tokens[0]
            await say(channel, {"type": "market", "assets_ids": [token]})
            await hear(channel)
            assert (await web.get(where["control"] + "/ledger")).json()["started_ns"] is None
            async with kalshi(where) as socket:
                ticker = venues.pairs[1].kalshi.ticker
                params = {"channels": ["orderbook_delta"], "market_tickers": [ticker]}
                await say(socket, {"id": 1, "cmd": "subscribe", "params": params})
                assert (await hear(socket))["type"] == "subscribed"
                while (await hear(socket))["type"] != "orderbook_delta":
                    pass
            assert (await web.get(where["control"] + "/ledger")).json()["started_ns"] is not None


async def test_the_flow_starts_when_told_and_only_once() -> None:
    async with SimulatedVenues(7, pairs=4) as venues, httpx.AsyncClient() as web:
        control = venues.addresses["control"]
        assert (await web.get(control + "/healthz")).json() == {"ok": True}
        await web.post(control + "/start")
        first = venues.started_ns
        await web.post(control + "/start")
        assert venues.started_ns == first
        await until(lambda: venues.flow.now_ns > 0)


async def test_quiet_venues_thaw_their_frozen_markets() -> None:
    async with SimulatedVenues(7, pairs=4) as venues:
        venues.exchange.freeze(venues.pairs[1].kalshi)
        venues.exchange.freeze(venues.pairs[1].polymarket)
        venues.quiesce()
        assert not venues.pairs[1].kalshi.frozen
        assert not venues.pairs[1].polymarket.frozen


async def test_the_pairs_file_names_every_pair_in_words_the_venues_know() -> None:
    async with SimulatedVenues(7) as venues:
        path = Path(venues.addresses["pairs_toml"])
        tables = pairs_in(path)
        assert [table["id"] for table in tables] == [pair.id for pair in venues.pairs]
        for table, pair in zip(tables, venues.pairs, strict=True):
            market = pair.polymarket
            assert table["kalshi"] == pair.kalshi.ticker
            assert table["polarity"] == ("inverse" if pair.inverse else "same")
            assert table["note"]
            known = (market.condition_id, market.slug, market.gamma_id, *market.tokens)
            assert table["polymarket"] in known
    assert not exists(path)
    assert not exists(path.parent)


@pytest.mark.parametrize(("speed", "pairs"), [(0, 4), (1, 0)])
def test_nonsense_is_refused(speed: float, pairs: int) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        SimulatedVenues(7, speed=speed, pairs=pairs)
