"""Ready means that everything configured is well; what is not configured is not waited for."""

from types import SimpleNamespace

from tests.app.sighted_day import sighted
from underround.app.page.feed_topic import Rates, feeds
from underround.app.page.health import SILENT_NS, readiness
from underround.app.page.metrics import Exposition
from underround.core.instrument import Venue
from underround.core.venue_event import VenueStatusChanged
from underround.core.venue_status import VenueState
from underround.stores.prices import StoreStatus
from underround.venues.ports import FeedCounters


async def test_a_run_whose_books_live_is_ready():
    async with sighted() as (_, sight):
        found = readiness(sight)
    assert (found.ready, found.reasons) == (True, ())
    names = {check.name for check in found.checks}
    assert {"books", "price store", "signal queue", "connection kalshi"} <= names
    assert "recording" not in names


async def test_each_thing_that_fails_is_a_reason():
    async with sighted() as (day, sight):
        day.pipeline.closed("kalshi", day.now_ns, 1006, "gone")
        found = readiness(sight)
        assert found.reasons == ("connection kalshi: not connected",)
        day.pipeline.closed("polymarket", day.now_ns, 1006, "gone")
        found = readiness(sight)
        assert found.reasons[-1].startswith("books: 0 of ")
        halted = VenueStatusChanged(Venue.KALSHI, VenueState.HALTED, "a wrong key", day.now_ns)
        day.pipeline.tell(halted)
        assert "venue kalshi: halted: a wrong key" in readiness(sight).reasons


async def test_silence_is_a_reason():
    async with sighted() as (day, sight):
        day.now_ns += SILENT_NS + 1
        reasons = readiness(sight).reasons
    assert [reason.partition(":")[0] for reason in reasons] == [
        "connection polymarket",
        "connection kalshi",
    ]


async def test_stores_and_the_recording_count_where_there_are_some():
    away = StoreStatus("disconnected", "refused")
    full = SimpleNamespace(failure="disk full", written_bytes=0)
    async with sighted() as (_, sight):
        sight.run.prices = SimpleNamespace(status=lambda: away)
        sight.run.recorder = full
        found = readiness(sight)
    assert found.reasons == ("price store: disconnected: refused", "recording: disk full")


async def test_a_journal_that_cannot_be_written_is_a_reason():
    async with sighted() as (_, sight):
        sight.run.delivery = SimpleNamespace(failure="disk full", waiting=3, lost=1)
        sight.run.audit = SimpleNamespace(failure=None, waiting=2, lost=0)
        line = SimpleNamespace(failure="no room", waiting=7, lost=0)
        portfolio = SimpleNamespace(halt=None, unknown=())
        accounts = SimpleNamespace(doubts={}, venues=())
        desk = SimpleNamespace(portfolio=portfolio, accounts=accounts)
        sight.run.trading = SimpleNamespace(shell=SimpleNamespace(line=line), desk=desk)
        found = readiness(sight)
        sight.run.trading = None
    assert found.reasons == (
        "signal journal: disk full (3 wait, 1 lost)",
        "trade journal: no room (7 wait, 0 lost)",
    )
    assert next(each for each in found.checks if each.name == "audit log").detail == "written"


async def test_a_connection_given_up_with_its_last_market_is_missed_by_nobody():
    async with sighted() as (day, sight):
        day.pipeline.closed("kalshi", day.now_ns, None, "stopped")
        ended = {"connection": "kalshi", "is_given_up": True, "counters": FeedCounters()}
        sight.run.feeds.append(SimpleNamespace(**ended))
        text = Exposition(sight).text().decode()
        assert 'underround_connection_up{connection="polymarket"} 1.0' in text
        assert 'connection="kalshi"' not in text
        assert [check.name for check in readiness(sight).checks if "conn" in check.name] == [
            "connection polymarket"
        ]
        rows = feeds(sight, Rates(sight), day.now_ns)["connections"]
        assert [row["name"] for row in rows] == ["polymarket"]


async def test_a_book_whose_market_is_over_is_not_waited_for():
    async with sighted() as (_, sight):
        books = [b for b in sight.run.engine.books.values() if b.instrument.venue is Venue.KALSHI]
        for book in books:
            book.is_closed = True
        text = Exposition(sight).text().decode()
    assert f'underround_books{{state="closed",venue="kalshi"}} {float(len(books))}' in text
    assert 'underround_books{state="live",venue="kalshi"} 0.0' in text
