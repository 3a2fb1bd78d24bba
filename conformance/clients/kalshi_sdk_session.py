"""kalshi-sdk against our venue: REST reads, its signed WebSocket session, and its order books."""

import asyncio

from kalshi import AsyncKalshiClient, KalshiConfig
from talk import ready, run, told_to_stop


async def exercise(addresses, report):
    """Read the catalog and books, then follow the session until told to stop."""
    kalshi = addresses["kalshi"]
    config = KalshiConfig(base_url=kalshi["rest"], ws_base_url=kalshi["ws"], max_retries=0)
    client = AsyncKalshiClient(
        key_id=kalshi["key_id"], private_key_path=kalshi["private_key_path"], config=config
    )
    async with client:
        tickers = await read(client, report)
        async with client.ws.connect() as session:
            await follow(session, report, tickers)


async def read(client, report):
    """Read markets, events, series, books and the exchange's state."""
    await report.call("exchange.status", client.exchange.status())
    await report.call("exchange.schedule", client.exchange.schedule())
    markets = []

    async def every_market():
        markets.extend([market async for market in client.markets.list_all(limit=7)])

    async def every_event():
        return [event async for event in client.events.list_all(with_nested_markets=True)]

    await report.call("markets.list_all", every_market())
    report.expect("no markets", markets)
    tickers = [market.ticker for market in markets]
    for market in markets[:3]:
        await report.call("markets.get", client.markets.get(market.ticker))
        await report.call("markets.orderbook", client.markets.orderbook(market.ticker))
        await report.call("events.get", client.events.get(market.event_ticker))
        series = market.event_ticker.partition("-")[0]
        await report.call("series.get", client.series.get(series))
    books = await report.call(
        "markets.bulk_orderbooks", client.markets.bulk_orderbooks(tickers=tickers[:100])
    )
    report.expect("books are missing", books is None or len(books) == len(tickers[:100]))
    events = await report.call("events.list_all", every_event())
    report.expect("no events", events)
    await report.call("series.list", client.series.list())
    await report.call("series.fee_changes", client.series.fee_changes())
    await report.call("events.fee_changes", client.events.fee_changes())
    await report.call("markets.list_trades", client.markets.list_trades(limit=50))
    return tickers


async def follow(session, report, tickers):
    """Let the session keep its books; read them in the end."""
    # Trades first: while it waits for an answer the session drops what else arrives.
    trades = await report.call("subscribe_trade", session.subscribe_trade(tickers=tickers))
    stream = await report.call(
        "subscribe_orderbook_delta",
        session.subscribe_orderbook_delta(tickers=tickers, maxsize=100_000),
    )
    if stream is None or trades is None:
        return
    seen = set()

    async def listen(messages):
        async for message in messages:
            report.messages[message.type] += 1
            if message.type == "orderbook_snapshot":
                seen.add(message.msg.market_ticker)

    listening = [asyncio.create_task(listen(each)) for each in (stream, trades)]
    for _ in range(400):
        if len(seen) == len(tickers):
            break
        await asyncio.sleep(0.05)
    report.expect(f"snapshots of {len(seen)} of {len(tickers)}", len(seen) == len(tickers))
    ready()
    await told_to_stop()
    for task in listening:
        report.expect("the session ended", not task.done())
        task.cancel()
    for ticker in tickers:
        book = session._orderbook_mgr.get(ticker)
        if book is None:
            continue  # missed when the books are compared
        bids = {level.price: level.quantity for level in book.yes}
        asks = {1 - level.price: level.quantity for level in book.no}
        report.book(ticker, bids, asks)


run(exercise)
