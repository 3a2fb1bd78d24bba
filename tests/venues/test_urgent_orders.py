"""When an account's requests are nearly spent, what makes an exposure smaller still goes out."""

import pytest
from msgspec.structs import replace

from tests.app.trading.test_shell import intent
from tests.venues.http_peer import Reply, http_peer
from tests.venues.kalshi.test_account import SIGNER
from tests.venues.polymarket.test_account import KEY, ME
from underround.core.instrument import Venue
from underround.core.trading.order_event import OrderEvent, OrderRejected
from underround.venues.kalshi.trading import KalshiTrading
from underround.venues.order_budget import OrderBudget
from underround.venues.order_line import OrderLine
from underround.venues.polymarket.trading import PolymarketTrading


@pytest.mark.parametrize("venue", list(Venue))
async def test_a_hedge_may_use_what_is_kept_back_and_an_entry_may_not(venue: Venue) -> None:
    async with http_peer(lambda _asked: Reply(b"{}")) as peer:
        line = OrderLine(venue, peer.root, timeout_s=5.0)
        budget, clock = OrderBudget(0.001, 12, 11), {"wall_ns": lambda: 10**18}
        clock["monotonic_ns"] = lambda: 1
        trading = (
            KalshiTrading(line, SIGNER, {}, budget, **clock)
            if venue is Venue.KALSHI
            else PolymarketTrading(line, KEY, ME, {}, budget, **clock, draw=lambda _limit: 0)
        )
        entry, hedge = intent("entry", venue), replace(intent("hedge", venue), reduces=True)
        told: list[OrderEvent] = []
        if venue is Venue.POLYMARKET:  # where an order costs one, and not ten
            assert budget.take(1, 1)
        await trading.place([(entry, "0xe", b"{}")], told.append)
        (refused,) = told
        assert isinstance(refused, OrderRejected)
        assert refused.text == "our own limit of requests, below the venue's"
        assert peer.asked == []
        await trading.place([(hedge, "0xh", b"{}")], told.append)
        assert [asked.method for asked in peer.asked] == ["POST"]
        await line.close()
