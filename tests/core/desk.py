"""One question on two venues for tests of the engine: says what venues say, keeps what it hears.

Prices are ten-thousandths of a dollar, sizes whole contracts, times milliseconds since the desk
opened. Polymarket takes no fee here and Kalshi none, unless a test asks for them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.effect import BookJudged, Effect, FetchBooks, RequestSnapshots, SignalRaised
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    BookReplaced,
    BooksFetched,
    Command,
    ConnectionClosed,
    ConnectionOpened,
    Event,
    LevelAdded,
    LevelsSet,
    MarketEvent,
    Timer,
)
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.opportunity import Signal
from underround.core.pair import Pair, Polarity
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS

YES, NO, TICKER = "yes-token", "no-token", "KXRAIN"
POLYMARKET, KALSHI = "polymarket-1", "kalshi-1"
STREAM = 4
START_NS = 1_000 * 10**9
ONE = 1_000_000
FREE = FeeTerms("polymarket", 0), FeeTerms("quadratic", 0)
USUAL = FeeTerms("polymarket", 500), FeeTerms("quadratic", 700)
Levels = Iterable[tuple[int, float]]


def token(name: str, other: str, outcome: Outcome, fees: FeeTerms, **facts: Any) -> Instrument:
    facts = {"ranges": ((0, 10_000, 100),)} | facts
    return Instrument(
        venue=Venue.POLYMARKET,
        id=name,
        market_id="0xrain",
        outcome=outcome,
        title="Rain",
        complement_id=other,
        fees=fees,
        **facts,
    )


def market(fees: FeeTerms, **facts: Any) -> Instrument:
    facts = {"ranges": ((0, 10_000, 100),)} | facts
    return Instrument(
        venue=Venue.KALSHI,
        id=TICKER,
        market_id=TICKER,
        outcome=Outcome.YES,
        title="Rain",
        fees=fees,
        **facts,
    )


def e6(levels: Levels) -> list[tuple[int, int]]:
    return [(price_e4, round(size * ONE)) for price_e4, size in levels]


class Desk:
    """An engine with one pair, two connections and a clock that a test moves."""

    def __init__(
        self,
        *,
        polarity: Polarity = Polarity.SAME,
        fees: tuple[FeeTerms, FeeTerms] = FREE,
        settings: Settings | None = None,
        polymarket_facts: dict[str, Any] | None = None,
        kalshi_facts: dict[str, Any] | None = None,
        is_slow: bool = False,
    ) -> None:
        facts = polymarket_facts or {}
        yes = token(YES, NO, Outcome.YES, fees[0], **facts)
        no = token(NO, YES, Outcome.NO, fees[0], **facts)
        kalshi = market(fees[1], **(kalshi_facts or {}))
        pair = Pair.of("rain", yes, kalshi, polarity, "")
        self.settings = settings or Settings()
        self.engine = Engine(self.settings, (yes, no, kalshi), (pair,))
        self.now_ns = START_NS
        self.number = 0
        self.heard: list[Effect] = []
        self.open_polymarket()
        self.open_kalshi(is_slow=is_slow)

    def book(self, name: str) -> Book:
        return self.engine.books[name]

    def state(self, name: str) -> BookState:
        return self.engine.books[name].state

    @property
    def now_ms(self) -> int:
        return (self.now_ns - START_NS) // NS_PER_MS

    def process(self, event: Event) -> tuple[Effect, ...]:
        effects = self.engine.process(event)
        self.heard += effects
        return effects

    def wait(self, ms: float) -> None:
        self.now_ns += round(ms * NS_PER_MS)

    def tick(self, after_ms: float = 0) -> tuple[Effect, ...]:
        self.wait(after_ms)
        return self.process(Timer(self.now_ns))

    def open_polymarket(self) -> tuple[Effect, ...]:
        return self.process(ConnectionOpened(POLYMARKET, Venue.POLYMARKET, self.now_ns, (YES, NO)))

    def open_kalshi(self, *, is_slow: bool = False) -> tuple[Effect, ...]:
        self.number = 0
        opened = ConnectionOpened(KALSHI, Venue.KALSHI, self.now_ns, (TICKER,), is_slow)
        return self.process(opened)

    def close(self, connection: str, reason: str = "gone") -> tuple[Effect, ...]:
        return self.process(ConnectionClosed(connection, self.now_ns, reason))

    def command(self, name: str) -> tuple[Effect, ...]:
        return self.process(Command(name, self.now_ns))

    def hear(self, connection: str, *events: MarketEvent) -> tuple[Effect, ...]:
        """Deliver what one read of a connection brought."""
        return self.process(Batch(connection, self.now_ns, events))

    def polymarket(
        self, name: str, bids: Levels = (), asks: Levels = (), time_ms: int | None = None
    ) -> tuple[Effect, ...]:
        return self.hear(POLYMARKET, self.image(name, bids, asks, time_ms))

    def image(
        self, name: str, bids: Levels = (), asks: Levels = (), time_ms: int | None = None
    ) -> BookReplaced:
        """Make a Polymarket book as of `time_ms` (now unless given; a time of zero is none)."""
        at_ms = self.now_ms + 1 if time_ms is None else time_ms
        return BookReplaced(name, e6(bids), e6(asks), time_ms=at_ms)

    def change(
        self,
        name: str,
        *entries: tuple[str, int, float],
        time_ms: int | None = None,
        claims: tuple[str, str] = ("", ""),
    ) -> LevelsSet:
        """Make a change of levels: ("bid" or "ask", price, new size) each."""
        at_ms = self.now_ms + 1 if time_ms is None else time_ms
        changes = [
            (name, side == "bid", price_e4, round(size * ONE), *claims)
            for side, price_e4, size in entries
        ]
        return LevelsSet(changes, at_ms)

    def snapshot(
        self, bids: Levels = (), asks: Levels = (), group: int | None = None, skip: int = 0
    ) -> BookReplaced:
        """Make the next message of Kalshi's stream, a whole book, after `skip` lost ones."""
        self.number += 1 + skip
        return BookReplaced(
            TICKER, e6(bids), e6(asks), stream=STREAM, sequence=self.number, group=group
        )

    def delta(
        self, side: str, price_e4: int, change: float, group: int | str | None = 0, skip: int = 0
    ) -> LevelAdded:
        """Make the next message of Kalshi's stream, a change to one level."""
        self.number += 1 + skip
        return LevelAdded(
            stream=STREAM,
            sequence=self.number,
            instrument=TICKER,
            is_bid=side == "bid",
            price_e4=price_e4,
            change_e6=round(change * ONE),
            group=group,
        )

    def fetched(
        self, wanted: FetchBooks, *books: BookReplaced, missing: Sequence[str] = ()
    ) -> tuple[Effect, ...]:
        """Answer a request for books over REST, now."""
        return self.process(
            BooksFetched(
                wanted.venue, wanted.purpose, wanted.asked_at_ns, self.now_ns, books, missing
            )
        )

    def opening(self, yes_ask: Levels = (), no_ask: Levels = (), kalshi: Any = ((), ())) -> None:
        """Bring the opening books: asks of YES and of NO, (bids, asks) of Kalshi."""
        self.polymarket(YES, (), yes_ask)
        self.polymarket(NO, (), no_ask)
        self.hear(KALSHI, self.snapshot(*kalshi))


def signals(effects: Iterable[Effect]) -> list[Signal]:
    return [effect.signal for effect in effects if isinstance(effect, SignalRaised)]


def kinds(effects: Iterable[Effect]) -> list[str]:
    """Return what happened to opportunities, and why they closed."""
    return [
        f"{signal.kind} {signal.reason}".strip() if signal.reason else str(signal.kind)
        for signal in signals(effects)
    ]


def fetches(effects: Iterable[Effect]) -> list[FetchBooks]:
    return [effect for effect in effects if isinstance(effect, FetchBooks)]


def snapshots_asked(effects: Iterable[Effect]) -> list[RequestSnapshots]:
    return [effect for effect in effects if isinstance(effect, RequestSnapshots)]


def judged(effects: Iterable[Effect]) -> list[tuple[str, str, str]]:
    """Return (instrument, state, reason) of every verdict."""
    return [
        (effect.instrument, effect.state.value, effect.reason)
        for effect in effects
        if isinstance(effect, BookJudged)
    ]
