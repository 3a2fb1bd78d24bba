"""A connection without a socket: frames travel through memory, in order, each write after a delay.

The server's end looks to the venues like a WebSocket of this machine; the other end is whoever
`Reader` is. Time is the event loop's, so that a rehearsal may let it pass as fast as it likes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, Protocol

from websockets.protocol import State

TEXT: Final = 1
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10
_HEAD_BYTES: Final = 5

Frame = tuple[int, bytes]
"""A frame's kind (its WebSocket opcode) and what it carries."""


class Reader(Protocol):
    """The other end of a connection."""

    def arrived(self, frames: list[Frame]) -> None:
        """Take what one write delivered."""
        ...

    def lost(self) -> None:
        """Learn that the connection was cut without a word."""
        ...


class MemoryConnection:
    """The server's end; `delay_s` draws how long a write is under way, either way."""

    def __init__(self, delay_s: Callable[[], float], request: Any = None) -> None:
        self.reader: Reader | None = None
        self.request = request
        self.protocol = _Protocol()
        self.transport = _Transport(self)
        self._delay_s = delay_s
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[str | None] = asyncio.Queue()
        # Timers of one moment come in no order: each takes the oldest that is under way.
        self._to_reader: deque[bytes | None] = deque()
        self._from_reader: deque[Frame] = deque()
        self._arrives_at = self._hears_at = 0.0
        self._held_s = 0.0
        self._unread: list[Frame] | None = None

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            text = await self._heard.get()
            if text is None:
                return
            yield text

    def hold(self, pause_s: float) -> None:
        """Let what is written from now on, in this moment, leave so much later."""
        self._held_s += pause_s

    def deliver(self, written: bytes) -> None:
        """Send what was written on its way, after everything before it."""
        arrives_at = self._loop.time() + self._held_s + self._delay_s()
        self._held_s = 0.0
        self._arrives_at = max(arrives_at, self._arrives_at)
        self._to_reader.append(written)
        self._loop.call_at(self._arrives_at, self._arrive)

    def hear(self, kind: int, payload: bytes) -> None:
        """Take a frame of the reader's; it arrives after everything before it."""
        self._hears_at = max(self._loop.time() + self._delay_s(), self._hears_at)
        self._from_reader.append((kind, payload))
        self._loop.call_at(self._hears_at, self._hear)

    def stop_hearing(self) -> None:
        """Leave what the reader says unread from now on."""
        if self._unread is None:
            self._unread = []

    def hear_again(self) -> None:
        """Read what was left unread, then whatever comes."""
        unread, self._unread = self._unread or [], None
        for kind, payload in unread:
            self._take(kind, payload)

    def hang_up(self) -> None:
        """End the connection from the reader's side."""
        self.reader = None
        self.protocol.state = State.CLOSED
        self._heard.put_nowait(None)

    def end(self) -> None:
        """End the connection from the server's side: after what was written, not before."""
        self.protocol.state = State.CLOSED
        self._heard.put_nowait(None)
        self._to_reader.append(None)
        self._loop.call_at(max(self._arrives_at, self._loop.time()), self._arrive)

    def _arrive(self) -> None:
        written = self._to_reader.popleft()
        if written is None:
            self._lose()
        elif self.reader is not None:
            self.reader.arrived(unpacked(written))

    def _lose(self) -> None:
        reader, self.reader = self.reader, None
        if reader is not None:
            reader.lost()

    def _hear(self) -> None:
        self._take(*self._from_reader.popleft())

    def _take(self, kind: int, payload: bytes) -> None:
        if self.protocol.state is not State.OPEN:
            return
        if self._unread is not None:
            self._unread.append((kind, payload))
        elif kind == TEXT:
            self._heard.put_nowait(payload.decode())
        elif kind == PING:
            self.deliver(packed(PONG, payload))
        elif kind == CLOSE:
            self.hang_up()


class _Protocol:
    """What a venue asks of a connection's protocol: its state, and frames to be written."""

    def __init__(self) -> None:
        self.state = State.OPEN
        self._frames: list[bytes] = []

    def send_text(self, payload: bytes) -> None:
        self._frames.append(packed(TEXT, payload))

    def send_ping(self, payload: bytes) -> None:
        self._frames.append(packed(PING, payload))

    def send_close(self, code: int, reason: str = "") -> None:
        self._frames.append(packed(CLOSE, code.to_bytes(2, "big") + reason.encode()))
        self.state = State.CLOSING

    def data_to_send(self) -> list[bytes]:
        frames, self._frames = self._frames, []
        return frames


class _Transport:
    """What a venue asks of a connection's transport; nothing ever waits in it."""

    def __init__(self, connection: MemoryConnection) -> None:
        self._connection = connection

    def write(self, written: bytes) -> None:
        self._connection.deliver(written)

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self._connection.stop_hearing()

    def resume_reading(self) -> None:
        self._connection.hear_again()

    def close(self) -> None:
        self._connection.end()

    def abort(self) -> None:
        if self._connection.protocol.state is not State.CLOSED:
            self._connection.end()


def packed(kind: int, payload: bytes) -> bytes:
    """Write a frame: its length, its kind, what it carries."""
    return len(payload).to_bytes(_HEAD_BYTES - 1, "big") + bytes((kind,)) + payload


def unpacked(written: bytes) -> list[Frame]:
    """Read the frames of one write."""
    frames: list[Frame] = []
    start = 0
    while start < len(written):
        body = start + _HEAD_BYTES
        end = body + int.from_bytes(written[start : body - 1], "big")
        frames.append((written[body - 1], written[body:end]))
        start = end
    return frames
