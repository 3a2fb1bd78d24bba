"""Warm HTTP connections to one host, for orders: a request is written once and never again.

What fails before a byte was written is unsent; what fails afterwards may have been taken, and only
a query can tell. Allow-listed hosts, TLS verified, no redirects, bounded time and size.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import h11
from msgspec import Struct

from underround.venues.errors import VenueFaultError, retry_after_s
from underround.venues.hosts import check_url

MOST_IDLE: Final = 8
_BODY_LIMIT_BYTES: Final = 8 << 20
_READ_BYTES: Final = 64 << 10


class UnsentError(VenueFaultError):
    """Nothing left this machine: the venue cannot know of it."""


class UnansweredError(VenueFaultError):
    """It was written, at least in part, and no answer came: the venue may have acted on it."""


class Answer(Struct, frozen=True):
    """What a venue answered."""

    status: int
    body: bytes
    retry_after_s: float | None = None


class _Connection:
    """One socket with its protocol state."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.http = h11.Connection(h11.CLIENT)

    @property
    def is_usable(self) -> bool:
        return not self.reader.at_eof() and not self.writer.is_closing()

    def close(self) -> None:
        self.writer.close()


class OrderLine:
    """Connections to one root, for instance https://clob.polymarket.com, opened when needed.

    `warm` opens some ahead of time, so that the first order does not wait for a handshake.
    """

    def __init__(
        self,
        venue: str,
        root: str,
        *,
        timeout_s: float = 5.0,
        connect_s: float = 5.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.host = check_url(root, ("http", "https"))
        parts = urlsplit(root)
        if tls is not None and (tls.verify_mode != ssl.CERT_REQUIRED or not tls.check_hostname):
            raise ValueError(f"{venue}: TLS without verification is not offered")
        self.venue = venue
        self.prefix = parts.path.rstrip("/")
        is_encrypted = parts.scheme == "https"
        self._tls = (tls or ssl.create_default_context()) if is_encrypted else None
        self._port = parts.port or (443 if is_encrypted else 80)
        self._authority = parts.netloc
        self._timeout_s = timeout_s
        self._connect_s = connect_s
        self._idle: list[_Connection] = []

    async def warm(self, count: int = 2) -> None:
        """Open connections until so many stand ready; UnsentError when the venue is not there.

        Venues close connections that idle: to be repeated every few seconds.
        """
        for connection in [each for each in self._idle if not each.is_usable]:
            self._idle.remove(connection)
            connection.close()
        while len(self._idle) < count:
            self._idle.append(await self._open())

    async def close(self) -> None:
        """Close what stands idle."""
        while self._idle:
            self._idle.pop().close()

    async def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Write one request and return its answer, whatever its status.

        `target` counts from the host's root, query included. Raises UnsentError or
        UnansweredError; being cancelled while it waits leaves the request unanswered.
        """
        connection = await self._take()
        what = f"{method} {target.partition('?')[0]}"
        is_done = False
        try:
            async with asyncio.timeout(self._timeout_s):
                answer, is_done = await self._exchange(connection, method, target, headers, body)
                return answer
        except TimeoutError:
            problem = f"{what} was not answered within {self._timeout_s:g} s"
            raise UnansweredError(self.venue, problem, retryable=False) from None
        except (OSError, EOFError, h11.RemoteProtocolError) as error:
            problem = f"{what} was not answered: {error or type(error).__name__}"
            raise UnansweredError(self.venue, problem, retryable=False) from None
        finally:
            if is_done and len(self._idle) < MOST_IDLE:
                self._idle.append(connection)
            else:
                connection.close()

    async def _take(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable:
                return connection
            connection.close()
        return await self._open()

    async def _open(self) -> _Connection:
        try:
            async with asyncio.timeout(self._connect_s):
                reader, writer = await asyncio.open_connection(
                    self.host, self._port, ssl=self._tls, limit=_BODY_LIMIT_BYTES
                )
        except (OSError, TimeoutError) as error:
            problem = f"no connection to {self.host}: {error or 'it took too long'}"
            raise UnsentError(self.venue, problem, retryable=True) from None
        return _Connection(reader, writer)

    async def _exchange(
        self,
        connection: _Connection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> tuple[Answer, bool]:
        http = connection.http
        named = {"Host": self._authority, "Accept": "application/json", "User-Agent": "underround"}
        if body:
            named["Content-Type"] = "application/json"
        if body or method in ("POST", "PUT"):
            named["Content-Length"] = str(len(body))
        lines = [(name, value) for name, value in (named | dict(headers)).items()]
        raw = http.send(h11.Request(method=method, target=target, headers=lines)) or b""
        if body:
            raw += http.send(h11.Data(data=body)) or b""
        raw += http.send(h11.EndOfMessage()) or b""
        connection.writer.write(raw)
        response: h11.Response | None = None
        chunks: list[bytes] = []
        size_bytes = 0
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                read = await connection.reader.read(_READ_BYTES)
                if not read and response is None:
                    raise EOFError("the connection was closed")
                http.receive_data(read)
            elif isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                chunks.append(bytes(event.data))
                size_bytes += len(event.data)
                if size_bytes > _BODY_LIMIT_BYTES:
                    raise OSError(f"the answer has more than {_BODY_LIMIT_BYTES} bytes")
            elif isinstance(event, h11.EndOfMessage):
                break
            elif isinstance(event, h11.ConnectionClosed):
                raise EOFError("the connection was closed")
        assert response is not None
        is_reusable = http.our_state is h11.DONE and http.their_state is h11.DONE
        if is_reusable:
            http.start_next_cycle()
        told = {bytes(name).lower(): bytes(value).decode() for name, value in response.headers}
        retry = retry_after_s(told.get(b"retry-after"))
        return Answer(response.status_code, b"".join(chunks), retry), is_reusable
