"""The ways out: each venue's REST and socket, their clocks and hours, the key, and Redis.

Only reads; every question is bounded in time, and one that fails hides no other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from underround.app.clock import monotonic_ns, wall_ns
from underround.app.config import Config
from underround.app.connections import Rest, kalshi_headers, rest_clients, signer_of
from underround.app.doctor.finding import Finding, Verdict
from underround.app.trading.live_accounts import BlockedPlaceError, check_place
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi.limits import LIMITS_PATH, decode_limits
from underround.venues.kalshi.status import (
    OPEN,
    SCHEDULE_PATH,
    STATUS_PATH,
    decode_schedule,
    decode_status,
)

PATIENCE_S: Final = 10.0
SLOW_MS: Final = 250.0
CLOCK_WARN_S: Final = 1.0
CLOCK_FAIL_S: Final = 5.0
UNREACHED: Final = "is this machine online? a firewall or proxy may be in the way"


async def way_findings(config: Config) -> AsyncIterator[Finding]:
    """Yield what the ways to the venues and to Redis look like, one after the other."""
    venues = config.venues
    async with rest_clients(config, None) as rest:
        yield await _round_trip("polymarket gamma", lambda: rest.gamma.get("/markets?limit=1"))
        yield await _round_trip("polymarket clob", lambda: rest.clob.get("/time"))
        yield await _clock(rest)
        yield await _socket("polymarket socket", venues.polymarket.ws, {})
        yield await _round_trip("kalshi rest", lambda: rest.kalshi.get(STATUS_PATH))
        yield await _trading(rest)
    yield await place_finding(venues.polymarket.site)
    async for finding in _key_findings(config):
        yield finding
    yield await redis_finding(config.storage.prices)


async def _key_findings(config: Config) -> AsyncIterator[Finding]:
    try:
        signer = signer_of(config)
    except ConfigError as error:
        yield Finding("kalshi key", Verdict.FAIL, str(error), "mend the key, or leave it out")
        return
    if signer is None:
        yield Finding(
            "kalshi key",
            Verdict.WARN,
            "none: its books are polled every 2 s",
            "set venues.kalshi.key_id and private_key_path for live books",
        )
        return
    async with rest_clients(config, signer) as rest:
        yield await _key(rest)
        headers = kalshi_headers(signer, rest.offset)()
    yield await _socket("kalshi socket", config.venues.kalshi.ws, headers)


async def _round_trip(name: str, ask: Callable[[], Awaitable[bytes]]) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await ask()  # the first one pays for the connection
            began_ns = monotonic_ns()
            await ask()
    except TimeoutError:
        return Finding(name, Verdict.FAIL, f"no answer in {PATIENCE_S:.0f} s", UNREACHED)
    except VenueFaultError as fault:
        return Finding(name, Verdict.FAIL, str(fault), UNREACHED)
    took_ms = (monotonic_ns() - began_ns) / NS_PER_MS
    if took_ms > SLOW_MS:
        todo = "a machine nearer to the venue hears of prices sooner"
        return Finding(name, Verdict.WARN, f"{took_ms:.0f} ms there and back", todo)
    return Finding(name, Verdict.OK, f"{took_ms:.1f} ms there and back")


async def _clock(rest: Rest) -> Finding:
    try:
        before_ns = wall_ns()
        body = await rest.clob.get("/time")
        after_ns = wall_ns()
        venue_ns = msgspec.json.decode(body, type=int) * NS_PER_SECOND
    except (VenueFaultError, msgspec.DecodeError) as fault:
        return Finding("clock", Verdict.WARN, f"the venue's time is not known: {fault}")
    return clock_finding(before_ns, venue_ns, after_ns)


def clock_finding(before_ns: int, venue_ns: int, after_ns: int) -> Finding:
    """Judge our clock by a venue's whole seconds, asked for between two readings of ours (ns)."""
    low_ns = before_ns - venue_ns - NS_PER_SECOND  # it may have been just before the next second
    high_ns = after_ns - venue_ns
    offset_s = max(low_ns, min(high_ns, 0)) / NS_PER_SECOND
    said = f"{abs(offset_s):.1f} s {'ahead of' if offset_s > 0 else 'behind'} the venue's"
    if abs(offset_s) >= CLOCK_FAIL_S:
        return Finding("clock", Verdict.FAIL, said, "switch on NTP: signatures will be refused")
    if abs(offset_s) >= CLOCK_WARN_S:
        return Finding("clock", Verdict.WARN, said, "switch on NTP: live orders are refused")
    return Finding("clock", Verdict.OK, "within a second of the venue's")


async def _trading(rest: Rest) -> Finding:
    name = "kalshi trading"
    try:
        verdicts = decode_status(await rest.kalshi.get(STATUS_PATH))
        planned = decode_schedule(await rest.kalshi.get(SCHEDULE_PATH)).verdict(wall_ns())
    except VenueFaultError as fault:
        return Finding(name, Verdict.WARN, f"not known: {fault}")
    closed = [f"{state.value} ({why})" for state, why in (*verdicts.values(), planned) if why]
    if closed:
        return Finding(name, Verdict.WARN, "; ".join(closed), "no signals until it trades again")
    assert planned == OPEN
    return Finding(name, Verdict.OK, "open, and within its scheduled hours")


async def place_finding(site: str) -> Finding:
    """Judge whether Polymarket takes orders from here, as live trading asks before it starts."""
    name = "polymarket place"
    try:
        async with asyncio.timeout(PATIENCE_S):
            await check_place(site)
    except BlockedPlaceError as fault:
        said = f"may not trade from here; reading is fine ({fault})"
        return Finding(name, Verdict.WARN, said, "trade on paper only: run it without --live")
    except (VenueFaultError, TimeoutError) as fault:
        said = f"not known: {str(fault) or f'no answer in {PATIENCE_S:.0f} s'}"
        todo = "live trading does not start before the venue says that it may"
        return Finding(name, Verdict.WARN, said, todo)
    return Finding(name, Verdict.OK, "orders are taken from here")


async def _key(rest: Rest) -> Finding:
    try:
        limits = decode_limits(await rest.kalshi.get(LIMITS_PATH))
    except VenueFaultError as fault:
        todo = "is the key for this environment, and is the clock right?"
        return Finding("kalshi key", Verdict.FAIL, str(fault), todo)
    said = f"accepted; {limits.usage_tier or 'unnamed'} tier, {limits.read.refill_rate} reads/s"
    return Finding("kalshi key", Verdict.OK, said)


async def _socket(name: str, url: str, headers: Mapping[str, str]) -> Finding:
    began_ns = monotonic_ns()
    try:
        async with connect(
            url, additional_headers=dict(headers), open_timeout=PATIENCE_S, proxy=None
        ) as socket:
            took_ms = (monotonic_ns() - began_ns) / NS_PER_MS
            await socket.close()
    except (OSError, TimeoutError, WebSocketException) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        return Finding(name, Verdict.FAIL, said, UNREACHED)
    return Finding(name, Verdict.OK, f"open after {took_ms:.0f} ms")


async def redis_finding(url: str) -> Finding:
    """Judge the price store, where it is a server: there, how far, and what it does when full."""
    if not url.startswith(("redis://", "rediss://")):
        return Finding("redis", Verdict.OK, f"not used: prices are at {url}")
    client = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2, protocol=2)
    try:
        await client.ping()
        began_ns = monotonic_ns()
        await client.ping()
        took_ms = (monotonic_ns() - began_ns) / NS_PER_MS
        memory = await client.info("memory")
    except (RedisError, OSError) as error:
        return Finding(
            "redis", Verdict.FAIL, str(error), "is it running, and is the address right?"
        )
    finally:
        await client.aclose()
    said = f"{took_ms:.2f} ms, {memory['used_memory_human']} used"
    policy = memory.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        todo = "signals may be thrown away: CONFIG SET maxmemory-policy noeviction"
        return Finding("redis", Verdict.WARN, f"{said}, {policy}", todo)
    return Finding("redis", Verdict.OK, said)
