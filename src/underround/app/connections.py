"""The ways to the venues: REST clients at each venue's pace, and what connections are made of.

Which connections there are, and what they carry, is decided by `subscriptions`.
"""

import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx
from msgspec import Struct
from msgspec.structs import replace

from underround.app.clock import monotonic_ns, wall_ns
from underround.app.config import Config
from underround.app.hands import FetchBodies, VenueHands
from underround.app.pipeline import Pipeline
from underround.app.trading.setup import MakeBrokers
from underround.core.instrument import Instrument, Venue
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.venues.clock_offset import ClockOffset
from underround.venues.errors import VenueFaultError
from underround.venues.feed import Feed
from underround.venues.handshake import Opener, open_socket
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.limits import COSTS_PATH, LIMITS_PATH, decode_costs, decode_limits
from underround.venues.kalshi.limits import pace_of as kalshi_pace
from underround.venues.kalshi.signing import WEBSOCKET_PATH, Signer, load_signer
from underround.venues.polymarket import catalog as polymarket_catalog
from underround.venues.polymarket.limits import clob_pace, gamma_pace
from underround.venues.ports import DEFAULT_LIMITS, FeedLimits
from underround.venues.rate_limit import Pace
from underround.venues.rest import RestClient

_log = logging.getLogger("underround")

POLL_S: Final = 2.0
KEYED_REQUESTS_PER_S: Final = 15.0  # of the 20 that the lowest level grants
MISSED_POLLS: Final = 2.5
"""Polled books are stale when so many rounds brought nothing; half of it brings a question."""


class Ways(Struct, frozen=True, kw_only=True):
    """How venues are reached and whose time it is: the network and this machine, or a rehearsal."""

    opener: Opener = open_socket
    transport: httpx.AsyncBaseTransport | None = None
    monotonic_ns: Callable[[], int] = monotonic_ns
    wall_ns: Callable[[], int] = wall_ns
    randomness: Callable[[], float] = random.random


NETWORK: Final = Ways()


class Options(Struct, frozen=True, kw_only=True):
    """What one run does beside the configuration; `recording` None records nothing.

    `transport` is "socket", or "rest" for polling everything every `every_s` seconds. `settings`
    and `limits` take the place of the configured ones where time is to pass faster: in trials.
    With `make_brokers` the run trades, with `from_queue` on what others signalled.
    """

    recording: Path | None
    transport: str = "socket"
    every_s: float = 20.0
    settings: Settings | None = None
    limits: FeedLimits = DEFAULT_LIMITS
    make_brokers: MakeBrokers | None = None
    from_queue: bool = False
    ways: Ways = NETWORK


class Rest(Struct):
    """The REST side of both venues; `offset` is learned from what Kalshi refuses."""

    gamma: RestClient
    clob: RestClient
    kalshi: RestClient
    bodies: dict[Venue, FetchBodies]
    offset: ClockOffset


class Connecting(Struct):
    """What a run's connections are made of; `feeds` is filled while they are planned."""

    config: Config
    options: Options
    listed: list[Instrument]
    pipeline: Pipeline
    hands: VenueHands
    signer: Signer | None
    rest: Rest
    clock_ns: Callable[[], int]
    feeds: list[Feed]


def settings_of(config: Config, options: Options) -> Settings:
    """Return the engine's limits; polled books may be as old as polling makes them.

    Else all of them would be asked for again long before the next round.
    """
    settings = options.settings or config.detection.settings()
    if options.transport != "rest":
        return settings
    patience_ns = round(MISSED_POLLS * options.every_s * NS_PER_SECOND)
    return replace(
        settings,
        stale_after_ns=max(settings.stale_after_ns, patience_ns),
        agreed_within_ns=max(settings.agreed_within_ns, patience_ns),
    )


def signer_of(config: Config) -> Signer | None:
    """Load the operator's Kalshi key; None without one, ConfigError when it cannot be used."""
    kalshi = config.venues.kalshi
    if kalshi.key_id is None or kalshi.private_key_path is None:
        return None
    return load_signer(kalshi.key_id, Path(kalshi.private_key_path).expanduser())


@asynccontextmanager
async def rest_clients(
    config: Config, signer: Signer | None, ways: Ways = NETWORK
) -> AsyncIterator[Rest]:
    """Open the REST clients of both venues, each within what its venue allows."""

    offset = ClockOffset()

    def client(venue: Venue, root: str, pace: Pace) -> RestClient:
        is_signed = venue is Venue.KALSHI and signer is not None
        return RestClient(
            venue,
            root,
            pace,
            monotonic_ns=ways.monotonic_ns,
            randomness=ways.randomness,
            sign=signed(signer, offset, ways) if is_signed and signer is not None else None,
            is_mended=mending(offset, ways) if is_signed else None,
            transport=ways.transport,
        )

    polymarket = config.venues.polymarket
    async with (
        client(Venue.POLYMARKET, polymarket.gamma, gamma_pace()) as gamma,
        client(Venue.POLYMARKET, polymarket.clob, clob_pace()) as clob,
        client(
            Venue.KALSHI, config.venues.kalshi.rest, kalshi_pace(is_keyed=signer is not None)
        ) as kalshi,
    ):
        if signer is not None:
            await take_own_pace(kalshi)
        bodies: dict[Venue, FetchBodies] = {
            Venue.POLYMARKET: partial(polymarket_catalog.fetch_books, clob),
            Venue.KALSHI: partial(kalshi_catalog.fetch_books, kalshi),
        }
        yield Rest(gamma, clob, kalshi, bodies, offset)


async def take_own_pace(kalshi: RestClient) -> None:
    """Go as fast as the account may; where the venue does not say, at the lowest level's pace."""
    try:
        limits = decode_limits(await kalshi.get(LIMITS_PATH))
        costs = decode_costs(await kalshi.get(COSTS_PATH))
    except VenueFaultError as fault:
        _log.info("Kalshi's limits for this key are not known, the lowest are kept: %s", fault)
        return
    kalshi.pace = kalshi_pace(is_keyed=True, limits=limits, costs=costs)


def mending(offset: ClockOffset, ways: Ways = NETWORK) -> Callable[[VenueFaultError], bool]:
    """Return what sets our signatures' clock right after a refusal that shows the venue's."""

    def is_mended(fault: VenueFaultError) -> bool:
        if not offset.learn(fault, ways.wall_ns() // NS_PER_MS):
            return False
        _log.warning("Kalshi's clock is %.0f s from ours: signing by its time", offset.ms / 1_000)
        return True

    return is_mended


def kalshi_headers(
    signer: Signer, offset: ClockOffset | None = None, ways: Ways = NETWORK
) -> Callable[[], Mapping[str, str]]:
    """Return what signs the handshake of a Kalshi WebSocket, anew at every call."""
    return partial(signed(signer, offset, ways), "GET", WEBSOCKET_PATH)


def signed(
    signer: Signer, offset: ClockOffset | None = None, ways: Ways = NETWORK
) -> Callable[[str, str], Mapping[str, str]]:
    """Return what makes the headers of a request: `headers(method, path)`, signed now."""

    def headers(method: str, path: str) -> Mapping[str, str]:
        ahead_ms = 0 if offset is None else offset.ms
        return signer.headers(method, path, ways.wall_ns() // NS_PER_MS + ahead_ms)

    return headers
