"""The guard: hosts, origins, tokens, sizes, and the headers of every answer."""

import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from underround.web.answers import login_page
from underround.web.guard import BODY_LIMIT_BYTES, COOKIE, TOKEN_HEADER, Guard, is_loopback

TOKEN = "a-token-of-128-bits-or-more"
WITH_TOKEN = {TOKEN_HEADER: TOKEN}


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def client(host: str = "127.0.0.1", *names: str, at: str = "127.0.0.1:8080") -> httpx.AsyncClient:
    paths = ("/", "/stream", "/api/pause", "/login")
    app = Starlette(routes=[Route(path, echo, methods=["GET", "POST"]) for path in paths])
    transport = httpx.ASGITransport(Guard(app, login_page(), TOKEN, host, names))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{at}")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("127.0.0.1", 200),
        ("localhost:8080", 200),
        ("LOCALHOST", 200),
        ("[::1]:8080", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("evil.example:8080", 421),
        ("127.0.0.1.evil.example", 421),
        ("192.0.2.7", 421),
        ("", 421),
        ("localhost@evil.example", 421),
    ],
)
async def test_only_our_own_names_are_served(host: str, status: int):
    async with client() as asking:
        assert (await asking.get("/", headers={"host": host})).status_code == status


async def test_two_hosts_are_none():
    async with client() as asking:
        twice = [("host", "localhost"), ("host", "evil.example")]
        assert (await asking.get("/", headers=twice)).status_code == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8080", 200),
        ("https://127.0.0.1:8080", 200),
        ("http://127.0.0.1:9999", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("http://localhost:8080", 403),
        ("", 403),
    ],
)
async def test_another_origin_is_refused(origin: str, status: int):
    headers = {"origin": origin, **WITH_TOKEN}
    async with client() as asking:
        assert (await asking.post("/api/pause", headers=headers)).status_code == status
        assert (await asking.get("/stream", headers=headers)).status_code == status


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_fetch_from_another_site_is_refused(site: str):
    async with client() as asking:
        answer = await asking.get("/stream", headers={"sec-fetch-site": site})
    assert answer.status_code == 403


async def test_on_loopback_looking_is_free_and_changing_is_not():
    async with client() as asking:
        assert (await asking.get("/stream")).status_code == 200
        assert (await asking.post("/api/pause")).status_code == 403
        wrong = {TOKEN_HEADER: TOKEN[:-1]}
        assert (await asking.post("/api/pause", headers=wrong)).status_code == 403
        assert (await asking.post("/api/pause", headers=WITH_TOKEN)).status_code == 200
        assert (await asking.delete("/api/pause")).status_code == 403


async def test_elsewhere_everything_asks_for_the_token():
    async with client("0.0.0.0", "box.lan", at="box.lan:8080") as asking:
        page = await asking.get("/")
        assert page.status_code == 401
        assert 'action="/login"' in page.text
        assert (await asking.get("/stream")).status_code == 401
        assert (await asking.get("/healthz")).status_code == 401
        assert (await asking.get("/stream", headers=WITH_TOKEN)).status_code == 200
        as_a_program = {"authorization": f"Bearer {TOKEN}"}
        assert (await asking.get("/stream", headers=as_a_program)).status_code == 200
        as_a_program = {"authorization": f"Bearer {TOKEN[:-1]}"}
        assert (await asking.get("/stream", headers=as_a_program)).status_code == 401
        asking.cookies.set(COOKIE, TOKEN)
        assert (await asking.get("/")).status_code == 200
        assert (await asking.post("/api/pause")).status_code == 403  # a cookie alone: never
        assert (await asking.post("/login")).status_code == 200


@pytest.mark.parametrize(
    ("listening", "named", "status"),
    [
        ("0.0.0.0", "box.lan:8080", 200),
        ("0.0.0.0", "BOX:8080", 200),
        ("::", "Box.Lan", 200),
        ("desk.lan", "desk.lan:8080", 200),
        ("0.0.0.0", "box.evil.example", 421),
        ("0.0.0.0", "lan", 421),
        ("0.0.0.0", "desk.lan", 421),
        ("0.0.0.0", "", 421),
        ("127.0.0.1", "box.lan:8080", 421),
    ],
)
async def test_this_machines_own_name_is_served_beyond_loopback(
    listening: str, named: str, status: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(socket, "gethostname", lambda: "Box.lan")
    async with client(listening) as asking:
        answer = await asking.get("/stream", headers={"host": named, **WITH_TOKEN})
    assert answer.status_code == status


async def test_addresses_are_served_beyond_loopback_and_unknown_names_are_not():
    async with client("0.0.0.0", at="192.0.2.7:80") as asking:
        assert (await asking.get("/stream", headers=WITH_TOKEN)).status_code == 200
        rebound = {"host": "evil.example", **WITH_TOKEN}
        assert (await asking.get("/stream", headers=rebound)).status_code == 421


async def test_a_large_body_is_refused_whether_announced_or_not():
    async def endless():
        for _ in range(BODY_LIMIT_BYTES // 1024 + 1):
            yield b"x" * 1024

    async with client() as asking:
        fits = await asking.post("/api/pause", content=b"x" * BODY_LIMIT_BYTES, headers=WITH_TOKEN)
        assert (fits.status_code, fits.text) == (200, str(BODY_LIMIT_BYTES))
        large = b"x" * (BODY_LIMIT_BYTES + 1)
        answers = [
            await asking.post("/api/pause", content=large, headers=WITH_TOKEN),
            await asking.post("/api/pause", content=endless(), headers=WITH_TOKEN),
            await asking.post("/api/pause", headers={**WITH_TOKEN, "content-length": "-1"}),
        ]
    assert [answer.status_code for answer in answers] == [413, 413, 413]


async def test_every_answer_bears_the_headers():
    async with client() as asking:
        answers = [
            await asking.get("/"),
            await asking.get("/nothing"),
            await asking.get("/", headers={"host": "evil.example"}),
        ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_loopback_is_told_from_the_rest():
    ours = ("127.0.0.1", "127.1.2.3", "::1", "localhost")
    assert [is_loopback(host) for host in ours] == [True] * 4
    others = ("0.0.0.0", "::", "192.0.2.7", "box.lan")
    assert [is_loopback(host) for host in others] == [False] * 4
