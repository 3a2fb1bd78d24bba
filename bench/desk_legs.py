"""Our trading desk in the contests of the frozen competition: the real desk and paper broker.

Nothing of theirs is changed but what a table needs: no fees, no refusals at random, the delays of
the contest. Paper answers half a delay after it matched, where the other policies know at once.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping
from statistics import NormalDist
from typing import Any, Final, Protocol

from underround.app.trading.counts import booked_usd_e6, naked_contract_seconds
from underround.core.book import Book
from underround.core.event import Timer
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.opportunity import Leg, Signal, SignalKind
from underround.core.trading.desk import TradingDesk
from underround.core.trading.order import PlaceOrders, QueryAccount, QueryOrder
from underround.core.trading.order_event import OrderSent
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import LegPolicy, TradingSettings
from underround.core.trading.trade import TradeState
from underround.execution.paper import PaperBroker, PaperSettings
from underround.simulation.book import ASK, BID
from underround.simulation.competition import Contest

MS: Final = 10**6
START_NS: Final = 1_700_000_000 * 10**9
TICK_NS: Final = 100 * MS
LAST_NS: Final = 90_000 * MS
YES, NO, MARKET = "yes", "no", "K"
POLICIES: Final = {
    f"ours, {policy.value}": TradingSettings(limits=RiskLimits(), policy=policy)
    for policy in LegPolicy
}
ENDS: Final = {
    TradeState.HEDGED: "both",
    TradeState.HEDGED_SETTLED: "both",
    TradeState.UNWOUND: "unwound",
    TradeState.STRANDED: "stranded",
    TradeState.HALT: "stranded",
}


class Time(Protocol):
    """Simulated time that calls back."""

    now_ns: int

    def at(self, after_ns: int, act: Callable[[], None]) -> None:
        """Act after so many nanoseconds."""
        ...


class Shown(Mapping[str, Book]):
    """The contest's books as the program would have them, brought up to date when looked at."""

    def __init__(self, contest: Contest, time: Time) -> None:
        self._contest, self._time = contest, time
        self._books = {each.id: Book(each) for each in _instruments()}
        for book in self._books.values():
            book.has_snapshot = True

    def __getitem__(self, name: str) -> Book:
        book = self._books[name]
        venue = book.instrument.venue
        bids = self._contest.desk.levels(venue, BID).items()
        asks = self._contest.desk.levels(venue, ASK).items()
        if name == NO:
            bids, asks = _mirrored(asks), _mirrored(bids)
        book.bids.fill(sorted(bids, reverse=True))
        book.asks.fill(sorted(asks))
        book.updated_ns = START_NS + self._time.now_ns
        return book

    def __iter__(self) -> Iterator[str]:
        return iter(self._books)

    def __len__(self) -> int:
        return len(self._books)


class DeskAttempt:
    """Our desk in one contest; `start` and the contest's time do the rest."""

    def __init__(
        self,
        settings: TradingSettings,
        contest: Contest,
        time: Time,
        rng: random.Random,
        delays: Mapping[Venue, tuple[float, float]],
        cap_e6: int,
    ) -> None:
        self.contest, self.time = contest, time
        self._out: list[Any] = []
        self._books = Shown(contest, time)
        self.desk = TradingDesk(settings, "r", lambda _book, _now_ns: None)
        self._routes = self.desk.joined(self._books, self._out)
        paper = PaperSettings(
            latencies_ns={venue: _deciles(*drawn) for venue, drawn in delays.items()},
            rejects_e4=0,
            unanswered_e4=0,
            settlement_failures_e4=0,
            rivals_e4=0,
        )
        self._brokers = {
            venue: PaperBroker(venue, self._books, paper, rng, self._now_ns, time.at, self.give)
            for venue in Venue
        }
        self.legs = [self._leg(venue) for venue in Venue]
        self.size_e6 = min(cap_e6, *(size_e6 for _, size_e6 in self.legs))

    @property
    def quoted(self) -> float:
        """The edge that was displayed for the size, in dollars."""
        return self.contest.edge_e4 * self.size_e6 / 1e10

    def start(self) -> None:
        """Compare the accounts, then take the signal."""
        self.give(Timer(self._now_ns()))
        size_e6 = self.size_e6 - self.size_e6 % MS  # whole contracts
        edge_e6 = self.contest.edge_e4 * 100
        self.desk.take(
            Signal(
                kind=SignalKind.OPENED,
                id="p/1",
                pair="p",
                direction=self.contest.direction,
                at_ns=self._now_ns(),
                tick_at_ns=self._now_ns(),
                edge_top_e6=edge_e6,
                edge_e6=edge_e6,
                size_e6=size_e6,
                cost_usd_e6=0,
                fee_usd_e6=0,
                edge_usd_e6=0,
                legs=tuple(leg for leg, _ in self.legs),
            )
        )
        self._act()
        self._tick()

    def give(self, event: object) -> None:
        """Tell the desk something and do what it wants."""
        self._routes[type(event)](event)
        self._act()

    def result(self) -> tuple[str, float, float]:
        """Return how it ended, uncovered contract-seconds, and the dollars booked."""
        trades = list(self.desk.portfolio.trades.values())
        if not trades:
            return "missed", 0.0, 0.0
        (trade,) = trades
        how = ENDS.get(trade.state, "missed")
        assert trade.is_over or how == "both", trade.state
        booked = booked_usd_e6(trade, self.desk.portfolio) / 1e6
        return how, naked_contract_seconds(trades), booked

    def _act(self) -> None:
        while self._out:
            effects, self._out[:] = list(self._out), []
            for effect in effects:
                match effect:
                    case PlaceOrders():
                        for order in effect.orders:
                            prepared = self._brokers[order.intent.venue].prepare(order)
                            name = prepared.venue_order_id
                            self.give(OrderSent(order.intent.id, name, self._now_ns()))
                            self._brokers[order.intent.venue].submit(order.intent)
                    case QueryOrder():
                        self._brokers[effect.venue].answer_order(effect)
                    case QueryAccount():
                        self._brokers[effect.venue].answer_account(effect)

    def _tick(self) -> None:
        self.give(Timer(self._now_ns()))
        active = self.desk.portfolio.active.values()
        if self.time.now_ns < LAST_NS and any(not trade.is_over for trade in active):
            self.time.at(TICK_NS, self._tick)

    def _now_ns(self) -> int:
        return START_NS + self.time.now_ns

    def _leg(self, venue: Venue) -> tuple[Leg, int]:
        """Return what is bought at a venue, and how much of it stands at the best price."""
        is_yes = self.contest.side(venue) == ASK
        levels = self.contest.desk.levels(venue, ASK if is_yes else BID)
        best_e4 = min(levels) if is_yes else max(levels)
        price_e4 = best_e4 if is_yes else 10_000 - best_e4
        name = MARKET if venue is Venue.KALSHI else YES if is_yes else NO
        outcome = Outcome.YES if is_yes else Outcome.NO
        return Leg(venue, name, outcome, price_e4, price_e4), levels[best_e4]


def _instruments() -> list[Instrument]:
    free = kalshi_terms("quadratic", "0")
    gratis = polymarket_terms("0", reading=PolymarketReading.DOLLARS)
    facts = (
        (Venue.POLYMARKET, YES, Outcome.YES, NO, gratis),
        (Venue.POLYMARKET, NO, Outcome.NO, YES, gratis),
        (Venue.KALSHI, MARKET, Outcome.YES, None, free),
    )
    return [
        Instrument(
            venue=venue,
            id=name,
            market_id="m",
            outcome=outcome,
            title=name,
            ranges=((0, 10_000, 10),),
            fees=fees,
            complement_id=other,
        )
        for venue, name, outcome, other, fees in facts
    ]


def _mirrored(levels: Any) -> Any:
    return {10_000 - price_e4: size_e6 for price_e4, size_e6 in levels}.items()


def _deciles(median_s: float, spread: float) -> tuple[int, ...]:
    """Return two hundred delays of a log-normal distribution, evenly likely."""
    normal = NormalDist(math.log(median_s), spread)
    return tuple(int(math.exp(normal.inv_cdf((n + 0.5) / 200)) * 1e9) for n in range(200))
