"""What a hostile client may try on a served page: every attempt ends in a 4xx of one line."""

import asyncio
import re

import pytest

from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from underround.app.page.face import FaceOptions
from underround.web.serving import page
from underround.web.stream import MOST_STREAMS

LOCAL = "Host: localhost\r\n"
JSON = "content-type: application/json\r\n"
TOKEN = "t" * 32
HELD = f"x-underround-token: {TOKEN}\r\n"


def get(path: str, headers: str = LOCAL) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode()


def post(path: str, headers: str, body: bytes = b'{"confirmed":true}') -> bytes:
    head = f"POST {path} HTTP/1.1\r\n{LOCAL}{headers}content-length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


ENDLESS = f"POST /api/pause HTTP/1.1\r\n{LOCAL}{JSON}{HELD}transfer-encoding: chunked\r\n\r\n"
PART = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
RECORDED = "/api/explanation/recorded"
ATTEMPTS = {
    "no host": b"GET / HTTP/1.0\r\n\r\n",
    "another host": get("/", "Host: evil.example\r\n"),
    "an absolute address and another host": get("http://localhost/", "Host: evil.example\r\n"),
    "another origin": post("/api/pause", f"Origin: https://evil.example\r\n{JSON}{HELD}"),
    "the token as a cookie": post("/api/pause", f"Cookie: underround_token={TOKEN}\r\n{JSON}"),
    "the token in the address": post(f"/api/pause?token={TOKEN}", JSON),
    "a look that changes": get("/api/pause?confirmed=true", LOCAL + HELD),
    "a form": post("/api/pause", HELD, b"confirmed=true"),
    "a reason that is no text": post(
        "/api/pause", JSON + HELD, b'{"confirmed":true,"reason":"\xff\xfe"}'
    ),
    "half a character": post("/api/pause", JSON + HELD, b'{"confirmed":true,"reason":"\\ud800"}'),
    "a number for yes": post("/api/pause", JSON + HELD, b'{"confirmed":1}'),
    "a token that is no text": post("/api/pause", f"{JSON}x-underround-token: \xff\xfe\r\n"),
    "a body without end": ENDLESS.encode() + PART + PART + b"0\r\n\r\n",
    "a form of many fields": post("/login", "", b"a=1&b=2&c=3&d=4&e=5&f=6"),
    "an id with a nought": get(f"{RECORDED}?session=x&id=a%00b"),
    "an id without end": get(f"{RECORDED}?session=x&id={'a' * 400}"),
    "an id that is an option": get(f"{RECORDED}?session=..&id=--help"),
    "a session elsewhere": get("/api/timeline?session=../../../etc"),
    "a file elsewhere": get("/static/..%2f..%2fapp/config.py"),
    "a file with a nought": get("/static/page.css%00"),
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("name", ATTEMPTS)
async def test_an_attempt_is_refused_and_changes_nothing(name: str, tmp_path, caplog):
    day = Day(1)
    options = FaceOptions(token=TOKEN, recordings=tmp_path)
    async with page(run_of(day), options) as where:
        port = int(re.match(r"http://[\d.]+:(\d+)/", where)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ATTEMPTS[name])
        try:
            async with asyncio.timeout(10):
                status = await reader.readline()
                said = await reader.read(1 << 14)
        finally:
            writer.close()
    assert re.match(rb"HTTP/1\.1 4\d\d ", status), status
    assert b"Traceback" not in said
    assert not day.pipeline.engine.detector.is_paused
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_flood_of_watchers_keeps_nobody_from_the_switch(tmp_path):
    day = Day(1)
    options = FaceOptions(token=TOKEN, recordings=tmp_path)
    async with page(run_of(day), options) as where:
        port = int(re.match(r"http://[\d.]+:(\d+)/", where)[1])

        async def asked(request: bytes) -> tuple[bytes, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            return (await reader.readline()).split()[1], writer

        # None of them reads what comes after its status.
        watching = [await asked(get("/stream")) for _ in range(220)]
        statuses = [status for status, _ in watching]
        status, stopping = await asked(post("/api/pause", JSON + HELD))
        for writer in (stopping, *(writer for _, writer in watching)):
            writer.close()
    assert (status, set(statuses)) == (b"200", {b"200", b"503"})
    assert statuses.count(b"200") == MOST_STREAMS
    assert day.pipeline.engine.detector.is_paused


async def test_a_connection_that_asks_for_nothing_is_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("underround.web.serving.ASKS_WITHIN_S", 0.05)
    async with page(run_of(Day(1)), FaceOptions(recordings=tmp_path)) as where:
        port = int(re.match(r"http://[\d.]+:(\d+)/", where)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()


async def test_metrics_are_many_and_each_says_what_it_is(tmp_path):
    async with page(run_of(Day(1)), FaceOptions(recordings=tmp_path)) as where:
        port = int(re.match(r"http://[\d.]+:(\d+)/", where)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /metrics HTTP/1.1\r\n{LOCAL}Connection: close\r\n\r\n".encode())
        text = (await reader.read()).decode()
        writer.close()
    helped = set(re.findall(r"^# HELP (\w+) \S", text, re.M))
    typed = dict(re.findall(r"^# TYPE (\w+) (\w+)", text, re.M))
    assert helped == set(typed)
    assert len(helped) >= 10
    samples = set(re.findall(r"^(\w+)[{ ]", text.partition("\r\n\r\n")[2], re.M))
    parts = {f"{name}_{part}" for name in typed for part in ("bucket", "sum", "count", "total")}
    assert samples <= helped | parts
