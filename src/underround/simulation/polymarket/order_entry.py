"""Polymarket's order entry: what is taken, refused, matched, cancelled, and how trades settle.

A match is provisional: it is mined and confirmed later, or retried and failed, and then undone.
Acts at once; speaks no HTTP. https://docs.polymarket.com/developers/CLOB/orders
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4
from underround.simulation.book import ASK, BID, Side
from underround.simulation.exchange import Exchange
from underround.simulation.market import Pair, PolymarketMarket
from underround.simulation.own_orders import OwnOrder, opposite, reaches
from underround.simulation.polymarket.order_signature import order_identity
from underround.simulation.polymarket.order_words import (
    CROSSES,
    FAK_KILLED,
    FOK_KILLED,
    NO_BALANCE,
    NOT_READY,
    OrderRefusedError,
    Wanted,
    placed_answer,
    read_order,
)
from underround.simulation.polymarket.traders import PolymarketTrade, Trader, taker_fee_usd_e6

MINED_AFTER_S: Final = 1.0
CONFIRMED_AFTER_S: Final = 1.0
HEARTBEAT_NS: Final = 10 * NS_PER_SECOND
_SHORTEST_LIFE_NS: Final = 60 * NS_PER_SECOND
_LEAST_BUY_USD_E6: Final = 1_000_000
_V2_MASK: Final = ((1 << 64) - 1) << 40


class Told(Protocol):
    """What traders are sent on the user channel."""

    def ordered(self, trader: Trader, order: OwnOrder, kind: str) -> None:
        """Send an order's event."""
        ...

    def traded(self, trader: Trader, trade: PolymarketTrade) -> None:
        """Send a trade's event."""
        ...


class OrderEntry:
    """All traders' orders; the exchange's registrar for Polymarket.

    `fail_every`: each so many-th match fails to settle; None for none.
    """

    def __init__(
        self,
        exchange: Exchange,
        now_ns: Callable[[], int],
        told: Told,
        later: Callable[[float, Callable[[], object]], None],
    ) -> None:
        self.exchange = exchange
        self.traders: dict[str, Trader] = {}
        self.fail_every: int | None = None
        self._matches = 0
        self._now_ns = now_ns
        self._told = told
        self._later = later
        exchange.own.registrars[PolymarketMarket] = self

    def trader(self, address: str) -> Trader:
        """Return the trader of a wallet, made at first sight."""
        return self.traders.setdefault(address.lower(), Trader(address.lower()))

    def place(self, trader: Trader, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take an order and return its answer; OrderRefusedError when the venue does not."""
        pair = self._pair(str(body["order"]["tokenId"]))
        market = pair.polymarket
        wanted = read_order(body, market)
        identity = self._identified(trader, body, market)
        if not market.accepting:
            raise OrderRefusedError(NOT_READY)
        order = self._made(trader, market, wanted, identity)
        self._check(trader, order, wanted)
        trader.orders[order.id] = order
        trades = self._take(pair, trader, order)
        if not order.remaining_e6 or wanted.order_type in ("FOK", "FAK"):
            order.facts["status"] = "MATCHED"
            return placed_answer(order, "matched", trades)
        self.exchange.show_polymarket(pair, [self.exchange.own.rest(order)])
        self._told.ordered(trader, order, "PLACEMENT")
        if wanted.expires_ns is not None:
            seconds = (wanted.expires_ns - self._now_ns()) / NS_PER_SECOND
            self._later(seconds, lambda: self.cancel(trader, order, "CANCELED_EXPIRED_ORDER"))
        return placed_answer(order, "matched" if trades else "live", trades)

    def _identified(self, trader: Trader, body: Mapping[str, Any], market: PolymarketMarket) -> str:
        order = body["order"]
        version = "3" if int(order["tokenId"]) & _V2_MASK == 0 else "2"
        identity, signer = order_identity(order, version, neg_risk=market.neg_risk)
        is_own = order["signatureType"] == 3 or str(order["signer"]).lower() == signer
        if body.get("owner") != trader.key or signer != trader.address or not is_own:
            raise OrderRefusedError("invalid signature")
        if order["signatureType"] == 0 and str(order["maker"]).lower() != signer:
            raise OrderRefusedError("invalid signature")
        if identity in trader.orders:
            raise OrderRefusedError(f"order {identity} is invalid. Duplicated.")
        return identity

    def _made(
        self, trader: Trader, market: PolymarketMarket, wanted: Wanted, identity: str
    ) -> OwnOrder:
        is_yes = market.tokens[0] == wanted.token
        side: Side = BID if wanted.is_buy == is_yes else ASK
        return OwnOrder(
            id=identity,
            owner=trader.address,
            market=market,
            side=side,
            price_e4=wanted.limit_e4 if is_yes else PRICE_ONE_E4 - wanted.limit_e4,
            size_e6=wanted.size_e6,
            created_ns=self._now_ns(),
            facts={
                "token": wanted.token,
                "is_buy": wanted.is_buy,
                "price_e4": wanted.limit_e4,
                "asked_e6": wanted.size_e6,
                "order_type": wanted.order_type,
                "expires_ns": wanted.expires_ns,
                "maker": str(wanted.order["maker"]),
                "status": "LIVE",
            },
        )

    def _check(self, trader: Trader, order: OwnOrder, wanted: Wanted) -> None:
        market = order.market
        assert isinstance(market, PolymarketMarket)
        earliest_ns = self._now_ns() + _SHORTEST_LIFE_NS
        if wanted.expires_ns is not None and wanted.expires_ns < earliest_ns:
            raise OrderRefusedError("invalid expiration")
        cost = wanted.limit_e4 * wanted.size_e6 // PRICE_ONE_E4
        reach_e6 = self._reach_e6(order)
        if wanted.is_buy:
            fee = taker_fee_usd_e6(market, wanted.limit_e4, wanted.size_e6) if reach_e6 else 0
            if cost + fee > trader.spendable_usd_e6():
                raise OrderRefusedError(NO_BALANCE)
            if reach_e6 and cost < _LEAST_BUY_USD_E6:
                raise OrderRefusedError(
                    f"invalid amount for a marketable BUY order (${cost / 1e6:g}), min size: $1"
                )
        elif wanted.size_e6 > trader.sellable_e6(wanted.token):
            raise OrderRefusedError(NO_BALANCE)
        if wanted.post_only and reach_e6:
            raise OrderRefusedError(CROSSES, 200)
        if wanted.order_type == "FOK" and reach_e6 < wanted.size_e6:
            raise OrderRefusedError(FOK_KILLED, 200)
        if wanted.order_type == "FAK" and not reach_e6:
            raise OrderRefusedError(FAK_KILLED, 200)
        rests = wanted.order_type in ("GTC", "GTD") and not reach_e6
        if rests and wanted.size_e6 < market.min_size_e6:
            raise OrderRefusedError(
                f"order {order.id} is invalid. Size ({wanted.size_e6 / 1e6:g}) lower than the "
                f"minimum: {market.min_size_e6 / 1e6:g}"
            )

    def _reach_e6(self, order: OwnOrder) -> int:
        """Return how much of the book an order could take; a trader's own does not count."""
        other = opposite(order.side)
        own_e6 = sum(each.remaining_e6 for each in self._own_in_reach(order))
        levels = order.market.book.side(other).items()
        shown_e6 = sum(s for p, s in levels if reaches(order.side, order.price_e4, p))
        return max(shown_e6 - own_e6, 0)

    def _own_in_reach(self, order: OwnOrder) -> list[OwnOrder]:
        return [
            each
            for each in self.exchange.own.of(order.market)
            if each.owner == order.owner
            and each.side != order.side
            and reaches(order.side, order.price_e4, each.price_e4)
        ]

    def _take(self, pair: Pair, trader: Trader, order: OwnOrder) -> list[PolymarketTrade]:
        for own in self._own_in_reach(order):
            self.cancel(trader, own)
        market = pair.polymarket
        met, changes = self.exchange.own.take(
            market, order.side, order.price_e4, order.remaining_e6, ()
        )
        if not met:
            return []
        self.exchange.show_polymarket(pair, changes)
        trades = []
        for match in met:
            order.filled_e6 += match.size_e6
            trades.append(
                self._matched(order, trader, match.price_e4, match.size_e6, is_taker=True)
            )
            self.exchange.print_polymarket(pair, order.side, match.price_e4, match.size_e6)
        self.exchange.own.tell()
        if not order.remaining_e6:
            order.facts["status"] = "MATCHED"
        self._told.ordered(trader, order, "UPDATE")
        return trades

    def _matched(
        self, order: OwnOrder, trader: Trader, price_e4: int, size_e6: int, *, is_taker: bool
    ) -> PolymarketTrade:
        """Enter a match and begin its settlement; the price is given on the YES scale."""
        market = order.market
        assert isinstance(market, PolymarketMarket)
        token = order.facts["token"]
        own_e4 = price_e4 if token == market.tokens[0] else PRICE_ONE_E4 - price_e4
        now_ns = self._now_ns()
        trade = PolymarketTrade(
            id=str(uuid.uuid4()),
            order=order,
            token=token,
            is_buy=order.facts["is_buy"],
            is_taker=is_taker,
            price_e4=own_e4,
            size_e6=size_e6,
            fee_usd_e6=taker_fee_usd_e6(market, own_e4, size_e6) if is_taker else 0,
            matched_ns=now_ns,
            changed_ns=now_ns,
        )
        trader.match(trade)
        self._told.traded(trader, trade)
        self._matches += 1
        fails = bool(self.fail_every) and self._matches % (self.fail_every or 1) == 0
        self._later(MINED_AFTER_S, lambda: self._settle(trader, trade, fails))
        return trade

    def _settle(self, trader: Trader, trade: PolymarketTrade, fails: bool) -> None:
        steps = {"MATCHED": "MINED", "MINED": "CONFIRMED"}
        if fails:
            steps = {"MATCHED": "RETRYING", "RETRYING": "FAILED"}
        trade.status, trade.changed_ns = steps[trade.status], self._now_ns()
        if trade.status == "MINED":
            trader.mine(trade)
        elif trade.status == "FAILED":
            trader.undo(trade)
        market = trade.order.market
        if isinstance(market, PolymarketMarket) and market.winner is not None:
            trader.redeem(market)
        self._told.traded(trader, trade)
        if trade.status in steps:
            self._later(CONFIRMED_AFTER_S, lambda: self._settle(trader, trade, fails))

    def cancel(self, trader: Trader, order: OwnOrder, status: str = "CANCELED") -> bool:
        """Cancel what rests of an order; say whether anything did."""
        if not order.is_resting:
            return False
        market = order.market
        assert isinstance(market, PolymarketMarket)
        changes = self.exchange.own.withdraw(order)
        self.exchange.show_polymarket(self._pair(market.tokens[0]), changes)
        order.facts["status"] = status
        self._told.ordered(trader, order, "CANCELLATION")
        return True

    def filled(self, order: OwnOrder, price_e4: int, size_e6: int) -> None:
        """Enter a resting order's fill: its maker pays no fee."""
        trader = self.traders[order.owner]
        if not order.remaining_e6:
            order.facts["status"] = "MATCHED"
        self._told.ordered(trader, order, "UPDATE")
        self._matched(order, trader, price_e4, size_e6, is_taker=False)

    def ended(self, market: PolymarketMarket) -> None:
        """Cancel everything at a market's end; the exchange empties the book."""
        for order in self.exchange.own.of(market):
            self.exchange.own.withdraw(order)
            order.facts["status"] = "CANCELED_MARKET_RESOLVED"
            self._told.ordered(self.traders[order.owner], order, "CANCELLATION")

    def settled(self, market: PolymarketMarket) -> None:
        """Redeem every trader's shares."""
        for trader in self.traders.values():
            trader.redeem(market)

    def beat(self, trader: Trader) -> None:
        """Take a sign of life; ten seconds without the next cancel all the trader's orders."""
        trader.heartbeat, trader.heartbeat_ns = str(uuid.uuid4()), self._now_ns()
        expected = trader.heartbeat

        def judge() -> None:
            if trader.heartbeat == expected:
                for order in list(trader.orders.values()):
                    self.cancel(trader, order)

        self._later(HEARTBEAT_NS / NS_PER_SECOND, judge)

    def _pair(self, token: str) -> Pair:
        for pair in self.exchange.pairs:
            if token in pair.polymarket.tokens:
                return pair
        raise OrderRefusedError("the orderbook does not exist")
