"""Traders trade on the simulated Polymarket: order types, refusals, money, how matches settle."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.world import World
from underround.core.instrument import Venue
from underround.simulation.book import ASK, BID
from underround.simulation.own_orders import OwnOrder
from underround.simulation.polymarket import order_entry
from underround.simulation.polymarket.order_entry import OrderEntry
from underround.simulation.polymarket.order_words import OrderRefusedError
from underround.simulation.polymarket.traders import CASH_USD_E6, PolymarketTrade, Trader

ONE = 1_000_000
ADDRESS = "0x" + "ab" * 20


class Heard:
    def __init__(self) -> None:
        self.orders: list[tuple[str, str]] = []
        self.trades: list[str] = []

    def ordered(self, trader: Trader, order: OwnOrder, kind: str) -> None:
        self.orders.append((kind, order.facts["status"]))

    def traded(self, trader: Trader, trade: PolymarketTrade) -> None:
        self.trades.append(trade.status)


class Place:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(7, 2)
        self.exchange, self.pair = world.exchange, world.pairs[0]
        self.market = self.pair.polymarket
        self.market.fee_rate_e4, self.market.tick_e4 = 700, 100
        self.market.book.clear()
        self.now_ns = 10**18
        self.waiting: list[tuple[float, Callable[[], object]]] = []
        self.flow((BID, 4_000, 100 * ONE), (ASK, 5_000, 100 * ONE), (ASK, 5_100, 100 * ONE))
        self.heard = Heard()
        self.entry = OrderEntry(
            self.exchange,
            lambda: self.now_ns,
            self.heard,
            lambda s, act: self.waiting.append((s, act)),
        )
        self.me = self.entry.trader(ADDRESS)
        self.signed = 0
        # signatures are checked with real keys in test_account_rest
        monkeypatch.setattr(order_entry, "order_identity", self._identity)

    def _identity(self, order: dict[str, Any], version: str, *, neg_risk: bool) -> tuple[str, str]:
        return f"0x{order['salt']}", ADDRESS

    def flow(self, *changes) -> None:
        self.exchange.change_polymarket(self.pair, list(changes))

    def wait(self) -> None:
        due, self.waiting = self.waiting, []
        for _, act in due:
            act()

    def place(
        self, side: str, price: float, size: float, kind: str = "GTC", outcome: int = 0, **more: Any
    ) -> dict[str, Any]:
        self.signed += 1
        shares, dollars = round(size * ONE), round(size * price * ONE)
        made, taken = (dollars, shares) if side == "BUY" else (shares, dollars)
        order = {
            "salt": more.pop("salt", self.signed),
            "maker": ADDRESS,
            "signer": ADDRESS,
            "tokenId": self.market.tokens[outcome],
            "makerAmount": str(made),
            "takerAmount": str(taken),
            "side": side,
            "signatureType": 0,
            "expiration": more.pop("expiration", "0"),
        }
        body = {"order": order, "orderType": kind, "owner": self.me.key} | more
        return self.entry.place(self.me, body)


@pytest.fixture
def venue(monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(monkeypatch)


def test_what_is_bought_arrives_when_it_is_mined(venue) -> None:
    answer = venue.place("BUY", 0.51, 150, "FAK")
    assert (answer["status"], answer["takingAmount"]) == ("matched", "150")
    assert answer["makingAmount"] == "75.5"
    fees = 1_750_000 + 874_650
    assert venue.me.cash_usd_e6 == CASH_USD_E6 - 75_500_000 - fees
    token = venue.market.tokens[0]
    assert (venue.me.shares_e6[token], venue.me.pending_e6[token]) == (0, 150 * ONE)
    with pytest.raises(OrderRefusedError, match="not enough balance"):
        venue.place("SELL", 0.40, 10, "FAK")
    venue.wait()
    assert venue.me.shares_e6[token] == 150 * ONE
    assert venue.place("SELL", 0.40, 10, "FAK")["status"] == "matched"
    venue.wait()
    assert venue.heard.trades == [
        *("MATCHED", "MATCHED", "MINED", "MINED", "MATCHED", "CONFIRMED", "CONFIRMED", "MINED")
    ]


def test_a_match_that_fails_gives_everything_back(venue) -> None:
    venue.entry.fail_every = 1
    venue.place("BUY", 0.50, 100, "FOK")
    venue.wait()
    venue.wait()
    assert venue.heard.trades == ["MATCHED", "RETRYING", "FAILED"]
    assert venue.me.cash_usd_e6 == CASH_USD_E6
    assert sum(venue.me.pending_e6.values()) == sum(venue.me.shares_e6.values()) == 0


def test_the_other_token_is_the_same_book(venue) -> None:
    answer = venue.place("BUY", 0.60, 100, "FOK", outcome=1)
    assert (answer["makingAmount"], answer["takingAmount"]) == ("60", "100")
    assert venue.market.book.bids == {}


def test_fak_fills_what_it_can_and_fok_all_or_nothing(venue) -> None:
    with pytest.raises(OrderRefusedError, match="fully filled or killed"):
        venue.place("BUY", 0.50, 101, "FOK")
    assert venue.place("BUY", 0.50, 101, "FAK")["takingAmount"] == "100"
    with pytest.raises(OrderRefusedError, match="no orders found to match with FAK"):
        venue.place("BUY", 0.50, 101, "FAK")


def test_resting_orders_live_until_taken_cancelled_or_expired(venue) -> None:
    soon = str(venue.now_ns // 10**9 + 120)
    first = venue.place("BUY", 0.45, 20, "GTD", expiration=soon)
    assert (first["status"], venue.market.book.bids[4_500]) == ("live", 20 * ONE)
    venue.exchange.trade_polymarket(venue.pair, ASK, 5 * ONE)
    order = venue.me.orders[first["orderID"]]
    assert (order.filled_e6, venue.me.cash_usd_e6) == (5 * ONE, CASH_USD_E6 - 2_250_000)
    venue.wait()
    assert (order.is_resting, order.facts["status"]) == (False, "CANCELED_EXPIRED_ORDER")
    assert 4_500 not in venue.market.book.bids


@pytest.mark.parametrize(
    ("arguments", "more", "problem"),
    [
        (("BUY", 0.455, 10), {}, "minimum tick size"),
        (("BUY", 0.45, 10.001), {}, "too many decimals"),
        (("BUY", 0.45, 4), {}, "lower than the minimum: 5"),
        (("BUY", 0.50, 1, "FAK"), {}, "min size: \\$1"),
        (("BUY", 0.45, 30_000), {}, "not enough balance"),
        (("SELL", 0.55, 10), {}, "not enough balance"),
        (("BUY", 0.45, 10, "GTD"), {}, "invalid expiration"),
        (("BUY", 0.45, 10, "GTD"), {"expiration": "1000000010"}, "invalid expiration"),
        (("BUY", 0.50, 10), {"postOnly": True}, "order crosses book"),
        (("BUY", 0.50, 10, "IOC"), {}, "invalid order type"),
        (("BUY", 0.45, 10), {"owner": "another"}, "invalid signature"),
    ],
)
def test_refusals_are_the_venues(venue, arguments, more, problem) -> None:
    with pytest.raises(OrderRefusedError, match=problem):
        venue.place(*arguments, **more)
    assert venue.me.orders == {}


def test_the_same_order_is_not_taken_twice(venue) -> None:
    venue.place("BUY", 0.45, 10, salt=77)
    with pytest.raises(OrderRefusedError, match="Duplicated"):
        venue.place("BUY", 0.45, 10, salt=77)


def test_silence_cancels_everything_of_who_promised_to_speak(venue) -> None:
    venue.place("BUY", 0.45, 10)
    venue.entry.beat(venue.me)
    venue.entry.beat(venue.me)
    (_, first), (_, second) = venue.waiting
    first()
    assert venue.market.book.bids[4_500] == 10 * ONE
    second()
    assert 4_500 not in venue.market.book.bids


def test_the_winner_is_redeemed_and_orders_end_with_the_market(venue) -> None:
    venue.place("BUY", 0.50, 100, "FOK")
    venue.wait()
    venue.place("BUY", 0.45, 10)
    venue.exchange.empty_polymarket(venue.pair)
    assert venue.heard.orders[-1] == ("CANCELLATION", "CANCELED_MARKET_RESOLVED")
    cash = venue.me.cash_usd_e6
    venue.market.winner = 0
    venue.exchange.own.settle(venue.market)
    assert venue.me.cash_usd_e6 == cash + 100 * ONE
    venue.exchange.judge(venue.pair, Venue.POLYMARKET)
