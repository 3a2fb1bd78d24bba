"""REST requests that are made once: a look at whatever the answer is, and a refusal mended."""

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.venues.errors import RefusedError, UnreachableError


@pytest.mark.parametrize("status", [200, 401, 425, 503])
async def test_a_look_gives_status_and_body_and_never_tries_again(status: int):
    async with (
        http_peer(lambda asked: Reply(b'{"error":"x"}', status)) as peer,
        rest_client(peer.root) as client,
    ):
        assert await client.look("POST", "/order", {}) == (status, b'{"error":"x"}')
    assert [(asked.method, asked.path, asked.body) for asked in peer.asked] == [
        ("POST", "/order", b"{}")
    ]


async def test_a_look_at_nobody_raises():
    async with http_peer(lambda asked: Reply()) as peer:
        root = peer.root
    async with rest_client(root) as client:
        with pytest.raises(UnreachableError):
            await client.look("GET", "/time")


async def test_a_mended_refusal_is_asked_again_once():
    def answer(asked: Asked) -> Reply:
        return Reply(
            b"done" if len(peer.asked) == 2 else b"no", 200 if len(peer.asked) == 2 else 401
        )

    seen: list[int | None] = []

    def mended(refusal: RefusedError) -> bool:
        seen.append(refusal.status)
        return True

    async with http_peer(answer) as peer, rest_client(peer.root, is_mended=mended) as client:
        assert await client.get("/") == b"done"
    assert seen == [401]


async def test_a_refusal_that_stays_is_raised():
    async with (
        http_peer(lambda asked: Reply(status=401)) as peer,
        rest_client(peer.root, is_mended=lambda refusal: True) as client,
    ):
        with pytest.raises(RefusedError):
            await client.get("/")
    assert len(peer.asked) == 2
