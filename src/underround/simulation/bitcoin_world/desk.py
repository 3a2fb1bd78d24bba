"""One simulated window on both venues through its life: listed, open, struck, closed, settled.

Called every tenth of a second with the time and the index; moves books and catalogs and has the
venues' feeds tell. What was true stays in the window itself.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from underround.simulation.bitcoin_world.listings import (
    kalshi_markets,
    polymarket_market,
    settle,
    strike_facts,
)
from underround.simulation.bitcoin_world.maker import Maker, chance_above, withdrawal
from underround.simulation.bitcoin_world.windows import NS_PER_SECOND, SimulatedWindow
from underround.simulation.book import Book, Change
from underround.simulation.feeds import Delta
from underround.simulation.market import KalshiMarket, PolymarketMarket

_STRIKE_AFTER_NS: Final = 700_000_000
_SWEEP_AFTER_NS: Final = 600_000_000
_SETTLE_AFTER_NS: Final = 1_000_000_000

TellKalshi = Callable[[KalshiMarket, Sequence[Delta], int], None]
TellPolymarket = Callable[[PolymarketMarket, Sequence[Change], int], None]
TellLife = Callable[[KalshiMarket, str, dict[str, Any]], None]


class KalshiDesk:
    """A window's markets at Kalshi."""

    def __init__(
        self, window: SimulatedWindow, rng: random.Random, tell: TellKalshi, life: TellLife
    ) -> None:
        self.window = window
        self.markets = kalshi_markets(window, rng)
        self.is_settled = False
        self._rng = rng
        self._tell = tell
        self._life = life
        self._makers = [Maker(rng) for _ in self.markets]
        self._is_struck = window.plan.is_ladder
        self._is_swept = False

    def step(self, now_ns: int, price: float, sigma: float, *, quotes: bool) -> bool:
        """Let time pass; return whether it was settled just now. `quotes`: requote as well."""
        window = self.window
        if now_ns < window.opens_at_ns:
            return False
        if now_ns >= window.closes_at_ns:
            return self._end(now_ns)
        for market in self.markets:
            market.status = "active"
        if not self._is_struck and now_ns >= window.opens_at_ns + _STRIKE_AFTER_NS:
            self._strike()
        if quotes and window.strikes_cents:
            seconds = (window.closes_at_ns - now_ns) / NS_PER_SECOND
            # The mean of the last prints is as uncertain as the price a third into them.
            seconds = max(seconds - window.plan.prints * 2 / 3, 0.3)
            for market, maker, cents in zip(
                self.markets, self._makers, window.strikes_cents, strict=True
            ):
                chance = chance_above(price, cents / 100, sigma, seconds)
                self._change(market, maker.quote(market.book, market.grid, chance), now_ns)
        return False

    def _strike(self) -> None:
        self._is_struck = True
        for place, market in enumerate(self.markets):
            facts = strike_facts(self.window, place, self._rng)
            market.listing |= facts
            self._life(market, "metadata_updated", facts)

    def _end(self, now_ns: int) -> bool:
        closed_ns = now_ns - self.window.closes_at_ns
        for market in self.markets:
            if market.status == "active":
                market.status = "closed"
        if closed_ns >= _SWEEP_AFTER_NS and not self._is_swept:
            self._is_swept = True
            for market in self.markets:
                self._change(market, withdrawal(market.book), now_ns)
        if closed_ns < _SETTLE_AFTER_NS or self.is_settled or self.window.value_cents is None:
            return False
        self.is_settled = True
        for place, market in enumerate(self.markets):
            settle(market, self.window, place)
            paid = "1.0000" if market.result == "yes" else "0.0000"
            facts = {"result": market.result, "settlement_value": paid}
            self._life(market, "determined", facts)
        return True

    def _change(self, market: KalshiMarket, changes: list[Change], now_ns: int) -> None:
        deltas = _deltas(market.book, changes)
        market.book.apply(changes)
        market.clock += 1
        if deltas and not market.frozen:
            self._tell(market, deltas, now_ns)


class PolymarketDesk:
    """A window's market at Polymarket, on an oracle of its own."""

    def __init__(self, window: SimulatedWindow, rng: random.Random, tell: TellPolymarket) -> None:
        self.window = window
        self.market = polymarket_market(window, rng)
        self._maker = Maker(rng)
        self._tell = tell

    @property
    def opening_price(self) -> float | None:
        """The oracle's price at the open, once it is told."""
        cents = self.window.strikes_cents
        return cents[0] / 100 if cents else None

    def step(self, now_ns: int, price: float, sigma: float, *, quotes: bool) -> None:
        """Let time pass; `quotes`: requote as well."""
        window, market = self.window, self.market
        if now_ns >= window.closes_at_ns:
            if market.accepting:
                self._change(withdrawal(market.book), now_ns)
                market.accepting = False
            return
        if quotes and window.strikes_cents and now_ns >= window.opens_at_ns:
            seconds = (window.closes_at_ns - now_ns) / NS_PER_SECOND
            chance = chance_above(price, window.strikes_cents[0] / 100, sigma, max(seconds, 0.3))
            self._change(self._maker.quote(market.book, market.grid, chance), now_ns)

    def _change(self, changes: list[Change], now_ns: int) -> None:
        market = self.market
        market.book.apply(changes)
        market.changed_at_ms = max(now_ns // 1_000_000, market.changed_at_ms)
        if changes and not market.frozen:
            self._tell(market, changes, market.changed_at_ms)


def _deltas(book: Book, changes: list[Change]) -> list[Delta]:
    """Return the signed differences that the changes will make."""
    return [
        (side, price_e4, size_e6 - book.side(side).get(price_e4, 0))
        for side, price_e4, size_e6 in changes
        if size_e6 != book.side(side).get(price_e4, 0)
    ]
