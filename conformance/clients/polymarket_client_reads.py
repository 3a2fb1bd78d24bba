"""The official Polymarket client against our venue: Gamma and CLOB reads, and the market stream.

Its addresses are set through the environment's private field, for there is no public way.
"""

import asyncio
from dataclasses import replace

from polymarket import PRODUCTION, AsyncPublicClient
from polymarket.environments import _create_environment
from polymarket.streams import MarketSpec
from talk import TokenBooks, ready, run, told_to_stop

PAGE = 10


def environment(addresses):
    """Return the production environment with our addresses in it."""
    config = replace(
        PRODUCTION._config,
        gamma_url=addresses["gamma"],
        clob_url=addresses["clob"],
        clob_market_ws_url=addresses["ws"],
    )
    return _create_environment(name="simulated", config=config)


async def exercise(addresses, report):
    """Read the catalog and the books, then follow the stream until told to stop."""
    async with AsyncPublicClient(environment(addresses["polymarket"])) as client:
        markets = await read_catalog(client, report)
        tokens = [
            outcome.token_id
            for market in markets
            for outcome in (market.outcomes.yes, market.outcomes.no)
        ]
        report.expect(f"{len(tokens)} tokens of {len(markets)} markets", all(tokens))
        await read_books(client, report, tokens)
        await follow(client, report, tokens)


async def read_catalog(client, report):
    """Page through all the open markets, and read one by id and by slug."""
    markets = []

    async def every_page():
        paginator = client.list_markets(
            closed=False, order="volume24hr", ascending=False, page_size=PAGE
        )
        async for page in paginator:
            report.expect(f"a page of {len(page.items)}", len(page.items) <= PAGE)
            markets.extend(page.items)

    await report.call("list_markets", every_page())
    report.expect("no markets", markets)
    for market in markets[:3]:
        for name, wanted in (("id", market.id), ("slug", market.slug)):
            one = await report.call(f"get_market by {name}", client.get_market(**{name: wanted}))
            report.expect(
                f"get_market by {name} gives another market",
                one is None or one.condition_id == market.condition_id,
            )
        report.expect(
            f"{market.slug}: no tick, minimum or fee terms",
            market.trading.minimum_tick_size and market.trading.minimum_order_size,
        )
    return markets


async def read_books(client, report, tokens):
    """Read one book, all books, and what the venue derives from them."""
    book = await report.call("get_order_book", client.get_order_book(token_id=tokens[0]))
    books = await report.call("get_order_books", client.get_order_books(token_ids=tokens[:100]))
    report.expect("books are missing", books is None or len(books) == len(tokens[:100]))
    for each in books or ():
        for levels, falling in ((each.bids, False), (each.asks, True)):
            prices = [level.price for level in levels]
            report.expect(
                "the best level is not the last", prices == sorted(prices, reverse=falling)
            )
    if book is not None and book.bids and book.asks:
        bid, ask = book.bids[-1].price, book.asks[-1].price
        report.expect("the book is crossed", bid < ask)
        token = book.asset_id
        for name, call, expected in (
            ("get_midpoint", client.get_midpoint(token_id=token), (bid + ask) / 2),
            ("get_spread", client.get_spread(token_id=token), ask - bid),
        ):
            told = await report.call(name, call)
            report.expect(f"{name} is {told}, not {expected}", told in (None, expected))
        sides = [
            await report.call("get_price", client.get_price(token_id=token, side=side))
            for side in ("BUY", "SELL")
        ]
        report.expect(f"prices are {sides} at {bid}/{ask}", {*sides, None} >= {bid, ask})
        await report.call("get_last_trade_price", client.get_last_trade_price(token_id=token))
        for side, stake in (("BUY", {"amount": 1}), ("SELL", {"shares": 1})):
            estimate = client.estimate_market_price(token_id=token, side=side, **stake)
            await report.call("estimate_market_price", estimate)


async def follow(client, report, tokens):
    """Build books from the stream's events alone."""
    books = TokenBooks()
    whole = asyncio.Event()
    handle = await report.call(
        "subscribe", client.subscribe(MarketSpec(asset_ids=tokens, custom_feature_enabled=True))
    )
    if handle is None:
        return

    async def listen():
        async for event in handle:
            report.messages[event.type] += 1
            take(event, books)
            if len(books.sides) == len(tokens):
                whole.set()

    listening = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(20):
            await whole.wait()
    except TimeoutError:
        report.problem(f"opening books of {len(books.sides)} of {len(tokens)} tokens")
    ready()
    await told_to_stop()
    report.expect(f"{handle.dropped} events dropped", not handle.dropped)
    report.expect("the stream ended", not listening.done())
    listening.cancel()
    await handle.close()
    for token, sides in books.sides.items():
        report.book(token, sides["BUY"], sides["SELL"])


def take(event, books):
    """Apply one event of the stream."""
    payload = event.payload
    if event.type == "book":
        bids, asks = (
            {level.price: level.size for level in levels if level.size}
            for levels in (payload.bids, payload.asks)
        )
        books.replace(payload.asset_id, bids, asks, payload.timestamp)
    elif event.type == "price_change":
        for change in payload.price_changes:
            books.set(change.asset_id, change.side, change.price, change.size, payload.timestamp)


run(exercise)
