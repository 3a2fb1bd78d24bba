"""The feed loop against real sockets on loopback: receiving, watching, ending, coming back."""

import asyncio
from dataclasses import replace

import pytest
from websockets.asyncio.server import ServerConnection

from tests.venues.loopback import (
    QUICK,
    Ears,
    Words,
    a_feed,
    raw_server,
    read_client_frame,
    running,
    websockets_server,
)


async def test_it_subscribes_receives_and_says_so_in_order():
    async def serve_one(connection: ServerConnection) -> None:
        assert await connection.recv() == "subscribe"
        await connection.send("one")
        await connection.wait_closed()

    ears = Ears()
    async with websockets_server(serve_one) as url, running(a_feed(url, ears)):
        await ears.hears("batch")
    assert ears.log == [
        ("opened", "test-1"),
        ("sent", b"subscribe"),
        ("batch", [b"one"]),
        ("closed", (None, "stopped")),
    ]


async def test_a_feed_says_that_it_was_given_up():
    feed = a_feed("ws://127.0.0.1:1", Ears())
    assert not feed.is_given_up
    await feed.stop()
    assert feed.is_given_up


async def test_headers_are_asked_for_at_every_attempt_and_sent():
    seen = []

    async def serve_one(connection: ServerConnection) -> None:
        seen.append(connection.request.headers["X-Key"])
        await connection.close()

    stamps = iter(range(10**6))
    ears = Ears()
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears, headers=lambda: {"X-Key": str(next(stamps))})
        async with running(feed):
            await ears.hears("closed", 3)
    assert seen[:3] == ["0", "1", "2"]


async def test_what_it_sends_is_masked_and_reported():
    got = []

    async def script(reader, writer) -> None:
        while True:
            got.append(await read_client_frame(reader))

    ears = Ears()
    async with raw_server(script) as url:
        feed = a_feed(url, ears, limits=replace(QUICK, ping_every_s=1e6))
        async with running(feed):
            await ears.hears("opened")
            feed.send(b"more")
            await ears.until(lambda: len(got) >= 2)
    assert got[:2] == [(1, True, b"subscribe"), (1, True, b"more")]
    assert ears.all("sent") == [b"subscribe", b"more"]
    assert feed.counters.sent == 2


async def test_a_message_for_a_closed_connection_is_only_counted():
    feed = a_feed("ws://127.0.0.1:1/", Ears())
    feed.send(b"more")
    feed.reconnect("nothing to cut")
    assert (feed.counters.unsent, feed.counters.sent, feed.is_connected) == (1, 0, False)


async def test_a_close_by_the_venue_gives_its_code_and_reason_and_a_new_connection():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.close(1013, "slow consumer: send buffer full")

    ears = Ears()
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears)
        async with running(feed):
            await ears.hears("opened", 3)
    assert ears.all("closed")[0] == (1013, "slow consumer: send buffer full")
    assert feed.counters.connects >= 3


async def test_a_private_close_code_is_passed_on():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.close(4001, "auth")

    ears = Ears()
    async with websockets_server(serve_one) as url, running(a_feed(url, ears)):
        assert (await ears.hears("closed"))[0] == (4001, "auth")


async def test_a_connection_that_ends_without_a_close_frame_has_no_code():
    async def script(reader, writer) -> None:
        return

    ears = Ears()
    async with raw_server(script) as url, running(a_feed(url, ears)):
        assert (await ears.hears("closed"))[0] == (None, "connection lost")


async def test_reconnect_cuts_at_once_and_connects_again():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.wait_closed()

    ears = Ears()
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears)
        async with running(feed):
            await ears.hears("opened")
            feed.reconnect("planned")
            assert ears.log[-1] == ("closed", (None, "planned"))
            assert not feed.is_connected
            await ears.hears("opened", 2)


async def test_reconnect_from_within_a_batch_ends_the_batch_there():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.send("bad")
        await connection.wait_closed()

    ears = Ears()
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears)
        ears.on_batch = lambda frames: feed.reconnect("gap")
        async with running(feed):
            await ears.hears("opened", 2)
    assert [e for e in ears.log if e[0] != "sent"][:4] == [
        ("opened", "test-1"),
        ("batch", [b"bad"]),
        ("closed", (None, "gap")),
        ("opened", "test-1"),
    ]


async def test_a_peer_that_stops_answering_is_half_open():
    async def script(reader, writer) -> None:
        await asyncio.Event().wait()  # reads nothing, answers no ping

    ears = Ears()
    async with raw_server(script) as url:
        feed = a_feed(url, ears)
        async with running(feed):
            assert (await ears.hears("closed"))[0] == (None, "half open")
    assert feed.counters.half_open >= 1


async def test_pongs_and_heartbeat_answers_do_not_hide_silence():
    async def serve_one(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send("PONG" if message == "PING" else "book")

    ears = Ears()
    session = Words(heartbeat=b"PING", silence_s=0.2)
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears, session)
        async with running(feed):
            assert (await ears.hears("closed"))[0] == (None, "silent")
    assert b"PONG" in ears.frames()
    assert feed.counters.silent >= 1


async def test_a_subscription_that_brings_nothing_is_dropped():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.wait_closed()

    ears = Ears()
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears, limits=replace(QUICK, first_data_s=0.1))
        async with running(feed):
            assert (await ears.hears("closed"))[0] == (None, "no first data")


async def test_without_a_subscription_silence_is_expected():
    async def serve_one(connection: ServerConnection) -> None:
        async for _ in connection:
            await connection.send("PONG")

    ears = Ears()
    session = Words(hello=[], heartbeat=b"PING", silence_s=0.01)
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears, session, limits=replace(QUICK, first_data_s=0.01))
        async with running(feed):
            await ears.until(lambda: ears.frames().count(b"PONG") >= 5)
            assert ears.all("closed") == []


async def test_a_fault_of_the_sink_comes_out_of_run():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.send("one")
        await connection.wait_closed()

    def fail(frames: list[bytes]) -> None:
        raise LookupError("a bug of ours")

    ears = Ears()
    ears.on_batch = fail
    async with websockets_server(serve_one) as url:
        with pytest.raises(LookupError, match="a bug of ours"):
            async with asyncio.timeout(20):
                await a_feed(url, ears).run()
    assert ears.log[-1][0] == "closed"


async def test_a_peer_that_reads_nothing_cannot_make_us_keep_everything():
    async def script(reader, writer) -> None:
        await asyncio.Event().wait()

    ears = Ears()
    async with raw_server(script) as url:
        feed = a_feed(url, ears, limits=replace(QUICK, ping_every_s=1e6, max_unsent_bytes=1 << 16))
        async with running(feed):
            await ears.hears("opened")
            for _ in range(1000):
                feed.send(b"x" * 65536)
                if not feed.is_connected:
                    break
            assert not feed.is_connected
    assert ears.all("closed")[0][1].startswith("peer does not read")


async def test_cancelling_run_ends_the_connection_and_stays_a_cancellation():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.wait_closed()

    ears = Ears()
    async with websockets_server(serve_one) as url:
        task = asyncio.create_task(a_feed(url, ears).run())
        await ears.hears("opened")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert ears.log[-1] == ("closed", (None, "stopped"))
