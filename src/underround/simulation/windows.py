"""Bitcoin windows: a market every quarter of an hour on both venues, chained by their strikes.

Kalshi's strike is the settlement of the window before it, now and then a millionth of a dollar
lower; Polymarket's settles on another price. Plays on the flow's time; it reads no clock.
"""

import math
import random
import uuid
from collections.abc import Callable
from typing import Final

from underround.core.units import NS_PER_SECOND
from underround.simulation.background import background
from underround.simulation.desk import VENUES, Desk, Script
from underround.simulation.eastern import eastern
from underround.simulation.flow import Flow
from underround.simulation.index import Index
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.market import KalshiMarket, Pair, PolymarketMarket
from underround.simulation.polymarket.spot_prices import SpotPrices
from underround.simulation.upheavals import resting_orders

WINDOW_S: Final = 900.0
SERIES: Final = "KXBTC15M"
NOISE_SHARE: Final = 62 / 579
"""So many strikes are written a millionth below the settlement that they are."""
_NOISE: Final = 1e-6
_MESSAGES_PER_S: Final = 8.0
_STRIKE_AFTER_S: Final = 3.0
_SWEEP_AFTER_S: Final = 0.6
_SETTLE_AFTER_S: Final = 6.5
_RESOLVE_AFTER_S: Final = (120.0, 150.0)
_SIGMA_PER_ROOT_S: Final = 4.0
_LIKELIEST_E4: Final = 9_400


class Windows:
    """The chain of windows. `name_base_s` is the epoch second that the first one closes at.

    `moment_ms` turns simulated seconds into the venue's stamps.
    """

    def __init__(
        self,
        seed: int,
        flow: Flow,
        lifecycle: Lifecycle,
        index: Index,
        prices: SpotPrices,
        moment_ms: Callable[[float], int],
        *,
        first_close_s: float,
        name_base_s: int,
        window_s: float = WINDOW_S,
    ) -> None:
        self.pairs: list[Pair] = []
        self._flow = flow
        self._lifecycle = lifecycle
        self._index = index
        self._prices = prices
        self._moment_ms = moment_ms
        self._random = random.Random(f"{seed} windows")
        self._first_close_s = first_close_s
        self._name_base_s = name_base_s
        self._window_s = window_s
        self._to_beat_e4: dict[str, int] = {}

    def play(self) -> Script:
        """Open, quote and close one window after the other for ever."""
        number = 0
        self._list(number)
        self._open(number, strike=self._index.value)
        while True:
            self._list(number + 1)
            yield self._until(self._close_s(number))
            self._flow.add(self._end(number))
            number += 1
            self._open(number)

    def _close_s(self, number: int) -> float:
        return self._first_close_s + number * self._window_s

    def _until(self, at_s: float) -> int:
        return max(int(at_s * NS_PER_SECOND) - self._flow.now_ns, 0)

    def _list(self, number: int) -> None:
        pair = self._drawn(number)
        pair.kalshi.status = "initialized"
        self.pairs.append(pair)
        self._lifecycle.list(pair)

    def _open(self, number: int, strike: float | None = None) -> None:
        """Open a window: desks quote it, and its closing average begins to be aimed at."""
        pair = self.pairs[number]
        self._lifecycle.open(pair)
        self._index.aim(self._moment_ms(self._close_s(number)))
        if strike is not None:
            self._know(pair, strike)
        spot = self._prices.twaps[60]
        index_e4 = self._index.value_e2 * 100
        self._to_beat_e4[pair.id] = spot[-1].price_e4 if spot else index_e4
        desk = Desk(pair, self._flow.exchange, self._random, self._flow.now)
        self._flow.desks.append(desk)
        for venue in VENUES:
            self._flow.add(background(desk, venue, _MESSAGES_PER_S), 0, desk)
        self._flow.add(self._reprice(pair, number))

    def _know(self, pair: Pair, settlement: float) -> None:
        noise = _NOISE if self._random.random() < NOISE_SHARE else 0.0
        strike = round(settlement - noise, 6)
        self._lifecycle.know_strike(pair, strike, f"Target Price: ${settlement:,.2f}")

    def _reprice(self, pair: Pair, number: int) -> Script:
        """Let the fair price follow the index every second until the window closes."""
        while not pair.is_over:
            left_s = self._close_s(number) - self._flow.now_ns / NS_PER_SECOND
            if left_s <= 0:
                return
            strike = pair.kalshi.strike or self._index.value
            sigma = _SIGMA_PER_ROOT_S * math.sqrt(max(left_s, 1.0))
            likely = 0.5 * (1 + math.erf((self._index.value - strike) / sigma / math.sqrt(2)))
            cents = round(likely * 100) * 100
            pair.fair_e4 = min(max(cents, 10_000 - _LIKELIEST_E4), _LIKELIEST_E4)
            yield NS_PER_SECOND

    def _end(self, number: int) -> Script:
        """Close, sweep, settle and chain Kalshi's window; empty and resolve Polymarket's."""
        pair, exchange = self.pairs[number], self._flow.exchange
        close_s = self._close_s(number)
        desk = next(desk for desk in self._flow.desks if desk.pair is pair)
        self._flow.desks.remove(desk)
        exchange.close_kalshi(pair)
        yield self._until(close_s + _SWEEP_AFTER_S)
        exchange.sweep_kalshi(pair, resting_orders(desk))
        exchange.empty_polymarket(pair)
        yield self._until(close_s + _SETTLE_AFTER_S)
        settlement = (self._index.settlement_e2 or self._index.mean_e2()) / 100
        strike = round(pair.kalshi.strike or settlement, 2)
        pair.kalshi.expiration_value = f"{settlement:.2f}"
        exchange.settle_kalshi(pair, "yes" if settlement >= strike else "no")
        yield self._until(close_s + _SETTLE_AFTER_S + _STRIKE_AFTER_S)
        self._know(self.pairs[number + 1], settlement)
        price_e4 = self._prices.twaps[60][-1].price_e4
        yield self._until(close_s + self._random.uniform(*_RESOLVE_AFTER_S))
        self._lifecycle.resolve(pair, 0 if price_e4 >= self._to_beat_e4[pair.id] else 1)

    def _drawn(self, number: int) -> Pair:
        """Make the markets of a window, named by its close as either venue names it."""
        close_name_s = self._name_base_s + round(number * WINDOW_S)
        shown = eastern(close_name_s)
        event = f"{SERIES}-{shown:%y%b%d%H%M}".upper()
        kalshi = KalshiMarket(
            ticker=f"{event}-{shown:%M}",
            event_ticker=event,
            series_ticker=SERIES,
            market_id=str(uuid.UUID(int=self._random.getrandbits(128), version=4)),
            title="BTC price up in next 15 mins?",
            yes_sub_title="Target price: TBD",
            rules="If the average of CF Benchmarks' Bitcoin Real-Time Index over the 60 seconds "
            "before the close is at least that before the open, then the market resolves to Yes.",
            category="Crypto",
            structure="tapered_deci_cent",
            series_multiplier_e4=10_000,
            volume_24h=round(self._random.lognormvariate(11.0, 0.5), 2),
            closes_after_s=self._close_s(number),
            strike_type="greater_or_equal",
        )
        return Pair(
            id=kalshi.ticker.lower(),
            polymarket=self._drawn_polymarket(number, close_name_s),
            kalshi=kalshi,
            inverse=False,
            note="Two oracles: not the same bet.",
            fair_e4=5_000,
            unit_e4=100,
            messages_per_s=_MESSAGES_PER_S,
            closes=True,
            compared=False,
        )

    def _drawn_polymarket(self, number: int, close_name_s: int) -> PolymarketMarket:
        opens, closes = eastern(close_name_s - round(WINDOW_S)), eastern(close_name_s)
        return PolymarketMarket(
            condition_id=f"0x{self._random.getrandbits(256):064x}",
            gamma_id=str(self._random.randrange(3_000_000, 4_000_000)),
            slug=f"btc-updown-15m-{close_name_s - round(WINDOW_S)}",
            question=f"Bitcoin Up or Down - {opens:%B} {opens.day}, "
            f"{opens:%-I:%M%p}-{closes:%-I:%M%p} ET",
            category="Crypto",
            tokens=(
                str(self._random.randrange(10**76, 10**77)),
                str(self._random.randrange(10**76, 10**77)),
            ),
            fee_rate_e4=700,
            tick_e4=100,
            neg_risk=False,
            volume_24h=round(self._random.lognormvariate(11.0, 0.5), 6),
            end_after_s=self._close_s(number),
            outcomes=("Up", "Down"),
        )
