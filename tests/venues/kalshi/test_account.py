"""A Kalshi account is read whole, however many pages it takes, or not at all."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.venues.http_peer import Answer, Asked, Reply, http_peer
from underround.core.instrument import Venue
from underround.core.trading.order import QueryAccount
from underround.core.trading.order_event import AccountRead, OrderEvent, QueryFailed
from underround.venues.kalshi.account import KalshiAccount
from underround.venues.kalshi.signing import Signer
from underround.venues.order_line import OrderLine

SIGNER = Signer("key-1", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
EMPTY = {
    "/portfolio/balance": {"balance_dollars": "12.5"},
    "/portfolio/fills": {"fills": []},
    "/portfolio/positions": {"market_positions": []},
    "/portfolio/orders": {"orders": []},
}


@asynccontextmanager
async def account(answer: Answer) -> AsyncIterator[tuple[KalshiAccount, list[Asked]]]:
    async with http_peer(answer) as peer:
        line = OrderLine("kalshi", peer.root, timeout_s=5.0)
        try:
            yield KalshiAccount(line, SIGNER, lambda: 10**18, lambda _order: None), peer.asked
        finally:
            await line.close()


async def read(answer: Answer) -> tuple[OrderEvent, list[Asked]]:
    events: list[OrderEvent] = []
    async with account(answer) as (read_of, asked):
        await read_of.query_account(QueryAccount(Venue.KALSHI, 0, 0), events.append)
    (event,) = events
    return event, asked


async def test_positions_are_read_to_the_last_page():
    pages = {"": ([("A", "1"), ("B", "-2")], "next"), "next": ([("C", "3")], "")}

    def answer(asked: Asked) -> Reply:
        told = dict(EMPTY[asked.path])
        if asked.path == "/portfolio/positions":
            found, cursor = pages[asked.query.get("cursor", [""])[0]]
            held = [{"ticker": ticker, "position_fp": size} for ticker, size in found]
            told = {"market_positions": held, "cursor": cursor}
        return Reply(json.dumps(told).encode())

    event, _ = await read(answer)
    assert isinstance(event, AccountRead)
    assert event.balance_usd_e6 == 12_500_000
    assert [(held.instrument, held.size_e6) for held in event.positions] == [
        ("A", 1_000_000),
        ("B", -2_000_000),
        ("C", 3_000_000),
    ]


async def test_a_cursor_that_runs_in_a_circle_is_a_failed_query_and_no_hang():
    for path in ("/portfolio/fills", "/portfolio/positions", "/portfolio/orders"):

        def answer(asked: Asked, wrong: str = path) -> Reply:
            again = {"cursor": "again"} if asked.path == wrong else {}
            return Reply(json.dumps(EMPTY[asked.path] | again).encode())

        event, asked = await read(answer)
        assert isinstance(event, QueryFailed)
        assert "cursor comes to no end" in event.text
        assert [one.path for one in asked].count(path) == 2


async def test_all_orders_are_asked_for_once_to_name_the_fills_of_many_pages():
    def fill(number: int) -> dict[str, object]:
        return {
            "trade_id": f"t{number}",
            "order_id": "theirs",
            "ticker": "A",
            "outcome_side": "yes",
            "yes_price_dollars": "0.4000",
            "count_fp": "1.00",
            "fee_cost": "0.01",
            "is_taker": True,
        }

    def answer(asked: Asked) -> Reply:
        told = dict(EMPTY[asked.path])
        if asked.path == "/portfolio/fills":
            number = int(asked.query.get("cursor", ["0"])[0])
            told = {"fills": [fill(number)], "cursor": str(number + 1) if number < 3 else ""}
        return Reply(json.dumps(told).encode())

    event, asked = await read(answer)
    assert isinstance(event, AccountRead)
    found = [(fill.trade, fill.order) for fill in event.fills]
    assert found == [("t0", None), ("t1", None), ("t2", None), ("t3", None)]
    assert [one.query.get("status") for one in asked if one.path == "/portfolio/orders"] == [
        None,
        ["resting"],
    ]
