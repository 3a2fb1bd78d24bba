"""Writing frames to WebSocket connections at once and together: the one place where bytes leave.

Faults that lie in the wire (lost, late, cut or corrupt frames) belong here; what the frames say
does not.
"""

import time
from collections.abc import Iterable, Sequence

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State


def write(connection: ServerConnection, texts: Iterable[str | bytes]) -> None:
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
    connection: ServerConnection, texts: Sequence[str], parts: Iterable[int], pause_s: float
) -> None:
    """Send text frames in several socket writes, `parts` frames in each, with a pause between.

    The pause blocks on purpose: a timer of the event loop could come after the few milliseconds
    that a reader may wait for the rest of a group.
    """
    start = 0
    for count in parts:
        if start and pause_s:
            time.sleep(pause_s)
        write(connection, texts[start : start + count])
        start += count
