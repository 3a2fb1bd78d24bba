"""A world that does to the trading desk whatever a venue, a network and a disk can do.

Knows the contract of journal and broker (records, then a synced note of sending, then the wire) and
plays both, with losses, lies, reorderings, full disks and crashes drawn from one seed. The checks
stand in `trading_checks` and share no code with the desk.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

from msgspec.structs import replace

from tests.core.trading_venue import ModelVenue
from underround.core.book import Book
from underround.core.event import Timer
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.instrument import LINEAR_CENT, Instrument, Outcome, Venue
from underround.core.opportunity import Leg, Signal, SignalKind
from underround.core.trading.desk import TradingDesk
from underround.core.trading.effect import JournalWanted, PersonPaged
from underround.core.trading.event import KillSwitched
from underround.core.trading.journal_record import HaltSet
from underround.core.trading.order import PlaceOrders, QueryAccount, QueryOrder
from underround.core.trading.order_event import OrderRejected, OrderSent, RejectReason
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import LegPolicy, TradingSettings

SECOND = 10**9
START_NS = 1_700_000_000 * SECOND


def instrument(venue: Venue, name: str, outcome: Outcome, other: str | None) -> Instrument:
    terms = (
        kalshi_terms("quadratic", "1")
        if venue is Venue.KALSHI
        else polymarket_terms("0.04", reading=PolymarketReading.DOLLARS)
    )
    return Instrument(
        venue=venue,
        id=name,
        market_id=name,
        outcome=outcome,
        title=name,
        ranges=LINEAR_CENT.ranges,
        fees=terms,
        complement_id=other,
    )


class TradingWorld:
    """One seed, one history: `run()` plays it to its end and leaves everything to be looked at."""

    def __init__(self, seed: int, crashes: bool = True, signals: int = 6) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.now_ns = START_NS
        limits = RiskLimits(
            max_pair_usd_e6=self.rng.choice((30, 60)) * 10**6,
            max_venue_usd_e6=self.rng.choice((40, 100)) * 10**6,
        )
        self.settings = TradingSettings(limits=limits, policy=self.rng.choice(list(LegPolicy)))
        self.queue: list[tuple[int, int, Callable[[], None]]] = []
        self.count = 0
        self.books = self._books()
        self.venues = {venue: ModelVenue(venue, self) for venue in Venue}
        self.disk: list[object] = []
        self.pending: list[object] = []
        self.placed: list[tuple[PlaceOrders, SimpleNamespace]] = []
        self.pages: list[str] = []
        self.crashes = 0
        self.epoch = 0
        self.can_crash = crashes
        self.signals = signals
        self.seen = Counter()
        self.on_decided: list[Callable[[PlaceOrders, TradingDesk], None]] = []
        self.on_event: list[Callable[[object], None]] = []
        self.disk_is_full = False
        self.quiet_after_ns = START_NS + 40 * SECOND
        self.desk = self._start(Portfolio())

    def _books(self) -> dict[str, Book]:
        books = {}
        for number in range(3):
            yes, no, market = f"yes{number}", f"no{number}", f"K{number}"
            for each in (
                instrument(Venue.POLYMARKET, yes, Outcome.YES, no),
                instrument(Venue.POLYMARKET, no, Outcome.NO, yes),
                instrument(Venue.KALSHI, market, Outcome.YES, None),
            ):
                books[each.id] = Book(each)
        return books

    def _start(self, portfolio: Portfolio) -> TradingDesk:
        self.epoch += 1
        self.out: list[object] = []
        desk = TradingDesk(self.settings, f"r{self.epoch}", lambda _book, _now: None, portfolio)
        self.routes = desk.joined(self.books, self.out)
        return desk

    def later(self, seconds: float, act: Callable[[], None], *, ours: bool = True) -> None:
        """Act after a while; what is `ours` dies with the process."""
        epoch = self.epoch if ours else None

        def unless_dead() -> None:
            if epoch is None or epoch == self.epoch:
                act()

        self.count += 1
        due_ns = self.now_ns + int(seconds * SECOND)
        heapq.heappush(self.queue, (due_ns, self.count, unless_dead))

    def quote(self) -> None:
        """Give every book prices: an underround between each pair, and something to sell into."""
        for number in range(3):
            for name, bid, ask in ((f"yes{number}", 43, 45), (f"no{number}", 54, 57)):
                self._fill(name, bid, ask)
            self._fill(f"K{number}", 49, 51)

    def _fill(self, name: str, bid: int, ask: int) -> None:
        book = self.books[name]
        size = self.rng.choice((5, 20, 60)) * 10**6
        book.bids.fill([(bid * 100, size), (bid * 100 - 100, 10**8)])
        book.asks.fill([(ask * 100, size), (ask * 100 + 100, 10**8)])
        book.updated_ns = self.now_ns - (3 * SECOND if self.rng.random() < 0.05 else 0)

    def signal(self, number: int, pair: int) -> Signal:
        """Return an underround of a pair; some have legs of the other pairs' markets besides."""
        sets = self.rng.choice((5, 12, 30))
        signal = a_signal(f"p{pair}/yes_no/{number}", pair, self.now_ns, sets)
        more = self.rng.choice((0, 0, 1, 2))
        return _widened(signal, [(pair + n) % 3 for n in range(1, more + 1)])

    def give(self, event: object) -> None:
        """Give the desk an event and carry out what it wants."""
        epoch = self.epoch
        for look in self.on_event:
            look(event)
        self.routes[type(event)](event)
        self._carry_out(epoch)

    def _carry_out(self, epoch: int) -> None:
        effects, self.out[:] = list(self.out), []
        wanted = [each for each in effects if isinstance(each, JournalWanted)]
        self.pending += [each.record for each in wanted]
        for effect in effects:
            if epoch != self.epoch:
                return
            if isinstance(effect, PlaceOrders):
                for look in self.on_decided:
                    look(effect, self.desk)
                self._place(effect)
            elif isinstance(effect, QueryOrder):
                self.venues[effect.venue].query(effect)
            elif isinstance(effect, QueryAccount):
                self.venues[effect.venue].account(effect)
            elif isinstance(effect, PersonPaged):
                self.pages.append(effect.reason)

    def _place(self, effect: PlaceOrders) -> None:
        """Play the shell: journal with the notes of sending, sync, tell, write to the sockets."""
        if self._crash():
            return
        intents = [order.intent for order in effect.orders]
        if self.disk_is_full:
            for intent in intents:
                self.give(OrderRejected(intent.id, RejectReason.NOT_SENT, "disk full", self.now_ns))
            self.desk.halt("the journal cannot be written", self.now_ns)
            self._carry_out(self.epoch)
            return
        notes = [OrderSent(i.id, self.venues[i.venue].hash_of(i), self.now_ns) for i in intents]
        self.disk += [*self.pending, *notes]
        self.pending = []
        if self._crash():
            return
        for note in notes:
            self.give(note)
        for intent in intents:
            self.venues[intent.venue].post(intent)
            if self._crash():
                return

    def flush(self) -> None:
        """Write what is pending, as the journal's thread does all the time."""
        self.disk += self.pending
        self.pending = []

    def _crash(self) -> bool:
        """Perhaps die here and now, and start again from what is on the disk."""
        if not self.can_crash or self.crashes >= 3 or self.rng.random() > 0.04:
            return False
        self.restart()
        return True

    def restart(self) -> None:
        """Die; some of what was pending may have reached the disk. Start again."""
        self.crashes += 1
        self.disk += self.pending[: self.rng.randrange(len(self.pending) + 1)]
        self.pending = []
        portfolio = Portfolio()
        for record in self.disk:
            portfolio.apply(record)
        self.desk = self._start(portfolio)
        self._carry_out(self.epoch)

    def run(self) -> None:
        """Play to the end: signals for a while, then everything has time to settle."""
        self._ticking()
        for number in range(self.signals):
            at_s = 3 + self.rng.random() * 30
            repeat = self.rng.random() < 0.5
            self.later(at_s, lambda n=number, again=repeat: self._raise(n, again), ours=False)
        if self.rng.random() < 0.15:
            self.later(15, self._kill, ours=False)
        if self.rng.random() < 0.15:
            self.later(
                self.rng.random() * 30, lambda: setattr(self, "disk_is_full", True), ours=False
            )
        end_ns = START_NS + 200 * SECOND
        while self.queue and self.queue[0][0] < end_ns:
            due_ns, _, act = heapq.heappop(self.queue)
            self.now_ns = max(self.now_ns, due_ns)
            act()
        self.flush()

    def _kill(self) -> None:
        self.give(KillSwitched(is_set=True, reason="a person", at_ns=self.now_ns))

    def _raise(self, number: int, again: bool) -> None:
        self.quote()
        signal = self.signal(number, number % 3)
        for _ in range(1 + again):
            self.desk.take(signal)
            self._carry_out(self.epoch)

    def _ticking(self) -> None:
        if self.rng.random() < 0.1:
            self.quote()
        self.give(Timer(self.now_ns))
        if self.rng.random() < 0.7:
            self.flush()
        if self.can_crash and self.crashes < 3 and self.rng.random() < 0.002:
            self.restart()
        self.later(0.25, self._ticking, ours=False)

    @property
    def halts(self) -> list[HaltSet]:
        """Every halt that is on the disk."""
        return [record for record in self.disk if isinstance(record, HaltSet)]


def _widened(signal: Signal, pairs: list[int]) -> Signal:
    """Add a NO leg of each pair, for which a set pays as much more as the leg and a cent cost."""
    if not pairs:
        return signal
    more = tuple(Leg(Venue.POLYMARKET, f"no{n}", Outcome.NO, 5_700, 5_700) for n in pairs)
    sets = signal.size_e6 // 10**6
    return replace(
        signal,
        legs=signal.legs + more,
        cost_usd_e6=(960_000 + 570_000 * len(more)) * sets,
        edge_usd_e6=(40_000 + 20_000 * len(more)) * sets,
    )


def a_signal(name: str = "p0/yes_no/1", pair: int = 0, at_ns: int = 7, sets: int = 5) -> Signal:
    """Return an underround of a cent, half of it at each venue."""
    legs = (
        Leg(Venue.POLYMARKET, f"yes{pair}", Outcome.YES, 4_500, 4_500),
        Leg(Venue.KALSHI, f"K{pair}", Outcome.NO, 5_100, 5_100),
    )
    return Signal(
        kind=SignalKind.OPENED,
        id=name,
        pair=f"p{pair}",
        direction="yes_no",
        at_ns=at_ns,
        tick_at_ns=at_ns,
        edge_top_e6=10_000,
        edge_e6=10_000,
        size_e6=sets * 10**6,
        cost_usd_e6=0,
        fee_usd_e6=0,
        edge_usd_e6=0,
        legs=legs,
    )
