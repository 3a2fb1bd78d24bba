"""Signals whose journal cannot be written: nobody hears of them early, and none is lost."""

import logging
import sqlite3
from pathlib import Path

import pytest

from tests.app.signals import opened
from tests.small_disk import fill, small_disk
from underround.app import signal_delivery
from underround.app.signal_delivery import SignalDelivery
from underround.stores.memory import MemorySignals
from underround.stores.signal_journal import SignalJournal


class Relay:
    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


class World:
    def __init__(self, path: Path) -> None:
        self.journal = SignalJournal(path)
        self.queue, self.relay, self.told = MemorySignals(), Relay(), []
        self.delivery = SignalDelivery(self.journal, self.queue, self.relay, "run")
        self.delivery.on_failure.append(self.told.append)

    def limit_pages(self, more: int | None) -> None:
        [pages] = self.journal.database.execute("PRAGMA page_count").fetchone()
        most = 1 << 30 if more is None else pages + more
        self.journal.database.execute(f"PRAGMA max_page_count = {most}")

    @property
    def names(self) -> list[str]:
        return [each.id for each in self.journal.every()]


@pytest.fixture
def signal():
    return opened(edge_e6=20_000)


@pytest.fixture
async def world(tmp_path):
    made = World(tmp_path / "signals.db")
    yield made
    made.journal.close()


async def test_a_full_disk_keeps_signals_and_tells_once(world, signal, caplog) -> None:
    world.delivery.take(signal)
    world.limit_pages(1)
    for _ in range(60):
        world.delivery.take(signal)
    waiting, journaled = world.delivery.waiting, len(world.names)
    assert waiting > 0
    assert waiting + journaled == 61
    # Nobody beyond this process has heard of what is not on disk.
    assert await world.queue.depth() == world.relay.woken == journaled
    assert len(world.told) == 1
    assert "database or disk is full" in world.told[0]
    world.delivery.retry()
    assert (len(world.told), world.delivery.failure) == (1, world.told[0])
    world.limit_pages(None)
    with caplog.at_level(logging.WARNING, "underround"):
        world.delivery.retry()
    assert f"signals are journaled again; {waiting} had waited" in caplog.text
    assert (world.delivery.failure, world.delivery.waiting, world.delivery.lost) == (None, 0, 0)
    assert world.names == [f"run/{number}" for number in range(1, 62)]
    assert await world.queue.depth() == world.relay.woken == 61


async def test_what_comes_while_others_wait_goes_behind_them(world, signal) -> None:
    world.limit_pages(0)
    while not world.delivery.waiting:
        world.delivery.take(signal)
    world.limit_pages(None)
    world.delivery.take(signal)  # there is room, but it is not its turn
    assert world.delivery.waiting == 2
    world.delivery.retry()
    assert world.names == sorted(world.names, key=lambda name: int(name[4:]))


async def test_more_than_can_wait_is_counted_and_said(world, signal, monkeypatch, caplog) -> None:
    monkeypatch.setattr(signal_delivery, "MOST_WAITING", 3)
    world.limit_pages(0)
    while world.delivery.lost < 2:
        world.delivery.take(signal)
    assert world.delivery.waiting == 3
    assert [r.getMessage() for r in caplog.records if "are lost" in r.getMessage()] == [
        "3 signals wait for the journal; more are lost"
    ]
    world.delivery.close()
    assert "3 signals could not be journaled and are lost but for the recording" in caplog.text


async def test_another_program_s_short_write_is_no_outage(world, signal, tmp_path) -> None:
    world.journal.database.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "signals.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    world.delivery.take(signal)
    for _ in range(signal_delivery.PATIENCE - 2):
        world.delivery.retry()
    assert (world.told, world.delivery.waiting) == ([], 1)
    world.delivery.retry()
    assert len(world.told) == 1
    other.execute("COMMIT")
    other.close()
    world.delivery.retry()
    assert (world.delivery.failure, world.names) == (None, ["run/1"])


async def test_a_disk_that_is_really_full(tmp_path, signal) -> None:
    with small_disk(tmp_path / "disk", 1_000_000) as disk:
        world = World(disk / "signals.db")
        ballast = fill(disk)
        for _ in range(50):
            world.delivery.take(signal)
        assert world.delivery.waiting
        assert world.delivery.failure
        ballast.unlink()
        world.delivery.retry()
        assert len(world.names) == 50
        world.journal.close()
