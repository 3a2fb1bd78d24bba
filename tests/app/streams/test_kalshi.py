"""The guide's Kalshi stream against simulated venues: the socket with a key, REST without."""

import re
import socket

import pytest

from tests.app.streams.watched import (
    KALSHI,
    asks,
    kalshi,
    offered,
    open_cache,
    said,
    shows,
    streaming,
    through,
    until,
)
from tests.stores.gate import Gate
from underround.app.price_cache import PriceCache
from underround.app.streams import KalshiStream
from underround.core.errors import ConfigError, UnusableError

KEYED = pytest.mark.parametrize("keyed", [True, False], ids=["socket", "polled"])


@KEYED
async def test_prices_stand_under_the_ticker_and_the_pair_s_id(venues, pairs, keyed):
    async with open_cache() as cache:
        stream = KalshiStream(
            cache, addresses=kalshi(venues, keyed=keyed), pairs=pairs, poll_s=0.01
        )
        async with streaming(stream):
            tickers = [pair.kalshi.ticker for pair in venues.pairs]
            await stream.subscribe_markets(tickers[:1])
            await stream.subscribe_markets(tickers)
            for pair in venues.pairs:
                yes, no = offered(pair.kalshi)
                await shows(cache, pair.kalshi.ticker, KALSHI, (yes, no))
                await shows(cache, pair.id, KALSHI, (no, yes) if pair.inverse else (yes, no))
    assert [pair.inverse for pair in venues.pairs] == [False, False, True, False]


async def test_a_ticker_may_stand_in_several_pairs(venues, pairs):
    ticker = venues.pairs[2].kalshi.ticker
    entries = [pairs[0], pairs[2]]
    both = [type(entry)(**{**as_dict(entry), "kalshi": ticker}) for entry in entries]
    async with open_cache() as cache:
        stream = KalshiStream(cache, addresses=kalshi(venues), pairs=both)
        async with streaming(stream):
            await stream.subscribe_markets([ticker])
            yes, no = offered(venues.pairs[2].kalshi)
            await shows(cache, both[0].id, KALSHI, (yes, no))
            await shows(cache, both[1].id, KALSHI, (no, yes))


def as_dict(entry) -> dict:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


@KEYED
async def test_the_log_and_the_statistics(venues, caplog, keyed):
    async with open_cache() as cache:
        stream = KalshiStream(cache, addresses=kalshi(venues, keyed=keyed), pairs=(), poll_s=0.01)
        assert (await stream.get_stats())["connected"] is False
        async with streaming(stream):
            assert (await stream.get_stats())["connected"] is True
            known = venues.pairs[1].kalshi.ticker
            await stream.subscribe_markets(["KXNOSUCH-27", ..., known, known])
            await shows(cache, known, KALSHI, offered(venues.pairs[1].kalshi))
            stats = await stream.get_stats()
            assert (stats["subscribed_markets"], stats["reconnects"]) == (1, 0)
            assert stats["messages_processed"] > 0
            lines = said(caplog)
        assert (await stream.get_stats())["connected"] is False
    way = [
        "⚠️ no Kalshi API key: its order books are polled every 0.01 s",
        "✅ Polling Kalshi over REST (slow)",
    ]
    assert lines == [
        "✅ Price cache in memory ready",
        *(["✅ Connected to Kalshi WebSocket"] if keyed else way),
        "⚠️ `...` stands for your own market ids; skipped",
        "⚠️ market KXNOSUCH-27 skipped: Kalshi has no open market of that name",
        "📡 Subscribed to 1 new markets",
    ]


@KEYED
async def test_the_cache_keeps_up_with_the_books(venues, keyed):
    async with open_cache() as cache:
        stream = KalshiStream(cache, addresses=kalshi(venues, keyed=keyed), pairs=(), poll_s=0.01)
        async with streaming(stream):
            await stream.subscribe_markets([pair.kalshi.ticker for pair in venues.pairs])
            venues.start()
            await until(lambda: venues.flow.now_ns > 1_000_000_000)
            venues.quiesce()
            for pair in venues.pairs:
                await shows(cache, pair.kalshi.ticker, KALSHI, offered(pair.kalshi))


@KEYED
async def test_an_outage_takes_the_prices_along_and_ends(venues, keyed):
    market = venues.pairs[1].kalshi
    door = "ws" if keyed else "rest"
    where = venues.addresses[KALSHI][door]
    async with Gate(where) as gate, open_cache() as cache:
        addresses = kalshi(venues, keyed=keyed, **{door: through(gate, where)})
        stream = KalshiStream(cache, addresses=addresses, pairs=(), poll_s=0.01)
        async with streaming(stream):
            await stream.subscribe_markets([market.ticker])
            await shows(cache, market.ticker, KALSHI, offered(market))
            gate.close()
            await shows(cache, market.ticker, KALSHI, None)
            assert (await stream.get_stats())["connected"] is False
            gate.open()
            await shows(cache, market.ticker, KALSHI, offered(market))
            assert (await stream.get_stats())["connected"] is True


async def test_a_closed_market_has_no_price(venues):
    pair = venues.pairs[1]
    async with open_cache() as cache:
        stream = KalshiStream(cache, addresses=kalshi(venues), pairs=())
        async with streaming(stream):
            await stream.subscribe_markets([pair.kalshi.ticker])
            await shows(cache, pair.kalshi.ticker, KALSHI, offered(pair.kalshi))
            orders = [("bid", price_e4, -size) for price_e4, size in pair.kalshi.book.bids.items()]
            orders += [("ask", price_e4, -size) for price_e4, size in pair.kalshi.book.asks.items()]
            venues.exchange.close_kalshi(pair)
            venues.exchange.sweep_kalshi(pair, orders)
            await shows(cache, pair.kalshi.ticker, KALSHI, None)
            await stream.subscribe_markets([venues.pairs[0].kalshi.ticker])
            venues.exchange.close_kalshi(venues.pairs[3])
            await stream.subscribe_markets([venues.pairs[3].kalshi.ticker])
            assert await asks(cache, venues.pairs[3].kalshi.ticker, KALSHI) is None


async def test_a_key_that_is_not_accepted_is_told(venues, caplog):
    stream = KalshiStream(
        PriceCache("memory://"), api_key="another", addresses=kalshi(venues), pairs=()
    )
    line = (
        "Kalshi WebSocket connection failed: HTTP 401, check the API key and that the venue may"
        f" be used from here ({venues.addresses[KALSHI]['ws']})"
    )
    with pytest.raises(ConnectionError, match=f"^{re.escape(line)}$"):
        await stream.connect()
    assert said(caplog)[-1] == f"❌ {line}"


async def test_half_a_key_and_a_missing_key_file_are_refused(venues, tmp_path):
    cache, keyless = PriceCache("memory://"), kalshi(venues, keyed=False)
    with pytest.raises(UnusableError, match="private_key_path is missing"):
        KalshiStream(cache, "key", addresses=keyless, pairs=())
    with pytest.raises(UnusableError, match="api_key is missing"):
        KalshiStream(cache, private_key_path=tmp_path / "k.pem", addresses=keyless, pairs=())
    with pytest.raises(ConfigError, match=r"k\.pem"):
        KalshiStream(cache, "key", tmp_path / "k.pem", addresses=keyless, pairs=())


@KEYED
async def test_a_venue_that_is_not_there_is_one_line(venues, caplog, keyed):
    with socket.socket() as taken:  # bound and not listening
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        changes = {"ws": f"ws://127.0.0.1:{port}/ws", "rest": f"http://127.0.0.1:{port}/v2"}
        addresses = kalshi(venues, keyed=keyed, **changes)
        stream = KalshiStream(PriceCache("memory://"), addresses=addresses, pairs=())
        way, url = ("WebSocket", changes["ws"]) if keyed else ("REST", changes["rest"])
        with pytest.raises(ConnectionError, match=f"^Kalshi {way} connection failed: ") as caught:
            await stream.connect()
        assert str(caught.value).endswith(f" ({url})")
        assert said(caplog)[-1] == f"❌ {caught.value}"
        with pytest.raises(ConnectionError, match="not connected to Kalshi"):
            await stream.subscribe_markets(["KX"])
        await stream.close()


async def test_a_list_that_cannot_be_had_is_no_unknown_market(venues, caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        rest = f"http://127.0.0.1:{taken.getsockname()[1]}/trade-api/v2"
        stream = KalshiStream(
            PriceCache("memory://"), addresses=kalshi(venues, rest=rest), pairs=()
        )
        await stream.connect()
        with pytest.raises(ConnectionError, match=r"^Kalshi market lookup failed: "):
            await stream.subscribe_markets([venues.pairs[0].kalshi.ticker])
        await stream.close()


async def test_addresses_key_and_pairs_come_from_the_configuration(venues, monkeypatch):
    for key, setting in venues.addresses[KALSHI].items():
        monkeypatch.setenv(f"UNDERROUND__VENUES__KALSHI__{key.upper()}", setting)
    monkeypatch.setenv("UNDERROUND__PAIRS", venues.addresses["pairs_toml"])
    async with open_cache() as cache:
        stream = KalshiStream(cache)
        async with streaming(stream):
            pair = venues.pairs[3]
            await stream.subscribe_markets([pair.kalshi.ticker])
            await shows(cache, pair.id, KALSHI, offered(pair.kalshi))
