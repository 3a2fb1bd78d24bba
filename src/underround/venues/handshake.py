"""Opens one WebSocket: TLS always verified, no redirect, no proxy, bounded time, typed refusals.

It knows nothing of what is said on the connection. The transport's own log lines are silenced:
everything it would say reaches the caller as an error or a close reason.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from socket import gaierror
from typing import Final, Protocol

from picows import WSHandshakeError, WSInvalidStatusError, WSListener, WSTransport, ws_connect

from underround.venues.errors import (
    RETRYABLE_STATUS,
    RefusedError,
    UnreachableError,
    UnreadableError,
    VenueFaultError,
    date_ms,
    retry_after_s,
)


class Opener(Protocol):
    """Whatever opens a WebSocket as `open_socket` does: the network, or a rehearsal's memory."""

    async def __call__(
        self,
        socket: WSListener,
        connection: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        connect_s: float,
        max_frame_bytes: int,
        read_buffer_bytes: int,
        tls: ssl.SSLContext | None,
    ) -> WSTransport:
        """Connect `socket` to `url` and return its transport; raise VenueFaultError."""
        ...


_SILENT: Final = logging.getLogger("underround.picows")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL + 1)


async def open_socket(
    socket: WSListener,
    connection: str,
    url: str,
    *,
    headers: Mapping[str, str] | None,
    connect_s: float,
    max_frame_bytes: int,
    read_buffer_bytes: int,
    tls: ssl.SSLContext | None,
) -> WSTransport:
    """Connect `socket` to `url` and return its transport once the venue has upgraded.

    Raises UnreachableError, RefusedError or UnreadableError; never follows a redirect.
    """
    try:
        async with asyncio.timeout(connect_s):
            transport, response = await ws_connect(
                lambda: socket,
                url,
                ssl_context=tls,
                websocket_handshake_timeout=connect_s,
                logger_name=_SILENT,
                # Both off so that every frame reaches the socket: the end of a socket read is
                # told by a frame's flag, which an answered ping would swallow.
                enable_auto_ping=False,
                enable_auto_pong=False,
                max_frame_size=max_frame_bytes,
                extra_headers=headers,
                max_redirects=0,
                read_buffer_init_size=read_buffer_bytes,
            )
    except (OSError, TimeoutError, WSHandshakeError) as error:
        raise explain(connection, error, connect_s) from error
    if response is None:  # how the transport says that the peer hung up before it answered
        problem = "connection lost before the handshake was answered"
        raise UnreachableError(connection, problem, retryable=True)
    return transport


def explain(connection: str, error: Exception, connect_s: float) -> VenueFaultError:
    """Translate what went wrong while connecting into one typed, one-line error."""
    if isinstance(error, WSInvalidStatusError) and error.response is not None:
        return _refused(connection, error)
    if isinstance(error, WSHandshakeError):
        return UnreadableError(connection, f"handshake cannot be read: {error}", retryable=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        problem = f"TLS certificate refused: {error.verify_message}"
    elif isinstance(error, ssl.SSLError):
        problem = f"TLS failed: {error.reason or error}"
    elif isinstance(error, gaierror):
        problem = f"host has no address: {error.strerror}"
    elif isinstance(error, TimeoutError):
        problem = f"no handshake within {connect_s:g} s"
    else:
        problem = f"cannot connect: {error}"
    return UnreachableError(connection, problem, retryable=True)


def _refused(connection: str, error: WSInvalidStatusError) -> RefusedError:
    assert error.response is not None
    status = int(error.response.status)
    body = (error.raw_body or b"")[:160].decode("utf-8", "replace").strip()
    hint = " (not followed)" if 300 <= status < 400 else ""
    return RefusedError(
        connection,
        f"handshake refused with HTTP {status}{hint}" + (f": {body}" if body else ""),
        retryable=status in RETRYABLE_STATUS,
        status=status,
        retry_after_s=retry_after_s(error.response.headers.get("Retry-After")),
        venue_ms=date_ms(error.response.headers.get("Date")),
    )
