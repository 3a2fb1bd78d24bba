"""Connections of memory: order whatever the delays, closes after what was written, cuts."""

import asyncio
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from underround.simulation.memory_wire import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    Frame,
    MemoryConnection,
    packed,
    unpacked,
)
from underround.simulation.wire import close, cut, write, write_parts


class Ear:
    def __init__(self) -> None:
        self.batches: list[list[Frame]] = []
        self.is_lost = False

    def arrived(self, frames: list[Frame]) -> None:
        self.batches.append(frames)

    def lost(self) -> None:
        self.is_lost = True


def connected(*delays_s: float) -> tuple[MemoryConnection, Ear]:
    left: Iterator[float] = iter(delays_s)
    connection = MemoryConnection(lambda: next(left, 0.0))
    connection.reader = ear = Ear()
    return connection, ear


@given(st.lists(st.tuples(st.sampled_from((TEXT, PING, CLOSE)), st.binary(max_size=300))))
def test_frames_come_out_as_they_went_in(frames: list[Frame]) -> None:
    assert unpacked(b"".join(packed(*frame) for frame in frames)) == frames


async def test_a_write_is_one_batch_and_never_overtakes_another() -> None:
    connection, ear = connected(0.02, 0.0, 0.001)
    write(connection, ["a", "b"])
    write(connection, ["c"])
    write_parts(connection, ["d", "e", "f"], (1, 2), 0.003)
    assert ear.batches == []
    await asyncio.sleep(0.05)
    texts = [[payload for _, payload in batch] for batch in ear.batches]
    assert texts == [[b"a", b"b"], [b"c"], [b"d"], [b"e", b"f"]]


async def test_a_close_frame_arrives_after_what_was_written_before() -> None:
    connection, ear = connected(0.01)
    write(connection, ["last words"])
    close(connection, 1013, "slow consumer")
    write(connection, ["too late"])
    await asyncio.sleep(0.03)
    assert [batch[0] for batch in ear.batches] == [
        (TEXT, b"last words"),
        (CLOSE, (1013).to_bytes(2, "big") + b"slow consumer"),
    ]
    assert ear.is_lost


async def test_a_cut_ends_the_venue_s_listening_and_tells_the_reader_once() -> None:
    connection, ear = connected()
    connection.hear(TEXT, b"one")
    heard = asyncio.create_task(collected(connection))
    await asyncio.sleep(0.01)
    cut(connection)
    cut(connection)
    assert await heard == ["one"]
    await asyncio.sleep(0)
    assert ear.is_lost


async def test_pings_are_answered_and_a_deaf_venue_reads_later() -> None:
    connection, ear = connected()
    connection.transport.pause_reading()
    connection.hear(PING, b"?")
    connection.hear(TEXT, b"hello")
    await asyncio.sleep(0.01)
    assert ear.batches == []
    connection.transport.resume_reading()
    await asyncio.sleep(0.01)
    assert ear.batches == [[(PONG, b"?")]]
    connection.hear(CLOSE, b"")
    assert await collected(connection) == ["hello"]


async def collected(connection: MemoryConnection) -> list[str]:
    return [text async for text in connection]
