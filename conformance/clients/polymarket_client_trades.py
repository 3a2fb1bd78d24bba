"""polymarket-client, the official one: places, sees and cancels orders, and hears of its trades.

Its market orders, limit orders, queries, balances and user channel run unchanged.
"""

import asyncio
import dataclasses
from decimal import Decimal
from pathlib import Path

import talk
from polymarket import AsyncSecureClient
from polymarket import environments as sdk
from polymarket.streams import UserSpec

WAIT_S = 4.0


def environment(addresses):
    """Return the SDK's production environment with the venues' addresses."""
    ours = addresses["polymarket"]
    config = dataclasses.replace(
        sdk.PRODUCTION._config,
        clob_url=ours["clob"],
        gamma_url=ours["gamma"],
        clob_market_ws_url=ours["ws"],
        clob_user_ws_url=ours["user_ws"],
    )
    return sdk._create_environment(name="simulated", config=config)


async def exercise(addresses, report):
    """Trade on the first token that has a book of both sides."""
    ours = addresses["polymarket"]
    key = Path(ours["private_key_path"]).read_text().strip()  # noqa: ASYNC240
    client = await report.call(
        "create",
        AsyncSecureClient.create(
            private_key=key, wallet=ours["address"], environment=environment(addresses)
        ),
    )
    if client is None:
        return
    events = []
    stream = await client.subscribe(UserSpec())
    ears = asyncio.create_task(_hear(stream, events, report))
    await asyncio.sleep(0.3)
    try:
        await _trade(client, addresses["tokens"], events, report)
    finally:
        await stream.close()
        ears.cancel()
        await client.close()


async def _hear(stream, events, report):
    async for event in stream:
        events.append((event.type, event.payload.status))
        report.messages[f"user {event.type} {event.payload.status}"] += 1


async def _first(pages):
    async for page in pages:
        return page.items
    return ()


async def _trade(client, tokens, events, report):
    token, bid, ask = await _market(client, tokens, report)
    if token is None:
        report.problem("no token has a book of both sides")
        return
    money = await report.call(
        "get_balance_allowance", client.get_balance_allowance(asset_type="COLLATERAL")
    )
    placed = await report.call(
        "place_limit_order",
        client.place_limit_order(asset_id=token, price=bid, size="10", side="BUY"),
    )
    _so(report, "a limit order rests", placed is not None and placed.status == "live")
    open_orders = await report.call("list_open_orders", _first(client.list_open_orders()))
    _so(
        report,
        "the order is listed",
        [order.id for order in open_orders or ()] == [placed.order_id],
    )
    seen = await report.call("get_order", client.get_order(order_id=placed.order_id))
    _so(report, "the order is shown", seen is not None and seen.original_size == 10)
    gone = await report.call("cancel_order", client.cancel_order(order_id=placed.order_id))
    _so(report, "the order is cancelled", gone.canceled == (placed.order_id,))
    bought = await report.call(
        "place_market_order BUY",
        client.place_market_order(asset_id=token, side="BUY", amount="10", max_price=ask),
    )
    _so(report, "a market order is matched", bought.ok and bought.status == "matched")
    crossing = await report.call(
        "post-only",
        client.place_limit_order(asset_id=token, price=ask, size="10", side="BUY", post_only=True),
    )
    _so(report, "a crossing post-only order is refused by name", not crossing.ok)
    _so(report, "its code is known", getattr(crossing, "code", "") == "post_only_would_cross")
    exact = await client.create_limit_order(asset_id=token, price=ask, size="7", side="BUY")
    taken = await report.call(
        "post_order FAK", client.post_order(dataclasses.replace(exact, order_type="FAK"))
    )
    _so(report, "exact shares are bought", taken.ok and taken.taking_amount == 7)
    killed = await client.create_limit_order(asset_id=token, price=ask, size="9999", side="BUY")
    refused = await report.call(
        "post_order FOK", client.post_order(dataclasses.replace(killed, order_type="FOK"))
    )
    _so(
        report,
        "a FOK too large is killed by name",
        getattr(refused, "code", "")
        in (
            "fok_not_filled",
            "not_enough_balance",
        ),
    )
    await _settled(client, token, events, report, money, taken.taking_amount + bought.taking_amount)


async def _market(client, tokens, report):
    for token in tokens[:20]:
        book = await report.call("get_order_book", client.get_order_book(asset_id=token))
        if book is not None and book.bids and book.asks:
            bid = max(level.price for level in book.bids)
            ask = min(level.price for level in book.asks)
            if Decimal("0.2") < bid and ask < Decimal("0.8"):
                return token, bid, ask
    return None, None, None


async def _settled(client, token, events, report, money, shares):
    """Wait until the trades are confirmed, and look at what is left."""
    for _ in range(int(WAIT_S / 0.1)):
        if [status for kind, status in events if kind == "trade"].count("CONFIRMED") >= 2:
            break
        await asyncio.sleep(0.1)
    statuses = {status for kind, status in events if kind == "trade"}
    _so(
        report,
        f"trades are matched, mined and confirmed, not {sorted(statuses)}",
        {"MATCHED", "MINED", "CONFIRMED"} <= statuses,
    )
    trades = await report.call("list_account_trades", _first(client.list_account_trades()))
    _so(report, "the trades are listed", sum(trade.size for trade in trades or ()) == shares)
    held = await client.get_balance_allowance(asset_type="CONDITIONAL", token_id=token)
    _so(report, "the shares have arrived", held.balance == int(shares * 1_000_000))
    left = await client.get_balance_allowance(asset_type="COLLATERAL")
    _so(report, "dollars were spent", left.balance < money.balance)
    sold = await report.call(
        "place_market_order SELL",
        client.place_market_order(asset_id=token, side="SELL", shares="5"),
    )
    _so(report, "shares are sold", sold.ok and sold.making_amount == 5)
    await report.call("cancel_all", client.cancel_all())


def _so(report, what, is_so):
    report.expect(f"not so: {what}", is_so)


talk.run(exercise)
