"""An order is written once, and what became of it is told apart: unsent, unanswered, answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from underround.venues.order_line import OrderLine, UnansweredError, UnsentError

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Peer:
    """A server that reads requests whole and answers as it is told."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.tasks: list[asyncio.Task] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.tasks.append(asyncio.current_task())
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = 0
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)


@contextlib.asynccontextmanager
async def line(peer: Peer, timeout_s: float = 5.0) -> AsyncIterator[OrderLine]:
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made = OrderLine("kalshi", f"http://127.0.0.1:{port}/trade-api/v2", timeout_s=timeout_s)
    try:
        yield made
    finally:
        await made.close()
        server.close()
        for task in peer.tasks:
            task.cancel()
        await asyncio.gather(*peer.tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close in the loop's next turn


def ok(body: bytes, status: bytes = b"201 Created", more: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), more, body)


async def test_one_connection_serves_many_orders() -> None:
    peer = Peer(ok(b"one"), ok(b"two", b"429 Too Many", b"Retry-After: 3\r\n"))
    async with line(peer) as orders:
        await orders.warm(1)
        first = await orders.send("POST", "/trade-api/v2/x?a=1", {"X-Key": "k"}, b'{"a":1}')
        second = await orders.send("DELETE", "/y", {})
    assert (first.status, first.body) == (201, b"one")
    assert (second.status, second.body, second.retry_after_s) == (429, b"two", 3.0)
    assert peer.connections == 1
    assert peer.requests[0].startswith(b"POST /trade-api/v2/x?a=1 HTTP/1.1\r\n")
    assert peer.requests[0].endswith(b'\r\n\r\n{"a":1}')
    assert b"\r\nx-key: k\r\n" in peer.requests[0].lower()


async def test_what_idled_away_is_replaced_when_warmed_again() -> None:
    peer = Peer(ok(b"one"), ok(b"two"))
    async with line(peer) as orders:
        await orders.warm(2)
        for task in peer.tasks:
            task.cancel()
        await asyncio.sleep(0.05)
        await orders.warm(2)
        await asyncio.sleep(0.02)
        assert peer.connections == 4
        assert (await orders.send("POST", "/x", {}, b"{}")).body == b"one"


async def test_nobody_there_means_unsent() -> None:
    peer = Peer()
    async with line(peer) as orders:
        gone = orders
    with pytest.raises(UnsentError, match="no connection"):
        await gone.send("POST", "/x", {}, b"{}")
    assert peer.requests == []


@pytest.mark.parametrize(
    "answer",
    [None, b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nabc", b"no http\r\n\r\n"],
)
async def test_a_connection_that_ends_after_writing_means_unanswered(answer) -> None:
    peer = Peer(answer, None)
    async with line(peer, 0.5) as orders:
        with pytest.raises(UnansweredError, match="POST /x was not answered"):
            await orders.send("POST", "/x", {}, b"{}")
    assert len(peer.requests) == 1


async def test_silence_means_unanswered_and_the_connection_is_not_used_again() -> None:
    peer = Peer(b"", ok(b"two"))
    async with line(peer, 0.2) as orders:
        with pytest.raises(UnansweredError, match=r"within 0\.2 s"):
            await orders.send("POST", "/x", {}, b"{}")
        assert (await orders.send("POST", "/y", {}, b"{}")).body == b"two"
    assert peer.connections == 2
    assert len(peer.requests) == 2


async def test_a_connection_closed_while_idle_is_not_written_to() -> None:
    peer = Peer(ok(b"one", more=b"Connection: close\r\n"), ok(b"two"))
    async with line(peer) as orders:
        await orders.send("POST", "/x", {}, b"{}")
        assert (await orders.send("POST", "/y", {}, b"{}")).body == b"two"
    assert len(peer.requests) == 2


async def test_being_cancelled_drops_the_connection() -> None:
    peer = Peer(b"", ok(b"late"))
    async with line(peer) as orders:
        task = asyncio.create_task(orders.send("POST", "/x", {}, b"{}"))
        while not peer.requests:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await orders.send("POST", "/y", {}, b"{}")).body == b"late"
    assert peer.connections == 2


def test_only_venues_and_only_encrypted() -> None:
    with pytest.raises(ValueError, match="not a venue"):
        OrderLine("kalshi", "https://example.com")
    with pytest.raises(ValueError, match="not encrypted"):
        OrderLine("kalshi", "http://clob.polymarket.com")
