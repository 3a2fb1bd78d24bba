"""pykalshi against our venue: REST reads, its signed feed, and its order book.

Its feed has no parameter for the address; it is set on the object.
"""

import asyncio
from decimal import Decimal

from pykalshi import AsyncKalshiClient, OrderbookDeltaMessage, OrderbookSnapshotMessage
from pykalshi.orderbook import OrderbookManager
from talk import ready, run, told_to_stop


async def exercise(addresses, report):
    """Read the catalog and books, then follow the feed until told to stop."""
    kalshi = addresses["kalshi"]
    client = AsyncKalshiClient(
        api_key_id=kalshi["key_id"],
        private_key_path=kalshi["private_key_path"],
        api_base=kalshi["rest"],
        max_retries=0,
    )
    async with client:
        tickers = await read(client, report)
        await follow(client, kalshi["ws"], report, tickers)


async def read(client, report):
    """Read markets, events, series, books and the exchange's state."""
    status = await report.call("exchange.get_status", client.exchange.get_status())
    report.expect("the exchange does not trade", status is None or status.trading_active)
    await report.call("exchange.get_schedule", client.exchange.get_schedule())
    markets = await report.call("get_markets", client.get_markets(limit=5, fetch_all=True)) or []
    report.expect("no markets", markets)
    for market in markets[:3]:
        one = await report.call("get_market", client.get_market(market.ticker))
        report.expect("another market", one is None or one.ticker == market.ticker)
        book = await report.call("market.get_orderbook", market.get_orderbook())
        report.expect(f"{market.ticker}: no book", book is not None)
        await report.call("get_event", client.get_event(market.event_ticker))
        series = market.event_ticker.partition("-")[0]
        await report.call("get_series", client.get_series(series))
    await report.call("get_trades", client.get_trades(limit=50))
    events = await report.call("get_events", client.get_events(limit=200)) or []
    report.expect("no events", events)
    return [market.ticker for market in markets]


async def follow(client, address, report, tickers):
    """Keep its order books from its feed's messages."""
    feed = client.feed()
    feed._ws_url = address
    books = {}

    def take(message):
        ticker = message.market_ticker
        if isinstance(message, OrderbookSnapshotMessage):
            books.setdefault(ticker, OrderbookManager(ticker))
            books[ticker].apply_snapshot(message.yes_dollars, message.no_dollars)
        elif isinstance(message, OrderbookDeltaMessage):
            books[ticker].apply_delta(message.side, message.price_dollars, message.delta_fp)
        else:
            report.problem(f"a book message is {type(message).__name__}")

    feed.on("orderbook_delta", take)
    feed.subscribe("orderbook_delta", market_tickers=tickers)
    feed.subscribe("trade", market_tickers=tickers)

    async def listen():
        async for message in feed:
            report.messages[type(message).__name__.removesuffix("Message")] += 1

    listening = asyncio.create_task(listen())
    for _ in range(400):
        if len(books) == len(tickers):
            break
        await asyncio.sleep(0.05)
    report.expect(f"snapshots of {len(books)} of {len(tickers)}", len(books) == len(tickers))
    ready()
    await told_to_stop()
    report.expect("the feed reconnected", feed.reconnect_count == 0)
    report.expect("the feed ended", not listening.done())
    listening.cancel()
    for ticker, book in books.items():
        bids = {Decimal(price): Decimal(size) for price, size in book.yes.items()}
        asks = {1 - Decimal(price): Decimal(size) for price, size in book.no.items()}
        report.book(ticker, bids, asks)


run(exercise)
