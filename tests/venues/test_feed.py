"""The feed loop against real sockets on loopback: receiving, watching, ending, coming back."""

import asyncio
import ssl

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
from underround.venues.feed import FeedLimits
from underround.venues.hosts import check_url


def limits(**changes) -> FeedLimits:
    return FeedLimits(**{**{n: getattr(QUICK, n) for n in FeedLimits.__slots__}, **changes})


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
        feed = a_feed(url, ears, limits=limits(ping_every_s=1e6))
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
    assert (feed.counters.unsent, feed.counters.sent, feed.connected) == (1, 0, False)


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
            assert not feed.connected
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
    session = Words(heartbeat=b"PING")
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears, session, limits=limits(silence_s=0.2))
        async with running(feed):
            assert (await ears.hears("closed"))[0] == (None, "silent")
    assert b"PONG" in ears.frames()
    assert feed.counters.silent >= 1


async def test_a_subscription_that_brings_nothing_is_dropped():
    async def serve_one(connection: ServerConnection) -> None:
        await connection.wait_closed()

    ears = Ears()
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears, limits=limits(first_data_s=0.1))
        async with running(feed):
            assert (await ears.hears("closed"))[0] == (None, "no first data")


async def test_without_a_subscription_silence_is_expected():
    async def serve_one(connection: ServerConnection) -> None:
        async for _ in connection:
            await connection.send("PONG")

    ears = Ears()
    session = Words(hello=[], heartbeat=b"PING")
    async with websockets_server(serve_one) as url:
        feed = a_feed(url, ears, session, limits=limits(first_data_s=0.01, silence_s=0.01))
        async with running(feed):
            await ears.until(lambda: ears.frames().count(b"PONG") >= 5)
            assert ears.all("closed") == []


async def test_a_key_refused_twice_ends_the_feed():
    async def refuse(connection, request):
        return connection.respond(401, '{"code":"token_authentication_failure"}')

    ears = Ears()
    async with websockets_server(lambda c: c.wait_closed(), process_request=refuse) as url:
        feed = a_feed(url, ears)
        async with asyncio.timeout(20):
            await feed.run()
    assert (feed.fatal.status, feed.fatal.retryable, feed.counters.attempts) == (401, False, 2)
    code, reason = ears.all("closed")[-1]
    assert code == 401
    assert reason.startswith("test-1: handshake refused with HTTP 401")
    assert "\n" not in reason


@pytest.mark.parametrize(("status", "attempts"), [(403, 1), (404, 3)])
async def test_other_final_refusals(status: int, attempts: int):
    async def refuse(connection, request):
        return connection.respond(status, "no")

    ears = Ears()
    async with websockets_server(lambda c: c.wait_closed(), process_request=refuse) as url:
        feed = a_feed(url, ears)
        async with asyncio.timeout(20):
            await feed.run()
    assert (feed.fatal.status, feed.counters.attempts) == (status, attempts)


async def test_too_many_requests_is_retried():
    answers = iter([429, 503])

    async def refuse_first(connection, request):
        status = next(answers, None)
        return connection.respond(status, "later") if status else None

    ears = Ears()
    async with websockets_server(lambda c: c.wait_closed(), process_request=refuse_first) as url:
        feed = a_feed(url, ears)
        async with running(feed):
            await ears.hears("opened")
    assert [code for code, _ in ears.all("closed")[:2]] == [429, 503]
    assert feed.fatal is None
    assert feed.counters.refused == 2


async def test_a_redirect_is_not_followed():
    async def script(reader, writer) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n")

    ears = Ears()
    async with raw_server(script, upgrade=False) as url, running(a_feed(url, ears)):
        code, reason = (await ears.hears("closed"))[0]
    assert code == 302
    assert "not followed" in reason


async def test_no_listener_is_retried_with_one_clear_line():
    async with websockets_server(lambda c: c.wait_closed()) as url:
        pass  # the port is free again
    ears = Ears()
    async with running(a_feed(url, ears)):
        closed = await ears.hears("closed", 3)
    assert [code for code, _ in closed[:3]] == [None] * 3
    assert closed[0][1].startswith("test-1: cannot connect:")


async def test_a_hanging_handshake_is_given_up_and_stop_ends_one():
    async def script(reader, writer) -> None:
        await reader.read()

    ears = Ears()
    async with raw_server(script, upgrade=False) as url:
        async with running(a_feed(url, ears, limits=limits(connect_s=0.1))):
            assert (await ears.hears("closed"))[0] == (
                None,
                "test-1: no handshake within 0.1 s",
            )
        feed = a_feed(url, Ears())
        async with running(feed):
            await ears.until(lambda: feed.counters.attempts == 1)
        assert not feed.connected


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
        feed = a_feed(url, ears, limits=limits(ping_every_s=1e6, max_unsent_bytes=1 << 16))
        async with running(feed):
            await ears.hears("opened")
            for _ in range(1000):
                feed.send(b"x" * 65536)
                if not feed.connected:
                    break
            assert not feed.connected
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


def test_tls_without_verification_and_foreign_hosts_are_refused():
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    careless.check_hostname = False
    careless.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="without verification"):
        a_feed("wss://127.0.0.1/", None, tls=careless)
    for url in ("ws://clob.polymarket.com/", "wss://example.org/", "http://127.0.0.1/"):
        with pytest.raises(ValueError, match=r"encrypted|not a venue|must begin"):
            check_url(url, ("ws", "wss"))
