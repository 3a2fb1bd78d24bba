"""A Polymarket account is read whole, or not at all."""

import json

from tests.venues.http_peer import Asked, Reply, http_peer
from underround.core.instrument import Venue
from underround.core.trading.order import QueryAccount
from underround.core.trading.order_event import AccountRead, OrderEvent, QueryFailed
from underround.venues.order_line import OrderLine
from underround.venues.polymarket.account import PolymarketAccount
from underround.venues.polymarket.orders import Identity
from underround.venues.polymarket.signing import ApiKey, Wallet

WALLET = Wallet(b"\x07" * 32)
KEY = ApiKey("key-id", "c2VjcmV0", "pass")
ME = Identity(WALLET, WALLET.address, 0, KEY.id)
CASH = {"balance": "25000000"}


def order(price: str) -> dict[str, str]:
    return {
        "id": f"0x{price}",
        "status": "LIVE",
        "market": "0xm",
        "asset_id": "1",
        "side": "BUY",
        "original_size": "10",
        "size_matched": "0",
        "price": price,
    }


async def read(
    pages: dict[str, tuple[list[dict[str, str]], str]],
) -> tuple[OrderEvent, list[Asked]]:
    """Read an account whose open orders come in `pages`, by cursor, and that never traded."""

    def answer(asked: Asked) -> Reply:
        if asked.path == "/balance-allowance":
            return Reply(json.dumps(CASH).encode())
        found, cursor = [], "LTE="
        if asked.path == "/data/orders":
            found, cursor = pages[asked.query.get("next_cursor", [""])[0]]
        return Reply(json.dumps({"data": found, "next_cursor": cursor}).encode())

    events: list[OrderEvent] = []
    async with http_peer(answer) as peer:
        line = OrderLine("polymarket", peer.root, timeout_s=5.0)
        account = PolymarketAccount(line, KEY, ME, {}, {}, lambda: 10**18, lambda: ())
        try:
            await account.query_account(QueryAccount(Venue.POLYMARKET, 0, 0), events.append)
        finally:
            await line.close()
    (event,) = events
    return event, peer.asked


async def test_open_orders_of_every_page_hold_their_dollars_back():
    event, _ = await read({"": ([order("0.5")], "Mg=="), "Mg==": ([order("0.25")], "LTE=")})
    assert isinstance(event, AccountRead)
    assert len(event.open_orders) == 2
    assert event.balance_usd_e6 == 25_000_000 - 5_000_000 - 2_500_000


async def test_a_cursor_that_runs_in_a_circle_is_a_failed_query_and_no_hang():
    event, asked = await read({"": ([], "Mg=="), "Mg==": ([], "Mg==")})
    assert isinstance(event, QueryFailed)
    assert "list of open orders cannot be read" in event.text
    assert len([one for one in asked if one.path == "/data/orders"]) == 2
