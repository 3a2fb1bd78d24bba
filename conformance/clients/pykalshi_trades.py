"""pykalshi: places, amends, decreases, sees and cancels orders, groups them, and hears of fills.

Its REST client, models and signed feed run unchanged.
"""

import asyncio

import talk
from pykalshi import AsyncKalshiClient
from pykalshi.enums import TimeInForce
from pykalshi.exceptions import InsufficientFundsError, KalshiAPIError

READ_LAG_S = 1.2


async def exercise(addresses, report):
    """Trade on the first market that has a book of both sides."""
    told = addresses["kalshi"]
    async with AsyncKalshiClient(
        api_key_id=told["key_id"],
        private_key_path=told["private_key_path"],
        api_base=told["rest"],
    ) as client:
        feed = client.feed()
        feed._ws_url = told["ws"]
        for channel in ("fill", "user_orders", "market_positions"):
            feed.subscribe(channel)
        ears = asyncio.create_task(_hear(feed, report))
        await asyncio.sleep(0.5)
        try:
            await _trade(client, report)
            await asyncio.sleep(0.3)
        finally:
            ears.cancel()
        for name in ("FillMessage", "UserOrderMessage", "PositionMessage"):
            _so(report, f"{name} was heard", report.messages[name] > 0)


async def _hear(feed, report):
    async for message in feed:
        report.messages[type(message).__name__] += 1


async def _market(client, report):
    for market in await report.call("get_markets", client.get_markets(limit=50)) or ():
        book = await report.call("get_orderbook", market.get_orderbook())
        if book is None or book.best_yes_bid is None or book.best_yes_ask is None:
            continue
        if float(book.best_yes_bid) > 0.2 and float(book.best_yes_ask) < 0.8:
            return market.ticker, book.best_yes_bid, book.best_yes_ask
    return None, None, None


async def _trade(client, report):
    portfolio = client.portfolio
    ticker, bid, ask = await _market(client, report)
    if ticker is None:
        report.problem("no market has a book of both sides")
        return
    balance = await report.call("get_balance", portfolio.get_balance())

    async def place(name, price, count, **more):
        return await report.call(
            name,
            portfolio.place_order(
                ticker, book_side="bid", count_fp=count, price_dollars=price, **more
            ),
        )

    taken = await place(
        "place_order IOC", ask, "3.00", time_in_force=TimeInForce.IOC, client_order_id="taken"
    )
    _so(report, "an IOC order is executed", taken.fill_count_fp == "3.00")
    resting = await place("place_order GTC", bid, "3.00", client_order_id="resting")
    _so(report, "a GTC order rests", resting.status.value == "resting")
    try:
        await portfolio.place_order(
            ticker, book_side="bid", count_fp="1.00", price_dollars=bid, client_order_id="resting"
        )
        report.problem("an open client order id was taken twice")
    except KalshiAPIError as refused:
        _so(report, "a duplicate is refused by name", refused.error_code == "order_already_exists")
    try:
        await portfolio.place_order(ticker, book_side="bid", count_fp="90000.00", price_dollars=bid)
        report.problem("an order beyond the balance was taken")
    except InsufficientFundsError:
        report.calls["insufficient balance"] += 1
    await report.call("amend_order", resting.amend(count_fp="2.00"))
    await report.call("decrease_order", resting.decrease("0.50"))
    await asyncio.sleep(READ_LAG_S)
    fresh = await report.call("get_order", portfolio.get_order(resting.order_id))
    _so(report, "what rests is 1.50", fresh.remaining_count_fp == "1.50")
    orders = await report.call("get_orders", portfolio.get_orders())
    _so(report, "both orders are listed", len(orders or ()) == 2)
    fills = await report.call("get_fills", portfolio.get_fills())
    _so(report, "the fill is listed", [fill.count_fp for fill in fills or ()] == ["3.00"])
    held = await report.call("get_positions", portfolio.get_positions())
    _so(report, "the position is held", [each.position_fp for each in held or ()] == ["3.00"])
    gone = await report.call("cancel_order", resting.cancel())
    _so(report, "the order is cancelled", gone.status.value == "canceled")
    group = await report.call("create_order_group", portfolio.create_order_group("5.00"))
    grouped = await place("place_order in a group", bid, "2.00", order_group_id=group.id)
    await report.call("trigger_order_group", portfolio.trigger_order_group(group.id))
    ended = await report.call("get_order", portfolio.get_order(grouped.order_id))
    _so(report, "the group's order is cancelled", ended.status.value == "canceled")
    batch = [{"ticker": ticker, "book_side": "bid", "price_dollars": bid, "count_fp": "1.00"}]
    many = await report.call("batch_place_orders", portfolio.batch_place_orders(batch * 2))
    _so(report, "a batch is taken", len(many or ()) == 2)
    identities = [order.order_id for order in many or ()]
    await report.call("batch_cancel_orders", portfolio.batch_cancel_orders(identities))
    left = await portfolio.get_balance()
    _so(report, "dollars were spent", left.balance < balance.balance)


def _so(report, what, is_so):
    report.expect(f"not so: {what}", is_so)


talk.run(exercise)
