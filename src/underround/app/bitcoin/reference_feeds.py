"""The live side of the reference price: feeds to exchanges and to the official index, kept alive.

Records every input, makes it events by the same lines as a replay, and carries out what the lines
want: replies, whole books, new connections. Decodes nothing itself.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from underround.app.bitcoin.reference_lines import (
    IndexPlan,
    LinePlan,
    Outcome,
    ReferenceLines,
    SpotLine,
    SpotPlan,
)
from underround.app.clock import monotonic_ns
from underround.app.connection_log import ConnectionLog
from underround.app.pipeline import Pipeline
from underround.app.side_tasks import SideTasks
from underround.core.units import NS_PER_SECOND
from underround.core.windows.index_exclusions import RefusalReason
from underround.core.windows.pricing_effect import IndexTicked, PricingEffect
from underround.core.windows.spot_event import Asset, SpotRequest
from underround.stores.recording import RecordingWriter
from underround.venues.errors import VenueFaultError
from underround.venues.feed import Feed
from underround.venues.kalshi.index_codec import IndexSession
from underround.venues.ports import DEFAULT_LIMITS, FeedLimits, Session
from underround.venues.rate_limit import TokenBucket
from underround.venues.rest import RestClient
from underround.venues.spot_codec import SpotCodec

_log = logging.getLogger("underround")

SILENCE_S: Final = 20.0
BOOK_REQUESTS_PER_S: Final = 1.0
CROSSED_FOR_NS: Final = 5 * NS_PER_SECOND


class SpotSession:
    """A spot codec as a feed's session."""

    def __init__(self, codec: SpotCodec, silence_s: float = SILENCE_S) -> None:
        self._codec = codec
        self.heartbeat: bytes | None = codec.heartbeat
        self.heartbeat_every_s = codec.heartbeat_every_s
        self.silence_s: float | None = silence_s
        self.fatal_closes: frozenset[int] = frozenset()

    def opened(self) -> list[bytes]:
        """Return the frames that subscribe."""
        return self._codec.opened()

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message from the others."""
        return self._codec.is_data(frame)


class ReferenceFeeds:
    """The sink of all reference connections, and their feeds by connection."""

    def __init__(
        self,
        pipeline: Pipeline,
        recorder: RecordingWriter | None,
        clock_ns: Callable[[], int],
    ) -> None:
        self.lines = ReferenceLines()
        self.feeds: dict[str, Feed] = {}
        self._pipeline = pipeline
        self._recorder = recorder
        self._clock_ns = clock_ns
        self._tasks = SideTasks(self._failed)
        self._rest: dict[str, RestClient] = {}
        self._crossed_since_ns: dict[str, int] = {}
        self._connections = ConnectionLog(stopped_level=logging.DEBUG)  # a dozen end at once

    def add_spot(self, plan: SpotPlan, url: str | None = None) -> Coroutine[Any, Any, None]:
        """Plan a connection to an exchange; return the work that keeps it."""
        line = self._planned(plan)
        assert isinstance(line, SpotLine)
        codec = line.codec
        limits = DEFAULT_LIMITS
        if not codec.protocol_pings:  # this exchange answers our pings by closing
            limits = replace(limits, ping_every_s=inf)
        return self._kept(plan.connection, url or codec.url, SpotSession(codec), limits)

    def add_index(
        self,
        plan: IndexPlan,
        assets: Sequence[Asset],
        url: str,
        headers: Callable[[], Mapping[str, str]],
    ) -> Coroutine[Any, Any, None]:
        """Plan the official index's connection; return the work that keeps it."""
        self._planned(plan)
        session = IndexSession(assets)
        return self._kept(plan.connection, url, session, DEFAULT_LIMITS, headers)

    async def close(self) -> None:
        """Close the connections and end what is under way."""
        await asyncio.gather(*(feed.stop() for feed in self.feeds.values()))
        await self._tasks.close()
        await asyncio.gather(*(client.close() for client in self._rest.values()))

    def hear(self, effect: PricingEffect) -> None:
        """Connect anew where an exchange's own book stays crossed: a change of it was lost."""
        if not isinstance(effect, IndexTicked):
            return
        tick = effect.tick
        crossed = {
            name
            for name, refusal in tick.value.refused.items()
            if refusal.reason is RefusalReason.CROSSED
        }
        for line in self.lines.spot():
            if line.plan.asset is tick.asset:
                self._mind(line, tick.at_ns, is_crossed=line.plan.exchange in crossed)

    def _mind(self, line: SpotLine, at_ns: int, *, is_crossed: bool) -> None:
        name = line.plan.connection
        if not is_crossed:
            self._crossed_since_ns.pop(name, None)
            return
        since_ns = self._crossed_since_ns.setdefault(name, at_ns)
        if at_ns - since_ns >= CROSSED_FOR_NS and name in self.feeds:
            del self._crossed_since_ns[name]
            # Not now: effects are told amid a change, and a closed line would change more.
            reconnect = self.feeds[name].reconnect
            asyncio.get_running_loop().call_soon(reconnect, "its book stays crossed")

    def opened(self, connection: str, at_ns: int) -> None:
        """Learn that a connection stands."""
        if self._recorder is not None:
            self._recorder.append_connection(connection, "opened", at_ns)
        self._connections.opened(connection, f"Connected to {connection}")
        self.lines.by_connection[connection].opened()

    def batch(self, connection: str, frames: list[bytes], at_ns: int) -> None:
        """Take what one read delivered."""
        if self._recorder is not None:
            self._recorder.append_batch(connection, frames, at_ns)
        outcome = self.lines.by_connection[connection].batch(frames, at_ns)
        self._carry_out(connection, outcome)

    def sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        """Record what we said."""
        if self._recorder is not None:
            self._recorder.append_sent(connection, frame, at_ns)

    def closed(self, connection: str, at_ns: int, code: int | None, reason: str) -> None:
        """Learn that a connection ended, or could not be made."""
        if self._recorder is not None:
            self._recorder.append_connection(connection, "closed", at_ns, code, reason)
        why = reason or str(code)
        self._connections.closed(connection, why)
        self._carry_out(connection, self.lines.by_connection[connection].closed(at_ns, why))

    def _planned(self, plan: LinePlan) -> Any:
        if self._recorder is not None:
            arguments = msgspec.to_builtins(plan)
            self._recorder.append_command("line", arguments, self._clock_ns())
        return self.lines.plan(plan)

    def _kept(
        self,
        connection: str,
        url: str,
        session: Session,
        limits: FeedLimits,
        headers: Callable[[], Mapping[str, str]] | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Make a connection's feed, known from here on, and return the work that keeps it."""
        feed = Feed(
            connection,
            url,
            session,
            self,
            limits=limits,
            headers=headers,
            clock_ns=self._clock_ns,
            randomness=random.random,
        )
        self.feeds[connection] = feed
        return _run(feed)

    def _carry_out(self, connection: str, outcome: Outcome) -> None:
        for event in outcome.events:
            self._pipeline.process(event)
        for kind, detail in outcome.notes:
            self._pipeline.note(kind, detail)
        feed = self.feeds.get(connection)
        if feed is None:
            return
        if outcome.reconnect is not None:
            feed.reconnect(outcome.reconnect)
            return
        for frame in outcome.send:
            feed.send(frame)
        if outcome.request is not None:
            self._tasks.start(self._fetch(connection, outcome.request))

    def _failed(self, fault: BaseException) -> None:
        """Name a fault of ours that ended a task, or nobody would ever hear of it."""
        self._pipeline.note("side work failed", f"{type(fault).__name__}: {fault}")

    async def _fetch(self, connection: str, request: SpotRequest) -> None:
        """Fetch a whole book over REST; when it fails the codec asks again."""
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        client = self._client(request.exchange, f"{parts.scheme}://{parts.netloc}")
        try:
            body = await client.get(path)
        except VenueFaultError as fault:
            self._pipeline.note(f"{request.exchange} book over REST failed", str(fault))
            return
        at_ns = self._clock_ns()
        if self._recorder is not None:
            self._recorder.append_rest(request.exchange, "line", connection, 200, body, at_ns)
        line = self.lines.by_connection[connection]
        assert isinstance(line, SpotLine)
        self._carry_out(connection, line.snapshot(body, at_ns))

    def _client(self, exchange: str, root: str) -> RestClient:
        client = self._rest.get(exchange)
        if client is None:
            bucket = TokenBucket(BOOK_REQUESTS_PER_S, 4.0)
            client = self._rest[exchange] = RestClient(
                exchange, root, bucket, monotonic_ns=monotonic_ns, randomness=random.random
            )
        return client


async def _run(feed: Feed) -> None:
    await feed.run()
    if feed.fatal is not None:
        _log.error("%s gives up: %s", feed.connection, feed.fatal)
