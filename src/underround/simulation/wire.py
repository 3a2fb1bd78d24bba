"""Writing frames to WebSocket connections at once and together: the one place where bytes leave.

What the frames say, and which of them may leave, is decided elsewhere.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from underround.simulation.memory_wire import MemoryConnection

Wired = ServerConnection | MemoryConnection
"""A connection of either make: a socket of this machine, or memory with a time of its own."""

_CLOSING_S: Final = 1.0
"""How long a reader may take to fetch what was written before a close frame."""


def write(connection: Wired, texts: Iterable[str | bytes]) -> None:
    """Send text frames in one socket write; do nothing on a connection that is not open.

    Synchronous, so that an action is published before anything else can happen, and without
    backpressure: what a slow reader leaves piles up here.
    """
    protocol = connection.protocol
    if protocol.state is not State.OPEN:
        return
    for text in texts:
        protocol.send_text(text.encode() if isinstance(text, str) else text)
    joined = b"".join(protocol.data_to_send())
    if joined:
        connection.transport.write(joined)


def write_parts(
    connection: Wired,
    texts: Sequence[str | bytes],
    parts: Iterable[int],
    pause_s: float,
) -> None:
    """Send text frames in several socket writes, `parts` frames in each, with a pause between.

    The pause blocks on purpose: a timer of the event loop could come after the few milliseconds
    that a reader may wait for the rest of a group.
    """
    start = 0
    for count in parts:
        if start and pause_s:
            _pause(connection, pause_s)
        write(connection, texts[start : start + count])
        start += count


def _pause(connection: Wired, pause_s: float) -> None:
    if isinstance(connection, MemoryConnection):
        connection.hold(pause_s)
    else:
        time.sleep(pause_s)


def unread_bytes(connection: Wired) -> int:
    """Return how much the operating system has not yet taken for a connection."""
    return connection.transport.get_write_buffer_size()


def cut(connection: Wired) -> None:
    """Break a connection off without a close frame, as a lost route does."""
    connection.transport.abort()


def close(connection: Wired, code: int, reason: str) -> None:
    """Send a close frame and let the connection go, whether or not the reader answers."""
    protocol = connection.protocol
    if protocol.state is not State.OPEN:
        return
    protocol.send_close(code, reason)
    joined = b"".join(protocol.data_to_send())
    if joined:
        connection.transport.write(joined)
    connection.transport.close()
    asyncio.get_running_loop().call_later(_CLOSING_S, connection.transport.abort)
