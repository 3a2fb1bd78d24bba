"""The journal, its consumers and the relay: at least once, in order, nothing lost."""

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from underround.core.errors import UnderroundError, UnusableError
from underround.stores.signal_consumers import (
    DEAD_KEY,
    STREAM_KEY,
    JournalConsumer,
    StreamConsumer,
)
from underround.stores.signal_journal import SignalJournal
from underround.stores.signal_relay import SignalRelay

ROOT = Path(__file__).parents[2]
KILLS = 20


@pytest.fixture
def journal(tmp_path):
    journal = SignalJournal(tmp_path / "journal.db")
    yield journal
    journal.close()


def fill(journal: SignalJournal, count: int, pairs: int = 3) -> None:
    for number in range(1, count + 1):
        journal.append(f"run/{number}", f"pair-{number % pairs}", "opened", number, b"{}")


class Clock:
    def __init__(self) -> None:
        self.now_ns = 10**18

    def __call__(self) -> int:
        return self.now_ns


def test_the_same_id_is_journaled_once(journal):
    first = journal.append("run/1", "pair", "opened", 5, b'{"a":1}')
    assert journal.append("run/1", "pair", "opened", 5, b'{"a":1}') == first
    assert [(s.seq, s.id, s.body) for s in journal.every()] == [(first, "run/1", b'{"a":1}')]


def test_what_is_journaled_outlives_the_connection(journal):
    fill(journal, 3)
    again = SignalJournal(journal.path)
    assert [signal.id for signal in again.last(2)] == ["run/2", "run/3"]
    assert [signal.id for signal in again.after(1)] == ["run/2", "run/3"]
    again.close()


def test_a_file_that_is_no_journal_is_named(tmp_path):
    path = tmp_path / "journal.db"
    path.write_text("this is not a database, but long enough to be read as one" * 20)
    with pytest.raises(UnusableError, match=r"journal\.db: not a usable journal"):
        SignalJournal(path)


def test_a_full_disk_is_one_line_that_names_the_journal(journal):
    (pages,) = journal.database.execute("PRAGMA page_count").fetchone()
    journal.database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UnderroundError, match=r"journal\.db: a signal cannot .* disk is full"):
        journal.append("run/1", "fed", "opened", 0, b"x" * 100_000)


def test_a_newer_journal_is_refused(journal):
    journal.database.execute("PRAGMA user_version = 99")
    with pytest.raises(UnusableError, match="version 99 is newer"):
        SignalJournal(journal.path)


async def test_every_group_gets_every_signal_once_it_acknowledges(journal):
    fill(journal, 5)
    clock = Clock()
    for group in ("alerts", "traders"):
        consumer = JournalConsumer(journal, group, "one", clock)
        taken = await consumer.take(10)
        assert [each.id for each in taken] == [f"run/{n}" for n in range(1, 6)]
        assert await consumer.depth() == 5
        for each in taken:
            await consumer.acknowledge(each.seq)
        assert await consumer.take(10) == []
        assert await consumer.depth() == 0


async def test_what_is_not_acknowledged_comes_again_and_at_last_is_buried(journal):
    fill(journal, 1)
    clock = Clock()
    consumer = JournalConsumer(journal, "traders", "one", clock, idle_ms=10, deliveries=3)
    counts = []
    for _ in range(5):
        counts += [each.deliveries for each in await consumer.take(10)]
        clock.now_ns += 11_000_000
    assert counts == [1, 2, 3]
    rows = journal.database.execute("SELECT group_name, seq FROM dead_letters").fetchall()
    assert rows == [("traders", 1)]


async def test_a_pair_with_another_consumer_waits(journal):
    fill(journal, 4, pairs=2)
    clock = Clock()
    one = JournalConsumer(journal, "traders", "one", clock)
    two = JournalConsumer(journal, "traders", "two", clock)
    first = await one.take(1)
    assert [each.id for each in await two.take(10)] == ["run/2"]
    await one.acknowledge(first[0].seq)
    assert [each.id for each in await one.take(10)] == ["run/3"]


async def test_the_stream_gets_the_journal_in_order_and_nothing_twice(journal, redis_url):
    fill(journal, 250)
    async with Redis.from_url(redis_url) as client:
        for _ in range(2):  # a relay that starts anew finds by itself what is missing
            relay = SignalRelay(journal, client)
            task = asyncio.create_task(relay.run())
            await until(lambda: client.xlen(STREAM_KEY), len(list(journal.every())))
            task.cancel()
            journal.append("run/last", "pair-0", "opened", 0, b"{}")
        entries = await client.xrange(STREAM_KEY)
        told = [(int(key.partition(b"-")[0]), row[b"id"].decode()) for key, row in entries]
        assert told == [(signal.seq, signal.id) for signal in journal.every()]


async def test_only_what_every_group_acknowledged_is_trimmed(journal, redis_url):
    fill(journal, 10)
    async with Redis.from_url(redis_url) as client:
        relay = SignalRelay(journal, client)
        task = asyncio.create_task(relay.run())
        await until(lambda: client.xlen(STREAM_KEY), 10)
        task.cancel()
        fast = StreamConsumer(client, "fast", "one", block_ms=10)
        slow = StreamConsumer(client, "slow", "one", block_ms=10)
        for each in await fast.take(10):
            await fast.acknowledge(each.seq)
        for each in (await slow.take(4))[:2]:
            await slow.acknowledge(each.seq)
        assert await relay.trim() == 2
        assert (await client.xrange(STREAM_KEY))[0][0] == b"3-0"
        assert await slow.depth() == 8
        assert await fast.depth() == 0


async def test_a_stream_signal_nobody_can_handle_becomes_a_dead_letter(journal, redis_url):
    fill(journal, 1)
    async with Redis.from_url(redis_url) as client:
        task = asyncio.create_task(SignalRelay(journal, client).run())
        await until(lambda: client.xlen(STREAM_KEY), 1)
        task.cancel()
        consumer = StreamConsumer(client, "g", "one", idle_ms=1, deliveries=2, block_ms=10)
        counts = []
        for _ in range(4):
            counts += [each.deliveries for each in await consumer.take(10)]
            await asyncio.sleep(0.01)
        assert counts == [1, 2]
        [(_, fields)] = await client.xrange(DEAD_KEY)
        assert fields[b"id"] == b"run/1"
        assert fields[b"group"] == b"g"
        assert await consumer.depth() == 0


@pytest.mark.parametrize("role", ["journal", "stream"])
def test_no_kill_loses_a_signal(role, tmp_path, redis_url):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    path, raised, taken = tmp_path / "journal.db", tmp_path / "raised", tmp_path / "taken"
    url = redis_url if role == "stream" else ""
    workers = {}
    try:
        for _ in range(KILLS // 2):
            for name, notes in (("produce", raised), (role, taken)):
                if name not in workers:
                    workers[name] = start(name, path, notes, url)
            time.sleep(rng.uniform(0.15, 0.4))
            name = rng.choice(sorted(workers))
            workers[name].kill()
            workers.pop(name).wait()
        if "produce" not in workers:
            workers["produce"] = start("produce", path, raised, url)
        wait_for(lambda: raised.exists() and raised.read_text())
        if role == "journal":
            workers["produce"].kill()
            workers.pop("produce").wait()
        if role not in workers:
            workers[role] = start(role, path, taken, url)
        target = set(raised.read_text().split()) | {s.id for s in SignalJournal(path).every()}
        wait_for(lambda: taken.exists() and target <= set(taken.read_text().split()), 20)
        assert target <= set(taken.read_text().split())
        assert {s.id for s in SignalJournal(path).every()} >= set(raised.read_text().split())
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait()


def start(role: str, path: Path, notes: Path, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.stores.signal_worker", role, str(path), str(notes)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    return subprocess.Popen([*command, *([url] if url else [])], cwd=ROOT, env=environment)


def wait_for(condition, seconds: float = 10) -> None:
    until_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until_s, "it did not happen in time"
        time.sleep(0.02)


async def until(count, wanted: int) -> None:
    async with asyncio.timeout(10):
        while await count() < wanted:  # noqa: ASYNC110 - another process has no event for us
            await asyncio.sleep(0.01)
