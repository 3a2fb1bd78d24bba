"""A WebSocket connection without a network: it keeps what would have left."""

from typing import Any

from websockets.frames import Frame
from websockets.protocol import SERVER, Protocol, State
from websockets.streams import StreamReader


class Transport:
    """Takes bytes and gives them back; `unread` is what it claims that nobody fetched."""

    def __init__(self) -> None:
        self.written = b""
        self.writes = 0
        self.unread = 0
        self.is_closed = False
        self.is_paused = False

    def write(self, chunk: bytes) -> None:
        self.written += chunk
        self.writes += 1

    def get_write_buffer_size(self) -> int:
        return self.unread

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def pause_reading(self) -> None:
        self.is_paused = True


class Line:
    """A server's end of a connection (`connection`), and what it sent."""

    def __init__(self) -> None:
        self.protocol = Protocol(SERVER, state=State.OPEN)
        self.transport = Transport()

    @property
    def connection(self) -> Any:
        return self

    def take(self) -> list[str]:
        """Return the texts written since the last call."""
        return [
            frame.data.decode("utf-8", "replace") for frame in self.frames() if frame.opcode == 1
        ]

    def frames(self) -> list[Any]:
        """Return all frames written since the last call."""

        reader = StreamReader()
        reader.feed_data(self.transport.written)
        reader.feed_eof()
        self.transport.written = b""
        found = []
        while reader.buffer:
            parsing = Frame.parse(reader.read_exact, mask=False)
            try:
                next(parsing)
            except StopIteration as done:
                found.append(done.value)
        return found
