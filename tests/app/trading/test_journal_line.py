"""Records before a journal that cannot be written: kept in order, written later, never a hole."""

import logging
from pathlib import Path

from tests.small_disk import fill, small_disk
from underround.app.trading.journal_line import JournalLine
from underround.core.trading.journal_record import HaltCleared, HaltSet
from underround.core.trading.order_event import OrderSent
from underround.stores.journal import TradeJournal

NOTE = OrderSent("o", "0xo", 1)


def halt(number: int) -> HaltSet:
    return HaltSet(f"{number}: " + "x" * 9_000, number)


def limit_pages(journal: TradeJournal, more: int | None) -> None:
    """Let SQLite take so many pages more and then say that the disk is full."""
    [pages] = journal.database.execute("PRAGMA page_count").fetchone()
    most = 1 << 30 if more is None else pages + more
    journal.database.execute(f"PRAGMA max_page_count = {most}")


class World:
    def __init__(self, path: Path, most_waiting: int = 100) -> None:
        self.halts: list[str] = []
        self.journal = TradeJournal(path)
        self.line = JournalLine(self.journal, self.halts.append, most_waiting)

    async def end(self) -> None:
        await self.line.close()
        self.journal.close()


async def test_a_full_journal_halts_once_and_writes_all_in_order_later(tmp_path: Path) -> None:
    world = World(tmp_path / "t.db")
    await world.line.open()
    limit_pages(world.journal, 30)
    for number in range(20):
        world.line.add(halt(number))
        await world.line.write(())
    assert [text.partition(": ")[2] for text in world.halts] == ["database or disk is full"]
    assert world.line.failure == world.halts[0]
    assert 0 < world.line.waiting < 20
    assert not await world.line.write([NOTE])
    limit_pages(world.journal, None)
    assert await world.line.write(())
    assert (world.line.failure, world.line.waiting, world.line.lost) == (None, 0, 0)
    assert list(world.journal.read()) == [halt(number) for number in range(20)]
    await world.end()


async def test_whoever_resumes_too_early_hears_again(tmp_path: Path) -> None:
    world = World(tmp_path / "t.db")
    limit_pages(world.journal, 0)
    world.line.add(halt(1))
    for _ in range(3):
        await world.line.write(())
    assert len(world.halts) == 1
    world.line.add(HaltCleared(2))
    await world.line.write(())
    assert len(world.halts) == 2
    await world.end()


async def test_beyond_its_bound_the_journal_ends_without_a_hole(tmp_path: Path) -> None:
    world = World(tmp_path / "t.db", most_waiting=3)
    limit_pages(world.journal, 0)
    for number in range(5):
        world.line.add(halt(number))
        await world.line.write(())
    assert (world.line.waiting, world.line.lost) == (3, 2)
    limit_pages(world.journal, None)
    assert await world.line.write(())
    world.line.add(halt(5))
    assert list(world.journal.read()) == [halt(number) for number in range(3)]
    assert world.line.failure is not None  # until the next start
    # What would explain an order is not on disk: none leaves, whoever resumes.
    assert not await world.line.write([NOTE])
    assert not await world.line.write([NOTE])
    assert [text for text in world.halts if "has ended" in text] == world.halts[-2:]
    await world.end()


async def test_the_end_says_what_it_could_not_write(tmp_path: Path, caplog) -> None:
    world = World(tmp_path / "t.db")
    limit_pages(world.journal, 0)
    world.line.add(halt(1))
    with caplog.at_level(logging.ERROR, "underround"):
        await world.end()
    assert "1 records of the trade journal could not be written" in caplog.text


async def test_a_disk_that_is_really_full_has_room_for_the_way_out(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3_000_000) as disk:
        world = World(disk / "t.db")
        await world.line.open()
        assert world.halts == []
        ballast = fill(disk)
        for number in range(40):  # the write-ahead log has no room of its own
            world.line.add(halt(number))
        assert not await world.line.write([NOTE])
        assert world.line.give_room()
        assert await world.line.write([NOTE])
        assert len(list(world.journal.read())) == 41
        fill(disk)
        world.line.add(HaltCleared(1))
        for number in range(400):
            world.line.add(halt(number))
        assert not await world.line.write(())
        ballast.unlink()
        assert await world.line.write(())
        assert world.journal.reserve.path.stat().st_size == world.journal.reserve.size_bytes
        await world.end()
        assert not world.journal.reserve.path.exists()


async def test_where_the_reserve_has_no_room_trading_does_not_begin(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 600_000) as disk:
        world = World(disk / "t.db")
        await world.line.open()
        [reason] = world.halts
        assert reason == f"no room to trade in: {disk}/t.db.reserve: no space left on device"
        await world.end()
