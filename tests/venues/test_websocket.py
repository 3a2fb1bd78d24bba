"""Frames to batches on a real socket: grouping, fragments, checks, control frames."""

import asyncio
from dataclasses import replace

import pytest

from tests.venues.loopback import (
    QUICK,
    Ears,
    a_feed,
    frame,
    raw_server,
    read_client_frame,
    running,
)

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0


async def hear(data: bytes, until, **changes) -> Ears:
    """Let a server write `data` in one piece after the subscription; return what was heard."""

    async def script(reader, writer) -> None:
        await read_client_frame(reader)
        writer.write(data)
        await asyncio.Event().wait()

    ears = Ears()
    quiet = replace(QUICK, ping_every_s=1e6, **changes)
    async with raw_server(script) as url, running(a_feed(url, ears, limits=quiet)):
        await ears.until(lambda: until(ears))
    return ears


async def test_one_socket_read_is_one_batch():
    # Both sides of the longest control frame, with and without characters beyond ASCII.
    messages = [b'{"n":%d}' % n + b" " * n for n in range(200)]
    messages += ["é".encode() * n for n in range(1, 100)]
    ears = await hear(b"".join(map(frame, messages)), lambda e: e.all("batch"))
    assert ears.all("batch") == [messages]


@pytest.mark.parametrize("last", [frame(b"heartbeat", PING), frame(b"", PONG)])
async def test_a_control_frame_at_the_end_of_a_read_does_not_hold_the_batch_back(last: bytes):
    ears = await hear(frame(b"one") + frame(b"two") + last, lambda e: e.all("batch"))
    assert ears.all("batch") == [[b"one", b"two"]]


async def test_a_ping_is_answered_with_its_payload():
    answers = []

    async def script(reader, writer) -> None:
        await read_client_frame(reader)
        writer.write(frame(b"heartbeat", PING))
        answers.append(await read_client_frame(reader))
        await asyncio.Event().wait()

    ears = Ears()
    quiet = replace(QUICK, ping_every_s=1e6)
    async with raw_server(script) as url, running(a_feed(url, ears, limits=quiet)):
        await ears.until(lambda: bool(answers))
    assert answers == [(PONG, True, b"heartbeat")]


async def test_fragments_are_joined_across_a_ping_and_a_split_character():
    text = "Größe 12 ¢".encode()
    data = (
        frame(text[:3], TEXT, fin=False)
        + frame(b"x", PING)
        + frame(text[3:7], CONTINUATION, fin=False)
        + frame(text[7:], CONTINUATION)
        + frame(b"next")
    )
    ears = await hear(data, lambda e: b"next" in e.frames())
    assert ears.frames() == [text, b"next"]


async def test_a_message_of_many_mebibytes_arrives_whole():
    message = b"[" + b"0" * (12 << 20) + b"]"
    ears = await hear(frame(message) + frame(b"next"), lambda e: b"next" in e.frames())
    assert ears.frames() == [message, b"next"]


async def test_text_beyond_ascii_is_passed_on_as_it_came():
    text = "“São Paulo” ≥ 30 °C".encode()
    ears = await hear(frame(text), lambda e: e.all("batch"))
    assert ears.frames() == [text]


async def test_a_binary_message_is_passed_on_unchecked():
    ears = await hear(frame(b"\xff\x00", BINARY), lambda e: e.all("batch"))
    assert ears.frames() == [b"\xff\x00"]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (frame(b"\xff\xfe"), 1007, "not UTF-8"),
        (frame(b"\xe2", fin=False) + frame(b"\x28", CONTINUATION), 1007, "not UTF-8"),
        (frame(b"x" * 1001), 1009, "1001 > 1000"),
        (
            frame(b"x" * 600, fin=False) + frame(b"x" * 600, CONTINUATION),
            1009,
            "1200 bytes is over 1000",
        ),
        (frame(b"x", CONTINUATION), 1002, "nothing to continue"),
        (frame(b"x", fin=False) + frame(b"y"), 1002, "inside a fragmented"),
        (frame(b"x", rsv=4), 1002, "reserved bit"),
        (frame(b"x", 3), 1002, "opcode"),
        (b"\x81\x81aaaab", 1002, "masked"),
    ],
)
async def test_a_breach_ends_the_connection_after_what_came_before(
    data: bytes, code: int, words: str
):
    ears = await hear(
        frame(b"good") + data + frame(b"late") + frame(b"later" * 30),
        lambda e: e.all("closed"),
        max_message_bytes=1000,
    )
    assert ears.frames() == [b"good"]
    got, reason = ears.all("closed")[0]
    assert got == code
    assert reason.startswith("we closed: ")
    assert words in reason


async def test_the_venue_learns_the_close_code():
    closes = []

    async def script(reader, writer) -> None:
        await read_client_frame(reader)
        writer.write(frame(b"\xff"))
        opcode, _, payload = await read_client_frame(reader)
        closes.append((opcode, int.from_bytes(payload[:2], "big")))
        await asyncio.Event().wait()

    ears = Ears()
    quiet = replace(QUICK, ping_every_s=1e6)
    async with raw_server(script) as url:
        feed = a_feed(url, ears, limits=quiet)
        async with running(feed):
            await ears.until(lambda: bool(closes) and bool(ears.all("closed")))
    assert closes[0] == (CLOSE, 1007)
    assert feed.counters.invalid_texts >= 1
    assert feed.counters.errors >= 1


async def test_a_close_frame_ends_the_connection_after_the_frames_before_it():
    data = frame(b"last") + frame(b"\x03\xe8all resolved", CLOSE) + frame(b"never")
    ears = await hear(data, lambda e: e.all("closed"))
    assert ears.frames() == [b"last"]
    assert ears.all("closed")[0] == (1000, "all resolved")
