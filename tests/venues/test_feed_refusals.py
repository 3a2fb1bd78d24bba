"""When a feed gives up, and when it may try again although it was refused."""

from http import HTTPStatus

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.venues.loopback import Ears, Words, a_feed, running, websockets_server
from underround.venues.clock_offset import ClockOffset
from underround.venues.errors import RefusedError, VenueFaultError, date_ms

DATE = "Sat, 21 Nov 2026 22:45:00 GMT"
DATE_MS = 1_795_301_100_000


async def stay(connection: ServerConnection) -> None:
    await connection.send("data")
    await connection.wait_closed()


def refusing(count: int, headers: dict[str, str] | None = None):
    """Refuse so many upgrades with 401, then accept."""
    left = [count]

    def process(connection: ServerConnection, request: Request) -> Response | None:
        if left[0] == 0:
            return None
        left[0] -= 1
        response = connection.respond(HTTPStatus.UNAUTHORIZED, "no")
        del response.headers["Date"]
        response.headers.update(Headers(headers or {}))
        return response

    return process


async def test_two_refused_keys_are_the_end():
    ears = Ears()
    async with websockets_server(stay, process_request=refusing(9)) as url:
        feed = a_feed(url, ears)
        async with running(feed) as task:
            await task
    assert isinstance(feed.fatal, RefusedError)
    assert feed.fatal.status == 401
    assert ears.all("closed") == [(401, str(feed.fatal))] * 2


async def test_a_clock_set_right_is_no_refused_key():
    offset = ClockOffset()
    signed = []

    def headers() -> dict[str, str]:
        signed.append(offset.ms)
        return {"X-Time": str(offset.ms)}

    def mended(error: VenueFaultError) -> bool:
        return offset.learn(error, our_ms=DATE_MS - 90_000)

    ears = Ears()
    async with websockets_server(stay, process_request=refusing(1, {"Date": DATE})) as url:
        feed = a_feed(url, ears, headers=headers, is_mended=mended)
        async with running(feed):
            await ears.hears("batch")
    assert feed.fatal is None
    assert signed == [0, 90_000]


async def test_a_clock_that_is_right_already_mends_nothing():
    offset = ClockOffset()
    ears = Ears()
    async with websockets_server(stay, process_request=refusing(9, {"Date": DATE})) as url:
        feed = a_feed(url, ears, is_mended=lambda error: offset.learn(error, our_ms=DATE_MS))
        async with running(feed) as task:
            await task
    assert feed.fatal is not None
    assert feed.counters.attempts == 2


async def test_a_session_s_fatal_close_is_the_end():
    async def close(connection: ServerConnection) -> None:
        await connection.close(4001, "auth failed")

    ears = Ears()
    session = Words(fatal_closes=frozenset({4001}))
    async with websockets_server(close) as url:
        feed = a_feed(url, ears, session)
        async with running(feed) as task:
            await task
    assert str(feed.fatal) == "test-1: closed with code 4001: auth failed"
    assert feed.counters.connects == 1


def test_dates():
    assert date_ms(DATE) == DATE_MS
    assert date_ms(None) is None
    assert date_ms("yesterday") is None
