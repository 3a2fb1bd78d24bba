"""The ways to the venues: REST clients, and one feed or poller for each planned connection.

Decides how many connections there are and of which kind; what comes over them goes to the
pipeline unseen.
"""

import logging
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from underround.app.clock import monotonic_ns, wall_ns
from underround.app.config import Config
from underround.app.hands import FetchBodies, VenueHands
from underround.app.pipeline import Pipeline, Plan
from underround.app.polling import Poller
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.venues.feed import Feed
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.session import BookSession
from underround.venues.kalshi.signing import WEBSOCKET_PATH, Signer, load_signer
from underround.venues.polymarket import catalog as polymarket_catalog
from underround.venues.polymarket.session import MarketSession, plan_connections
from underround.venues.ports import DEFAULT_LIMITS, FeedLimits, Session
from underround.venues.rate_limit import TokenBucket
from underround.venues.rest import RestClient

_log = logging.getLogger("underround")

POLL_S: Final = 2.0
MISSED_POLLS: Final = 2.5
"""Polled books are stale when so many rounds brought nothing; half of it brings a question."""
KEYED_REQUESTS_PER_S: Final = 15.0  # of the 20 that the lowest level grants


class Options(Struct, frozen=True, kw_only=True):
    """What one run does beside the configuration; `recording` None records nothing.

    `transport` is "socket", or "rest" for polling everything every `every_s` seconds. `settings`
    and `limits` take the place of the configured ones where time is to pass faster: in trials.
    """

    recording: Path | None
    transport: str = "socket"
    every_s: float = 20.0
    settings: Settings | None = None
    limits: FeedLimits = DEFAULT_LIMITS


class Connecting(Struct):
    """What a run's connections are made of; `feeds` is filled while they are planned."""

    config: Config
    options: Options
    listed: list[Instrument]
    pipeline: Pipeline
    hands: VenueHands
    signer: Signer | None
    clock_ns: Callable[[], int]
    feeds: list[Feed]


class Rest(Struct):
    """The REST side of both venues."""

    gamma: RestClient
    kalshi: RestClient
    bodies: dict[Venue, FetchBodies]


def settings_of(config: Config, options: Options) -> Settings:
    """Return the engine's limits; polled books may be as old as polling makes them.

    Else all of them would be asked for again long before the next round.
    """
    settings = options.settings or config.detection.settings()
    if options.transport != "rest":
        return settings
    patience_ns = round(MISSED_POLLS * options.every_s * NS_PER_SECOND)
    return replace(settings, stale_after_ns=max(settings.stale_after_ns, patience_ns))


def signer_of(config: Config) -> Signer | None:
    """Load the operator's Kalshi key; None without one, ConfigError when it cannot be used."""
    kalshi = config.venues.kalshi
    if kalshi.key_id is None or kalshi.private_key_path is None:
        return None
    return load_signer(kalshi.key_id, Path(kalshi.private_key_path).expanduser())


@asynccontextmanager
async def rest_clients(config: Config, signer: Signer | None) -> AsyncIterator[Rest]:
    """Open the REST clients of both venues, each within what its venue allows."""

    def client(venue: Venue, root: str, per_s: float, burst: float) -> RestClient:
        return RestClient(
            venue,
            root,
            TokenBucket(per_s, burst),
            monotonic_ns=monotonic_ns,
            randomness=random.random,
            sign=signed(signer) if venue is Venue.KALSHI and signer is not None else None,
        )

    polymarket = config.venues.polymarket
    public = kalshi_catalog.PUBLIC_REQUESTS_PER_S
    kalshi_per_s = KEYED_REQUESTS_PER_S if signer is not None else public
    async with (
        client(Venue.POLYMARKET, polymarket.gamma, 25.0, 50.0) as gamma,
        client(Venue.POLYMARKET, polymarket.clob, 40.0, 100.0) as clob,
        client(Venue.KALSHI, config.venues.kalshi.rest, kalshi_per_s, 2 * kalshi_per_s) as kalshi,
    ):
        yield Rest(
            gamma,
            kalshi,
            {
                Venue.POLYMARKET: partial(polymarket_catalog.fetch_books, clob),
                Venue.KALSHI: partial(kalshi_catalog.fetch_books, kalshi),
            },
        )


def kalshi_headers(signer: Signer) -> Callable[[], Mapping[str, str]]:
    """Return what signs the handshake of a Kalshi WebSocket, anew at every call."""
    return partial(signed(signer), "GET", WEBSOCKET_PATH)


def signed(signer: Signer) -> Callable[[str, str], Mapping[str, str]]:
    """Return what makes the headers of a request: `headers(method, path)`, signed now."""
    return lambda method, path: signer.headers(method, path, wall_ns() // NS_PER_MS)


def reading(run: Connecting) -> Iterator[Coroutine[Any, Any, None]]:
    """Plan every connection and yield the work that keeps it."""
    config, is_polled = run.config, run.options.transport == "rest"
    tokens = [
        (one.id, one.complement_id or "")
        for one in run.listed
        if one.venue is Venue.POLYMARKET and one.outcome is Outcome.YES
    ]
    tickers = tuple(one.id for one in run.listed if one.venue is Venue.KALSHI)
    if is_polled and tokens:
        names = tuple(name for market in tokens for name in market)
        plan = Plan("polymarket-rest", Venue.POLYMARKET, names, is_slow=True)
        yield _poller(plan, run, run.options.every_s)
    else:
        for number, chunk in enumerate(plan_connections(tokens), start=1):
            plan = Plan(f"polymarket-{number}", Venue.POLYMARKET, tuple(chunk))
            yield _feed(plan, config.venues.polymarket.ws, MarketSession(chunk), run)
    if tickers and (is_polled or run.signer is None):
        if not is_polled:
            _log.warning("no Kalshi key: its order books are polled every %g s (slow)", POLL_S)
        plan = Plan("kalshi-rest", Venue.KALSHI, tickers, is_slow=True)
        yield _poller(plan, run, run.options.every_s if is_polled else POLL_S)
    elif tickers:
        books = BookSession(tickers)
        plan = Plan("kalshi-1", Venue.KALSHI, tickers)
        run.hands.sessions[plan.connection] = books
        yield _feed(plan, config.venues.kalshi.ws, books, run)


def _poller(plan: Plan, run: Connecting, every_s: float) -> Coroutine[Any, Any, None]:
    run.pipeline.plan(plan)
    fetch = run.hands.bodies[plan.venue]
    return Poller(plan, fetch, run.pipeline, every_s, run.clock_ns).run()


def _feed(plan: Plan, url: str, session: Session, run: Connecting) -> Coroutine[Any, Any, None]:
    run.pipeline.plan(plan)
    headers = None
    if plan.venue is Venue.KALSHI and run.signer is not None:
        headers = kalshi_headers(run.signer)
    feed = Feed(
        plan.connection,
        url,
        session,
        run.pipeline,
        limits=run.options.limits,
        headers=headers,
        clock_ns=run.clock_ns,
        randomness=random.random,
    )
    run.hands.feeds[plan.connection] = feed
    run.feeds.append(feed)
    return _kept(feed)


async def _kept(feed: Feed) -> None:
    await feed.run()
    if feed.fatal is not None:
        raise feed.fatal  # half of the books will never come: whoever started the run must know
