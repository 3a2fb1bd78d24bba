"""The page over a real socket: what is served, what is refused, and how it ends."""

import asyncio
import re
import socket
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from underround.app.page.face import FaceOptions
from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.web.guard import TOKEN_HEADER
from underround.web.serving import page


@asynccontextmanager
async def served(**options):
    """Give a day, a client of its page, and the token."""
    day = Day(1, frames=300)
    async with page(run_of(day), FaceOptions(**options)) as where:
        for venue in Venue:
            day.open(venue)
        address, _, token = where.partition("#token=")
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client:
            yield day, client, token


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/static/uplot.js"])
async def test_looking_needs_no_token_on_loopback(path: str):
    async with served() as (_, client, _):
        answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.content


async def test_the_page_names_no_other_place():
    async with served() as (_, client, _):
        html = (await client.get("/")).text
    assert re.findall(r"https?:|//[a-z]|\bstyle=|\bon[a-z]+=|<style|<script(?! src)", html) == []


@pytest.mark.parametrize(
    "path",
    [
        "/static/../answers.py",
        "/static/..%2fanswers.py",
        "/static/%2e%2e/%2e%2e/answers.py",
        "/static//etc/passwd",
        "/../../etc/passwd",
        "/static/",
        "/templates/page.html",
    ],
)
async def test_no_path_leads_out_of_the_page(path: str):
    async with served() as (_, client, _):
        port = client.base_url.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
        writer.close()
    assert re.match(rb"HTTP/1.1 40[04] ", answer)
    assert b"root:" not in answer
    assert b"import" not in answer


async def test_a_header_without_end_is_refused():
    async with served() as (_, client, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000)
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_openings_pause_and_go_on_by_command():
    async with served() as (day, client, token):
        headers = {TOKEN_HEADER: token}
        said = {"confirmed": True, "reason": "lunch"}
        answer = await client.post("/api/pause", json=said, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"paused": True})
        assert day.pipeline.engine.detector.is_paused
        answer = await client.post("/api/resume", json=said, headers=headers)
        assert answer.json() == {"paused": False}
        assert not day.pipeline.engine.detector.is_paused


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"confirmed":false}', "application/json", 400),
        (b"{}", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 10_000, "application/json", 400),
        (b'{"confirmed":true,"more":1}', "application/json", 400),
        (b'{"confirmed":true}', "text/plain", 415),
        (b"confirmed=true", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_what_is_not_a_confirmed_request_changes_nothing(content, kind, status):
    async with served() as (day, client, token):
        headers = {TOKEN_HEADER: token, "content-type": kind}
        answer = await client.post("/api/pause", content=content, headers=headers)
        assert answer.status_code == status
        assert len(answer.text.splitlines()) == 1
        assert not day.pipeline.engine.detector.is_paused


async def test_the_stream_tells_books_and_opportunities():
    async with served() as (day, client, _), client.stream("GET", "/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        whole = await _event(lines)
        assert whole.keys() >= {"status", "opportunities", "closed", "markets", "feeds", "books"}
        live = [row for row in whole["books"].values() if row[4] == "live"]
        assert live
        assert set(whole["books"]) == set(whole["markets"])
        day.run()
        day.now_ns += 10**9
        update = await _event(lines)
        assert update["number"] > whole["number"]
        assert update["books"]


async def _event(lines) -> dict:
    async for line in lines:
        if line.startswith("data: "):
            return msgspec.json.decode(line.removeprefix("data: "))
    raise AssertionError("the stream ended")


async def test_an_opportunity_is_explained_with_both_ladders():
    async with served() as (day, client, _):
        opened = []
        day.pipeline.on_signal.append(opened.append)
        day.run()
        assert opened
        answer = await client.get("/api/explanation", params={"id": opened[-1].id})
        found = answer.json()
        assert [leg["venue"] for leg in found["legs"]] == [leg.venue for leg in opened[-1].legs]
        assert found["payoff_usd_e6"] - found["cost_usd_e6"] == found["edge_usd_e6"]
        assert (await client.get("/api/explanation", params={"id": "x"})).status_code == 404


async def test_a_run_that_records_nothing_says_so_instead_of_failing():
    async with served() as (day, client, _):
        opened = []
        day.pipeline.on_signal.append(opened.append)
        day.run()
        path = "/api/explanation/recorded"
        answer = await client.get(path, params={"id": opened[-1].id})
        assert (answer.status_code, list(answer.json())) == (200, ["missing"])
        assert (await client.get(path, params={"id": "x"})).status_code == 404
        away = {"id": opened[-1].id, "session": "../.."}
        assert (await client.get(path, params=away)).status_code == 404


async def test_a_taken_port_is_one_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127.0.0.1:{port}: address already in use; choose"):
            async with page(run_of(Day(1)), FaceOptions(port=port)):
                pass


async def test_beyond_loopback_the_token_opens_the_page_once_given():
    token = "x" * 32
    day = Day(1)
    async with page(run_of(day), FaceOptions(host="0.0.0.0", token=token)) as where:
        port = int(re.search(r":(\d+)/ ", where)[1])
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False
        ) as client:
            asked = [await client.get(path) for path in ("/", "/healthz", "/metrics", "/readyz")]
            assert [answer.status_code for answer in asked] == [401] * 4
            wrong = await client.post("/login", data={"token": "y" * 32})
            assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
            right = await client.post("/login", data={"token": token})
            assert (right.status_code, right.headers["location"]) == (303, "/")
            assert re.search(r"(?i)httponly; .*samesite=strict", right.headers["set-cookie"])
            assert (await client.get("/")).status_code == 200


async def test_open_streams_do_not_hold_up_the_end():
    async with served() as (_, client, _):
        streams = [await client.send(client.build_request("GET", "/stream"), stream=True)]
        streams += [await client.send(client.build_request("GET", "/stream"), stream=True)]
        assert [each.status_code for each in streams] == [200, 200]
    for each in streams:
        await each.aclose()


async def test_a_window_that_has_ended_since_it_was_listed_has_no_course():
    rows = {"w": [(1, 2), (3, 4)]}
    async with served(past=rows.get) as (_, client, _):
        told = [await client.get("/api/past", params={"id": name}) for name in ("w", "gone")]
    assert [answer.status_code for answer in told] == [200, 200]
    assert [answer.json() for answer in told] == [[[1, 2], [3, 4]], []]
