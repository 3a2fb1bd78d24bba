"""What happens to markets beside their books: listing, pausing, regridding, repricing, resolving.

Each method is one venue action: facts change, the feeds tell, the ledger looks. It knows no
socket and draws no random number.
"""

from collections.abc import Callable, Iterable
from typing import Any

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS
from underround.simulation.exchange import Exchange
from underround.simulation.kalshi.announcements import grid_facts, strike_facts
from underround.simulation.kalshi.exchange_state import ExchangeState
from underround.simulation.kalshi.fee_changes import FeeChanges
from underround.simulation.market import SHARDS, STRUCTURES, KalshiMarket, Pair


class Lifecycle:
    """Changes markets' lives; `state` and `fees` are what Kalshi's REST tells of them.

    `singles` are markets that are no part of a pair: they stop and go with the exchange.
    """

    def __init__(
        self,
        exchange: Exchange,
        pairs: list[Pair],
        clock: Callable[[], int],
        singles: Iterable[KalshiMarket] = (),
    ) -> None:
        self._singles = tuple(singles)
        self.state = ExchangeState()
        self.fees = FeeChanges()
        self._exchange = exchange
        self._pairs = pairs
        self._clock = clock

    def list(self, pair: Pair) -> None:
        """Take a new pair of markets in and announce both."""
        self._pairs.append(pair)
        at_ms = self._clock() // NS_PER_MS
        pair.polymarket.changed_at_ms = at_ms
        if self._exchange.polymarket is not None:
            self._exchange.polymarket.listed(pair.polymarket, at_ms)
        if self._exchange.kalshi is not None:
            self._exchange.kalshi.listed(pair.kalshi, {})

    def pause(self, shards: Iterable[int] | None = None, until_ns: int | None = None) -> None:
        """Take no orders on some of Kalshi's shards, or on all; books stay as they are."""
        self.state.paused |= set(range(len(SHARDS)) if shards is None else shards)
        self.state.resumes_at_ns = until_ns
        self._halt()

    def shut(self, until_ns: int | None = None) -> None:
        """Let the whole of Kalshi take no change of any kind."""
        self.state.is_active, self.state.resumes_at_ns = False, until_ns
        self._halt()

    def resume(self) -> None:
        """Trade on all shards again."""
        self.state.is_active, self.state.resumes_at_ns = True, None
        self.state.paused.clear()
        self._halt()

    def _halt(self) -> None:
        for pair in self._pairs:
            pair.kalshi.halted = not self.state.trades(pair.kalshi.shard)
            self._exchange.judge(pair, Venue.KALSHI)
        for market in self._singles:
            market.halted = not self.state.trades(market.shard)
            self._exchange.judge_single(market)

    def deactivate(self, pair: Pair) -> None:
        """Pause one Kalshi market."""
        if pair.kalshi.status == "active":
            pair.kalshi.status = "inactive"
            self._lived(pair, "deactivated", {"is_deactivated": True})

    def activate(self, pair: Pair) -> None:
        """Let a paused Kalshi market trade again."""
        if pair.kalshi.status == "inactive":
            pair.kalshi.status = "active"
            self._lived(pair, "activated", {"is_deactivated": False})

    def open(self, pair: Pair) -> None:
        """Open a Kalshi market that was listed before its time; this is not announced."""
        pair.kalshi.status = "active"
        self._exchange.judge(pair, Venue.KALSHI)

    def regrid(self, pair: Pair, structure: str) -> None:
        """Change a Kalshi market's price grid while it lives; what rests must be on the new one."""
        market = pair.kalshi
        grid = STRUCTURES[structure]
        resting = [*market.book.bids, *market.book.asks]
        if not all(price_e4 in grid for price_e4 in resting):
            raise ValueError(f"{market.ticker}: prices rest that {structure} does not have")
        market.structure = structure
        self._lived(pair, "price_level_structure_updated", grid_facts(market))

    def know_strike(self, pair: Pair, strike: float, sub_title: str) -> None:
        """Let a Kalshi market's strike become known."""
        pair.kalshi.strike, pair.kalshi.yes_sub_title = strike, sub_title
        self._lived(pair, "metadata_updated", strike_facts(pair.kalshi))

    def change_series_fee(self, series: str, multiplier_e4: int) -> None:
        """Give a series another fee multiplier, from now on."""
        self.fees.series_changed(series, multiplier_e4, self._clock())
        for pair in self._pairs:
            if pair.kalshi.series_ticker == series:
                pair.kalshi.series_multiplier_e4 = multiplier_e4
                self._exchange.judge(pair, Venue.KALSHI)

    def change_event_fee(self, event: str, multiplier_e4: int | None) -> None:
        """Give an event a multiplier of its own, or None for its series' again."""
        found = [pair for pair in self._pairs if pair.kalshi.event_ticker == event]
        for pair in found:
            series = pair.kalshi.series_ticker
            pair.kalshi.event_multiplier_e4 = multiplier_e4
            self._exchange.judge(pair, Venue.KALSHI)
        if found:
            self.fees.event_changed(event, series, multiplier_e4, self._clock())
            if self._exchange.kalshi is not None:
                self._exchange.kalshi.repriced(event, multiplier_e4)

    def resolve(self, pair: Pair, winner: int) -> None:
        """Resolve a Polymarket market: its book empties, and one of its tokens pays."""
        market = pair.polymarket
        if market.winner is not None:
            return
        if market.accepting:
            self._exchange.empty_polymarket(pair)
        market.winner = winner
        self._exchange.own.settle(market)
        if self._exchange.polymarket is not None:
            self._exchange.polymarket.resolved(market, self._clock() // NS_PER_MS)

    def _lived(self, pair: Pair, kind: str, facts: dict[str, Any]) -> None:
        market: KalshiMarket = pair.kalshi
        if self._exchange.kalshi is not None:
            self._exchange.kalshi.lived(market, kind, facts)
        self._exchange.judge(pair, Venue.KALSHI)
