"""The only WebSocket loop: one connection kept alive until stopped.

Connect, open, receive, watch, reconnect. A feed knows no venue: a Session says what to send, a
Sink takes what arrives, one call per socket read, synchronously. It reads no clock and draws no
random number itself, logs nothing, and never decodes a frame.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping

from picows import WSProtocolError

from underround.venues.backoff import Backoff
from underround.venues.errors import FATAL_AFTER, RefusedError, VenueFaultError, printable
from underround.venues.handshake import Opener, open_socket
from underround.venues.hosts import check_url
from underround.venues.ports import (
    DEFAULT_LIMITS,
    STOPPED,
    FeedCounters,
    FeedLimits,
    Session,
    Sink,
)
from underround.venues.watchdog import Patience, Watchdog
from underround.venues.websocket import WebSocket

__all__ = ["Feed", "FeedCounters", "FeedLimits", "Session", "Sink"]


class Feed:
    """One connection to a venue, kept alive until `stop`; see the Protocols for its two ends.

    `closed` reaches the sink for every connection that ends and every attempt that fails (`code`
    is then the HTTP status, or None). After a refusal that no retry can mend, or a close with one
    of the session's fatal codes, `fatal` holds it and `run` returns. `is_mended` is asked after
    every failed attempt whether its cause was removed (a clock set right): it then does not count.
    """

    def __init__(
        self,
        connection: str,
        url: str,
        session: Session,
        sink: Sink,
        *,
        limits: FeedLimits = DEFAULT_LIMITS,
        headers: Callable[[], Mapping[str, str]] | None = None,
        is_mended: Callable[[VenueFaultError], bool] | None = None,
        clock_ns: Callable[[], int],
        randomness: Callable[[], float],
        tls: ssl.SSLContext | None = None,
        opener: Opener = open_socket,
    ) -> None:
        check_url(url, ("ws", "wss"))
        if tls is not None and (tls.verify_mode != ssl.CERT_REQUIRED or not tls.check_hostname):
            raise ValueError(f"{connection}: TLS without verification is not offered")
        self.connection = connection
        self.url = url
        self.counters = FeedCounters()
        self.fatal: VenueFaultError | None = None
        self.last_error: VenueFaultError | None = None
        self._session = session
        self._sink = sink
        self._limits = limits
        self._headers = headers
        self._is_mended = is_mended
        self._clock_ns = clock_ns
        self._tls = tls
        self._opener = opener
        self._backoff = Backoff(limits.backoff_base_s, limits.backoff_cap_s, randomness)
        self._socket: WebSocket | None = None
        self._expecting = False
        self._refusals = (0, 0)  # status, how many in a row
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open now."""
        return self._socket is not None and self._socket.is_live

    @property
    def is_given_up(self) -> bool:
        """Whether it was told to end."""
        return self._stopping

    async def run(self) -> None:
        """Keep the connection until cancelled, stopped or refused for good.

        Raises what the sink or the session raised: that is a fault of ours, not of the venue.
        """
        assert self._task is None, f"{self.connection} runs already"
        self._task = asyncio.current_task()
        assert self._task is not None
        try:
            while not self._stopping:
                delay_s = await self._connect_once()
                if self.fatal is not None:
                    return
                await asyncio.sleep(delay_s)
        except asyncio.CancelledError:
            if not self._stopping or self._task.uncancel() > 0:
                raise
        finally:
            self._task = None
            self._drop(None, STOPPED)

    def send(self, frame: bytes) -> None:
        """Send a text frame now; when not connected only count it, `opened` will say it all."""
        socket = self._socket
        if socket is None or not socket.is_live:
            self.counters.unsent += 1
            return
        self._expecting = True
        self.counters.sent += 1
        waiting_bytes = socket.send(frame)
        self._sink.sent(self.connection, frame, self._clock_ns())
        if waiting_bytes > self._limits.max_unsent_bytes:
            self.counters.errors += 1
            socket.drop(None, f"peer does not read: {waiting_bytes} bytes wait")

    def reconnect(self, reason: str) -> None:
        """Cut the connection without a closing handshake and open a new one; idle: no effect."""
        self._drop(None, reason)

    async def stop(self) -> None:
        """End the connection and `run`; return when it has ended."""
        self._stopping = True
        task = self._task
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.wait({task})

    def socket_opened(self, socket: WebSocket) -> None:
        """Tell the sink, then say what the session wants said."""
        self._socket = socket
        self.counters.connects += 1
        self._refusals = (0, 0)
        self._expecting = False
        self._sink.opened(self.connection, self._clock_ns())
        for frame in self._session.opened():
            self.send(frame)

    def socket_batch(self, socket: WebSocket, frames: list[bytes]) -> None:
        """Hand one socket read's messages to the sink."""
        at_ns = self._clock_ns()
        counters = self.counters
        counters.batches += 1
        counters.frames += len(frames)
        counters.bytes += sum(map(len, frames))
        is_data = self._session.is_data
        if is_data(frames[0]) or any(map(is_data, frames)):
            socket.data_batches += 1
            counters.last_data_at_ns = at_ns
        self._sink.batch(self.connection, frames, at_ns)

    def socket_ended(self, socket: WebSocket, code: int | None, reason: str) -> None:
        """Tell the sink as soon as the connection is no longer to be trusted."""
        counters = self.counters
        counters.disconnects += 1
        counters.invalid_texts += socket.invalid_texts
        counters.fragments += socket.fragments
        counters.errors += socket.faults
        self._socket = None
        if code in self._session.fatal_closes:
            problem = f"closed with code {code}: {reason or 'no reason given'}"
            self.fatal = self.last_error = RefusedError(
                self.connection, problem, retryable=False, status=code
            )
        self._sink.closed(self.connection, self._clock_ns(), code, printable(reason))

    def _drop(self, code: int | None, reason: str) -> None:
        if self._socket is not None:
            self._socket.drop(code, reason)

    async def _connect_once(self) -> float:
        """Live through one connection; return the seconds to wait before the next."""
        limits = self._limits
        self.counters.attempts += 1
        socket = WebSocket(self, limits.max_message_bytes, limits.close_grace_s)
        try:
            transport = await self._opener(
                socket,
                self.connection,
                self.url,
                headers=self._headers() if self._headers is not None else None,
                connect_s=limits.connect_s,
                max_frame_bytes=limits.max_message_bytes,
                read_buffer_bytes=limits.read_buffer_bytes,
                tls=self._tls,
            )
            gone = asyncio.ensure_future(transport.wait_disconnected())
            await self._attend(socket, gone)
        except WSProtocolError:
            self.counters.errors += 1  # already told by socket_ended, with its code and reason
        except VenueFaultError as error:
            return self._take_failure(error)
        finally:
            socket.drop(None, STOPPED)
        return self._backoff.next_s()

    async def _attend(self, socket: WebSocket, gone: "asyncio.Future[None]") -> None:
        """Tick the watchdog and the heartbeat until the connection is gone."""
        limits, session = self._limits, self._session
        watchdog = Watchdog(
            Patience(
                tick_s=limits.tick_s,
                ping_every_s=limits.ping_every_s,
                pong_within_s=limits.pong_within_s,
                silence_s=session.silence_s,
                first_data_s=limits.first_data_s,
            )
        )
        ticks_of_heartbeat = max(1, round(session.heartbeat_every_s / limits.tick_s))
        ticks = 0
        try:
            while True:
                await asyncio.wait({gone}, timeout=limits.tick_s)
                if gone.done():
                    return gone.result()
                if not socket.is_live:
                    continue
                ticks += 1
                verdict = watchdog.tick(
                    socket.frames, socket.data_batches, expecting=self._expecting
                )
                if verdict is not None:
                    name = verdict.name.lower()
                    setattr(self.counters, name, getattr(self.counters, name) + 1)
                    socket.drop(None, verdict.value)
                    continue
                if watchdog.ping_due():
                    socket.ping()
                if session.heartbeat is not None and ticks % ticks_of_heartbeat == 0:
                    self._beat(socket, session.heartbeat)
                if watchdog.data_ticks * limits.tick_s >= limits.stable_s:
                    self._backoff.reset()
        finally:
            gone.cancel()

    def _beat(self, socket: WebSocket, heartbeat: bytes) -> None:
        """Send the venue's own heartbeat, which asks for no data."""
        expecting = self._expecting
        self.send(heartbeat)
        self._expecting = expecting

    def _take_failure(self, error: VenueFaultError) -> float:
        """Report a failed attempt; decide whether it is the last, else how long to wait."""
        self.last_error = error
        self.counters.refused += isinstance(error, RefusedError)
        self.counters.errors += 1
        status = error.status or 0
        if self._is_mended is not None and self._is_mended(error):
            self._refusals = (0, 0)
        else:
            count = self._refusals[1] + 1 if self._refusals[0] == status else 1
            self._refusals = (status, count)
            if status in FATAL_AFTER and count >= FATAL_AFTER[status]:
                self.fatal = error
        self._sink.closed(self.connection, self._clock_ns(), error.status, str(error))
        return max(self._backoff.next_s(), error.retry_after_s or 0.0)
