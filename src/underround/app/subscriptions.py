"""What each connection carries: planned at the start, grown and shrunk while a run goes on.

Opens feeds and pollers and tells their sessions what to say; what comes back goes to the pipeline
unseen.
"""

import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Final

from underround.app.connections import POLL_S, Connecting, kalshi_headers, mending
from underround.app.polling import Poller
from underround.app.recordings.plan import Plan
from underround.core.effect import Resubscribe, Unsubscribe
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.units import USD_ONE_E6
from underround.core.venue_event import VenueStatusChanged
from underround.core.venue_status import VenueState
from underround.venues.feed import Feed
from underround.venues.kalshi.commands import INDICES, INDICES_5HZ, LIVES, TRADES
from underround.venues.kalshi.session import BookSession
from underround.venues.polymarket.session import (
    TOKENS_PER_CONNECTION,
    MarketSession,
    deal_connections,
)
from underround.venues.ports import Session
from underround.venues.watchdog import Verdict

_log = logging.getLogger("underround")

BUSY_USD_E6: Final = 50_000 * USD_ONE_E6
"""A market that trades so much in a day speaks every few seconds."""
BUSY_SILENCE_S: Final = 20.0
QUIET_SILENCE_S: Final = 60.0
LONGEST_SILENCE_S: Final = 240.0

Start = Callable[[Coroutine[Any, Any, None]], None]


class Subscriptions:
    """Every connection of a run; `start` runs the work that keeps one."""

    def __init__(self, run: Connecting, start: Start) -> None:
        self._run = run
        self._start = start
        self._is_polled = run.options.transport == "rest"
        self._markets: dict[str, MarketSession] = {}
        self._silences_s: dict[str, float] = {}
        self._canaries: dict[str, tuple[str, ...]] = {}
        self._books: BookSession | None = None
        self._pollers: dict[Venue, Poller] = {}
        self._opened = 0

    def open(self, canaries: Sequence[tuple[str, str]] = ()) -> None:
        """Open a connection for every two hundred tokens, one for Kalshi's books.

        Each connection gets one busy market, so that its silence means something: its own, or
        where it has none one of `canaries`, which the engine need not know.
        """
        listed = self._run.listed
        by_volume = sorted(
            (one for one in listed if _is_yes_token(one)),
            key=lambda one: one.volume_24h_e6,
            reverse=True,
        )
        if self._is_polled:
            self._poll(Venue.POLYMARKET, [name for one in by_volume for name in _tokens(one)])
        else:
            spare = iter(canaries)
            busy = {one.id for one in by_volume if one.volume_24h_e6 >= BUSY_USD_E6}
            for chunk in deal_connections([_tokens(one) for one in by_volume]):
                canary = () if busy.intersection(chunk) else next(spare, ())
                self._open_markets(
                    chunk, is_busy=bool(canary) or not busy.isdisjoint(chunk), canary=canary
                )
        tickers = tuple(one.id for one in listed if one.venue is Venue.KALSHI)
        if self._is_polled or self._run.signer is None:
            if tickers and not self._is_polled:
                _log.warning("no Kalshi key: its order books are polled every %g s (slow)", POLL_S)
            self._poll(Venue.KALSHI, tickers)
        elif tickers or self._run.config.universe.kalshi_indices:
            self._open_books(tickers)

    def add(self, instruments: Iterable[Instrument]) -> None:
        """Subscribe to instruments that the engine knows already."""
        fresh = list(instruments)
        for one in fresh:
            if _is_yes_token(one):
                self._add_market(_tokens(one))
        tickers = tuple(one.id for one in fresh if one.venue is Venue.KALSHI)
        if not tickers:
            return
        if self._books is None and not (self._is_polled or self._run.signer is None):
            self._open_books(tickers)
        elif self._books is not None:
            self._say("kalshi-1", self._books.add(tickers))
            self._replan("kalshi-1", Venue.KALSHI, self._books.tickers)
        else:
            self._poll(Venue.KALSHI, tickers)

    def give_up(self, wanted: Unsubscribe) -> None:
        """Unsubscribe from instruments that trade no more; an empty connection is left to end."""
        gone = set(wanted.instruments)
        poller = self._pollers.get(wanted.venue)
        if poller is not None:
            left = tuple(name for name in poller.plan.instruments if name not in gone)
            self._replan_poller(poller, left)
        if wanted.venue is Venue.KALSHI and self._books is not None:
            self._say("kalshi-1", self._books.delete(wanted.instruments))
            self._replan("kalshi-1", Venue.KALSHI, self._books.tickers)
        for name, session in list(self._markets.items()):
            if wanted.venue is Venue.POLYMARKET and gone.intersection(session.tokens):
                self._say(name, session.remove(wanted.instruments))
                self._replan(name, Venue.POLYMARKET, session.tokens)
                if not set(session.tokens).difference(self._canaries[name]):
                    del self._markets[name], self._canaries[name], self._silences_s[name]
                    self._start(self._run.hands.feeds[name].stop())

    def renew(self, wanted: Resubscribe) -> None:
        """Give tokens up and ask for them again on the connection that carries them."""
        session = self._markets.get(wanted.connection)
        if session is not None:
            self._say(wanted.connection, session.renew(wanted.instruments))

    def check(self) -> None:
        """Ask the venue that can tell which subscriptions it thinks we hold."""
        if self._books is not None:
            self._say("kalshi-1", self._books.check())

    def closed(self, connection: str, reason: str) -> None:
        """Have more patience with a connection that ends for its silence again and again."""
        session = self._markets.get(connection)
        if session is not None:
            usual_s = self._silences_s[connection]
            longer_s = min(2 * (session.silence_s or usual_s), LONGEST_SILENCE_S)
            session.silence_s = longer_s if reason == Verdict.SILENT else usual_s

    def tokens_of(self, connection: str) -> tuple[str, ...]:
        """Return what a connection of Polymarket's carries; nothing for any other."""
        session = self._markets.get(connection)
        return () if session is None else session.tokens

    def _add_market(self, tokens: tuple[str, str]) -> None:
        if self._is_polled:
            self._poll(Venue.POLYMARKET, tokens)
            return
        for name, session in self._markets.items():
            if len(session.tokens) + len(tokens) <= TOKENS_PER_CONNECTION:
                frames = session.add(tokens)
                self._replan(name, Venue.POLYMARKET, session.tokens)
                self._say(name, frames)
                return
        self._open_markets(list(tokens), is_busy=False)

    def _open_markets(
        self, tokens: Sequence[str], *, is_busy: bool, canary: Sequence[str] = ()
    ) -> None:
        self._opened += 1
        silence_s = BUSY_SILENCE_S if is_busy else QUIET_SILENCE_S
        session = MarketSession((*tokens, *canary), silence_s)
        plan = Plan(f"polymarket-{self._opened}", Venue.POLYMARKET, session.tokens)
        self._markets[plan.connection] = session
        self._silences_s[plan.connection] = silence_s
        self._canaries[plan.connection] = tuple(canary)
        self._feed(plan, self._run.config.venues.polymarket.ws, session)

    def _open_books(self, tickers: tuple[str, ...]) -> None:
        indices = self._run.config.universe.kalshi_indices
        channels: tuple[str, ...] = (LIVES, INDICES, INDICES_5HZ) if indices else (LIVES,)
        if self._run.options.recording is not None:  # what took a level is asked of recordings
            channels += (TRADES,)
        self._books = BookSession(tickers, channels=channels, indices=indices)
        self._run.hands.sessions["kalshi-1"] = self._books
        plan = Plan("kalshi-1", Venue.KALSHI, tickers)
        self._feed(plan, self._run.config.venues.kalshi.ws, self._books)

    def _poll(self, venue: Venue, names: Sequence[str]) -> None:
        if not names:
            return
        poller = self._pollers.get(venue)
        if poller is not None:
            known = poller.plan.instruments
            self._replan_poller(poller, tuple(dict.fromkeys((*known, *names))))
            return
        run = self._run
        every_s = run.options.every_s if self._is_polled else POLL_S
        plan = Plan(f"{venue}-rest", venue, tuple(names), is_slow=True)
        run.pipeline.plan(plan)
        poller = Poller(plan, run.hands.bodies[venue], run.pipeline, every_s, run.clock_ns)
        self._pollers[venue] = poller
        self._start(poller.run())

    def _replan_poller(self, poller: Poller, names: tuple[str, ...]) -> None:
        poller.plan = Plan(poller.plan.connection, poller.plan.venue, names, is_slow=True)
        self._run.pipeline.plan(poller.plan)

    def _replan(self, connection: str, venue: Venue, names: tuple[str, ...]) -> None:
        self._run.pipeline.plan(Plan(connection, venue, names))

    def _say(self, connection: str, frames: Iterable[bytes]) -> None:
        feed = self._run.hands.feeds[connection]
        if feed.is_connected:  # else everything is said when it opens
            for frame in frames:
                feed.send(frame)

    def _feed(self, plan: Plan, url: str, session: Session) -> None:
        run = self._run
        run.pipeline.plan(plan)
        headers, mends, ways = None, None, run.options.ways
        if plan.venue is Venue.KALSHI and run.signer is not None:
            headers = kalshi_headers(run.signer, run.rest.offset, ways)
            mends = mending(run.rest.offset, ways)
        feed = Feed(
            plan.connection,
            url,
            session,
            run.pipeline,
            limits=run.options.limits,
            headers=headers,
            is_mended=mends,
            clock_ns=run.clock_ns,
            randomness=ways.randomness,
            opener=ways.opener,
        )
        run.hands.feeds[plan.connection] = feed
        run.feeds.append(feed)
        self._start(self._kept(feed, plan.venue))

    async def _kept(self, feed: Feed, venue: Venue) -> None:
        await feed.run()
        if feed.fatal is not None:
            at_ns, reason = self._run.clock_ns(), str(feed.fatal)
            self._run.pipeline.tell(VenueStatusChanged(venue, VenueState.HALTED, reason, at_ns))
            raise feed.fatal  # half of the books will never come: whoever started must know


def _is_yes_token(one: Instrument) -> bool:
    return one.venue is Venue.POLYMARKET and one.outcome is Outcome.YES


def _tokens(one: Instrument) -> tuple[str, str]:
    assert one.complement_id is not None, "a token has a complement"
    return one.id, one.complement_id
