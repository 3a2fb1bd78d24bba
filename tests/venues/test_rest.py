"""The REST client against a real server on loopback: bounds, refusals, retries."""

import asyncio
import gzip

import pytest

from tests.venues.http_peer import QUICK, Asked, Reply, http_peer, rest_client
from underround.core.errors import VenueError
from underround.venues.errors import RefusedError, UnreachableError, UnreadableError
from underround.venues.rate_limit import TokenBucket
from underround.venues.rest import RestLimits, error_code


async def test_it_gives_the_raw_body_and_sends_the_query_in_order():
    def answer(asked: Asked) -> Reply:
        return Reply(b'{"a" : 1}\n')

    async with http_peer(answer) as peer, rest_client(peer.root + "/trade-api/v2/") as client:
        body = await client.get("/markets", [("tickers", "A B"), ("tickers", "C&D")])
    assert body == b'{"a" : 1}\n'
    (asked,) = peer.asked
    assert (asked.method, asked.path) == ("GET", "/trade-api/v2/markets")
    assert asked.query == {"tickers": ["A B", "C&D"]}


async def test_a_packed_body_is_unpacked():
    packed = gzip.compress(b"[1,2,3]" * 1000)
    async with (
        http_peer(lambda asked: Reply(packed, headers={"Content-Encoding": "gzip"})) as peer,
        rest_client(peer.root) as client,
    ):
        assert await client.get("/") == b"[1,2,3]" * 1000


async def test_a_reading_post_sends_json_and_is_signed_without_its_query():
    signed = []

    def sign(method: str, path: str) -> dict[str, str]:
        signed.append((method, path))
        return {"X-Signature": "s"}

    async with (
        http_peer(lambda asked: Reply()) as peer,
        rest_client(peer.root + "/v2", sign=sign) as client,
    ):
        await client.read_by_post("/books", [{"token_id": "1"}])
        await client.get("/orders", [("limit", "5")])
    assert signed == [("POST", "/v2/books"), ("GET", "/v2/orders")]
    assert peer.asked[0].body == b'[{"token_id":"1"}]'
    assert [asked.headers["x-signature"] for asked in peer.asked] == ["s", "s"]


@pytest.mark.parametrize("status", [429, 500, 503, 425])
async def test_what_may_pass_is_tried_again(status: int):
    replies = [Reply(status=status), Reply(status=status), Reply(b"done")]
    async with http_peer(lambda asked: replies.pop(0)) as peer, rest_client(peer.root) as client:
        assert await client.get("/") == b"done"
    assert len(peer.asked) == 3


async def test_in_the_end_the_refusal_is_told_in_one_line():
    body = b'{"error":{"code":"too_many_requests","message":"too many requests"}}'
    async with (
        http_peer(lambda asked: Reply(body, 429)) as peer,
        rest_client(peer.root, "kalshi") as client,
    ):
        with pytest.raises(RefusedError) as caught:
            await client.get("/markets", [("key", "value")])
    error = caught.value
    assert str(error) == "kalshi: GET /markets answered HTTP 429: too_many_requests"
    assert (error.venue, error.status, error.code) == ("kalshi", 429, "too_many_requests")
    assert isinstance(error, VenueError)
    assert error.retryable


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404])
async def test_what_will_not_change_is_asked_once(status: int):
    reply = Reply(b"<html>\r\nno", status, {"Location": "http://127.0.0.1:1/elsewhere"})
    async with http_peer(lambda asked: reply) as peer, rest_client(peer.root) as client:
        with pytest.raises(RefusedError, match=f"GET /x answered HTTP {status}") as caught:
            await client.get("/x")
    assert not caught.value.retryable
    assert len(peer.asked) == 1


async def test_retry_after_pauses_the_bucket():
    pauses = []

    class Watched(TokenBucket):
        def pause(self, now_ns: int, seconds: float) -> None:
            pauses.append(seconds)

    replies = [Reply(status=429, headers={"Retry-After": "7"}), Reply(b"done")]
    async with (
        http_peer(lambda asked: replies.pop(0)) as peer,
        rest_client(peer.root, bucket=Watched(1e6, 1e6)) as client,
    ):
        assert await client.get("/") == b"done"
    assert pauses == [7.0]


@pytest.mark.parametrize("packed", [False, True])
async def test_a_body_over_the_limit_is_cut_off(packed: bool):
    body = b"x" * 100_001
    reply = Reply(body)
    if packed:
        reply = Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    limits = RestLimits(body_bytes=100_000)
    async with http_peer(lambda asked: reply) as peer, rest_client(peer.root, limits=limits) as c:
        with pytest.raises(UnreadableError, match="more than 100000 bytes"):
            await c.get("/")
    assert len(peer.asked) == 1


async def test_a_venue_that_hangs_is_given_up():
    async def hang(asked: Asked) -> Reply:
        await asyncio.Event().wait()

    limits = RestLimits(total_s=0.05, attempts=1)
    async with http_peer(hang) as peer, rest_client(peer.root, limits=limits) as client:
        with pytest.raises(UnreachableError, match=r"GET /x took longer than 0\.05 s"):
            await client.get("/x")


async def test_nobody_there_and_a_broken_packing_are_typed():
    async with http_peer(lambda asked: Reply()) as peer:
        pass
    tried = []

    def sign(method: str, path: str) -> dict[str, str]:
        tried.append(path)
        return {}

    async with rest_client(peer.root, sign=sign) as client:
        with pytest.raises(UnreachableError, match="GET / failed") as caught:
            await client.get("/")
    assert caught.value.retryable
    assert len(tried) == QUICK.attempts
    broken = Reply(b"no gzip", headers={"Content-Encoding": "gzip"})
    async with http_peer(lambda asked: broken) as peer, rest_client(peer.root) as client:
        with pytest.raises(UnreadableError, match="cannot be unpacked"):
            await client.get("/")


@pytest.mark.parametrize(
    "root",
    [
        "https://example.org",
        "http://clob.polymarket.com",
        "https://clob.polymarket.com.example.org",
        "https://user:word@clob.polymarket.com",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://",
    ],
)
def test_other_hosts_and_plain_text_are_refused(root: str):
    with pytest.raises(ValueError, match=r"not a venue|not encrypted|user name|must begin"):
        rest_client(root)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error":{"code":"a","message":"b"}}', "a"),
        (b'{"code":"a"}', "a"),
        (b'{"error":"too many requests"}', "too many requests"),
        (b'{"error":{"message":"b"}}', "b"),
        (b"<html>", ""),
        (b"[" * 100_000, ""),
        (b'{"error":{"code":7}}', ""),
        (b"", ""),
    ],
)
def test_error_bodies_in_all_their_forms(body: bytes, code: str):
    assert error_code(body) == code
