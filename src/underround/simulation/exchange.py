"""Both venues' engines: the only place where a simulated market changes.

Every method is one atomic venue action: the true book changes, the venue's feed publishes it,
then the ledger looks. It knows no socket and draws no random number; the clock is handed in.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.book import ASK, BID, Change, Side
from underround.simulation.feeds import Delta, KalshiFeed, Parts, PolymarketFeed
from underround.simulation.ledger import Ledger
from underround.simulation.market import KalshiMarket, Market, Pair, PolymarketMarket, Trade
from underround.simulation.own_orders import OwnOrders


class Exchange:
    """Applies actions to the true books, publishes them, and shows them to the ledger."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        ledger: Ledger,
        clock: Callable[[], int],
        polymarket: PolymarketFeed | None = None,
        kalshi: KalshiFeed | None = None,
        observer: Callable[[Pair, Venue, int], None] | None = None,
    ) -> None:
        self.pairs = pairs
        self.ledger = ledger
        self.polymarket = polymarket
        self.kalshi = kalshi
        self.own = OwnOrders()
        self.on_changed: list[Callable[[Market, int, int], None]] = []
        """Told of every whole action: the market, and from when to when it was published."""
        self._clock = clock
        self._observer = observer

    def change_polymarket(
        self, pair: Pair, changes: Sequence[Change]
    ) -> tuple[dict[str, Any] | None, int]:
        """Set the flow's levels in one message; return the message and its time (ms)."""
        shown = self.show_polymarket(pair, self.own.adjusted(pair.polymarket, changes))
        self.own.tell()
        return shown

    def show_polymarket(
        self, pair: Pair, changes: Sequence[Change]
    ) -> tuple[dict[str, Any] | None, int]:
        """Set what the YES book shows, members' orders included."""
        started_ns = self._clock()
        message = self._change_tokens(pair.polymarket, changes, started_ns)
        self._close(pair, Venue.POLYMARKET, started_ns)
        return message, pair.polymarket.changed_at_ms

    def change_single(self, market: Market, changes: Sequence[Change]) -> None:
        """Set levels of a market that is no part of a pair, as one action."""
        started_ns = self._clock()
        if isinstance(market, PolymarketMarket):
            self._change_tokens(market, changes, started_ns)
        elif not market.halted:
            self._change_contracts(market, changes, (len(changes),), 0.0, started_ns)
        self.judge_single(market, started_ns)

    def judge_single(self, market: Market, started_ns: int | None = None) -> None:
        """Let whoever watches look at a market that is no part of a pair."""
        now_ns = self._clock()
        for tell in self.on_changed:
            tell(market, now_ns if started_ns is None else started_ns, now_ns)

    def _change_tokens(
        self, market: PolymarketMarket, changes: Sequence[Change], started_ns: int
    ) -> dict[str, Any] | None:
        market.book.apply(changes)
        market.changed_at_ms = max(started_ns // NS_PER_MS, market.changed_at_ms)
        if self.polymarket is None or market.frozen:
            return None
        return self.polymarket.changed(market, changes, market.changed_at_ms)

    def trade_polymarket(self, pair: Pair, taker: Side, size_e6: int) -> None:
        """Let a taker hit the best level for less than its size: change, trade, fresh book."""
        market = pair.polymarket
        resting: Side = ASK if taker == BID else BID
        price_e4 = market.book.best_first(resting)[0][0]
        market.last_trade_price_e4 = price_e4
        self.show_polymarket(pair, [self.own.hit(market, resting, price_e4, size_e6)])
        self.print_polymarket(pair, taker, price_e4, size_e6)
        self.own.tell()

    def print_polymarket(self, pair: Pair, taker: Side, price_e4: int, size_e6: int) -> None:
        """Publish a trade that has happened."""
        market = pair.polymarket
        market.last_trade_price_e4 = price_e4
        if self.polymarket is not None and not market.frozen:
            at_ms = self._clock() // NS_PER_MS
            self.polymarket.traded(market, taker, price_e4, size_e6, at_ms)

    def repeat_polymarket(self, pair: Pair, message: dict[str, Any] | None) -> None:
        """Send an earlier message again; the true book does not change."""
        if self.polymarket is not None and message is not None and not pair.polymarket.frozen:
            self.polymarket.repeated(pair.polymarket, message)

    def retick_polymarket(self, pair: Pair, tick_e4: int) -> None:
        """Change the tick size, as the venue does near 0 and 1."""
        market = pair.polymarket
        old_tick_e4, market.tick_e4 = market.tick_e4, tick_e4
        if self.polymarket is not None and not market.frozen:
            self.polymarket.reticked(market, old_tick_e4, self._clock() // NS_PER_MS)

    def empty_polymarket(self, pair: Pair) -> None:
        """Take every order away and accept no more, as at a market's end."""
        market = pair.polymarket
        self.own.end(market)
        levels: list[Change] = [(BID, price_e4, 0) for price_e4 in sorted(market.book.bids)]
        levels += [(ASK, price_e4, 0) for price_e4 in sorted(market.book.asks)]
        market.accepting = False
        self.change_polymarket(pair, levels)

    def change_kalshi(
        self,
        pair: Pair,
        changes: Sequence[Change],
        parts: Parts | None = None,
        pause_s: float = 0.0,
    ) -> None:
        """Set the flow's levels (YES scale) as one action with one clock, in the order given.

        `parts` counts changes; a change to the size that rests already makes no delta. A halted
        market takes no orders: nothing happens.
        """
        if pair.kalshi.halted:
            return
        shown = self.own.adjusted(pair.kalshi, changes)
        self.show_kalshi(pair, shown, parts if len(shown) == len(changes) else None, pause_s)
        self.own.tell()

    def show_kalshi(
        self,
        pair: Pair,
        changes: Sequence[Change],
        parts: Parts | None = None,
        pause_s: float = 0.0,
    ) -> None:
        """Set what the book shows, members' orders included, as one action."""
        started_ns = self._clock()
        parts = parts or (len(changes),)
        self._change_contracts(pair.kalshi, changes, parts, pause_s, started_ns)
        self._close(pair, Venue.KALSHI, started_ns)

    def _change_contracts(
        self,
        market: KalshiMarket,
        changes: Sequence[Change],
        parts: Parts,
        pause_s: float,
        started_ns: int,
    ) -> None:
        deltas: list[Delta] = []
        delta_parts: list[int] = []
        left = iter(changes)
        for count in parts:
            before = len(deltas)
            for side, price_e4, size_e6 in islice(left, count):
                resting_e6 = market.book.side(side).get(price_e4, 0)
                if size_e6 != resting_e6:
                    deltas.append((side, price_e4, size_e6 - resting_e6))
                    market.book.apply([(side, price_e4, size_e6)])
            delta_parts.append(len(deltas) - before)
        market.clock += 1
        if self.kalshi is not None and deltas and not market.frozen:
            self.kalshi.acted(market, deltas, delta_parts, pause_s, started_ns)

    def trade_kalshi(self, pair: Pair, taker: Side, size_e6: int) -> None:
        """Let a taker hit the best level for less than its size, unless nothing trades."""
        market = pair.kalshi
        if not market.is_open:
            return
        resting: Side = ASK if taker == BID else BID
        price_e4 = market.book.best_first(resting)[0][0]
        self.show_kalshi(pair, [self.own.hit(market, resting, price_e4, size_e6)])
        self.print_kalshi(pair, taker, price_e4, size_e6)
        self.own.tell()

    def print_kalshi(self, pair: Pair, taker: Side, price_e4: int, size_e6: int) -> None:
        """Publish a trade that has happened."""
        market = pair.kalshi
        market.trades.append(Trade(taker, price_e4, size_e6, self._clock()))
        market.traded_e6 += size_e6
        if self.kalshi is not None and not market.frozen:
            self.kalshi.traded(market, taker, price_e4, size_e6, self._clock())

    def close_kalshi(self, pair: Pair) -> None:
        """Reach the close: nothing trades any more, while the orders still rest."""
        started_ns = self._clock()
        pair.kalshi.status = "closed"
        self._close(pair, Venue.KALSHI, started_ns)

    def sweep_kalshi(self, pair: Pair, orders: Sequence[Delta]) -> None:
        """Cancel every resting order after the close: one delta an order, all of one time."""
        started_ns = self._clock()
        market = pair.kalshi
        self.own.end(market)
        market.book.clear()
        market.clock += 1
        if self.kalshi is not None:
            self.kalshi.acted(market, orders, (len(orders),), 0.0, started_ns)
        self._close(pair, Venue.KALSHI, started_ns)

    def settle_kalshi(self, pair: Pair, result: str = "yes") -> None:
        """Determine and settle: both are announced, with the empty snapshot nobody asked for."""
        market = pair.kalshi
        market.status, market.result = "finalized", result
        self.own.settle(market)
        if self.kalshi is None:
            return
        now_s = self._clock() // NS_PER_SECOND
        paid = "1.0000" if result == "yes" else "0.0000"
        determined = {"determination_ts": now_s, "result": result, "settlement_value": paid}
        self.kalshi.lived(market, "determined", determined)
        self.kalshi.refreshed(market)
        self.kalshi.lived(market, "settled", {"settled_ts": now_s})

    def freeze(self, market: Market) -> None:
        """Stop publishing one market; its true book goes on and REST shows it."""
        market.frozen = True

    def thaw(self, market: Market) -> None:
        """Publish again, beginning with a fresh book."""
        if not market.frozen:
            return
        market.frozen = False
        if isinstance(market, PolymarketMarket):
            if self.polymarket is not None:
                self.polymarket.refreshed(market)
        elif self.kalshi is not None:
            self.kalshi.refreshed(market)

    def judge(self, pair: Pair, venue: Venue) -> None:
        """Let the ledger look at a pair of which something other than the books changed."""
        self._close(pair, venue, self._clock())

    def _close(self, pair: Pair, venue: Venue, started_ns: int) -> None:
        self.ledger.observe(pair, started_ns, self._clock())
        if self._observer is not None:
            self._observer(pair, venue, started_ns)
