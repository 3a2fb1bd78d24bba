"""Connections that carry no book of ours are shown, counted and judged like those that do."""

from types import SimpleNamespace

from tests.app.sighted_day import sighted
from underround.app.page.connection_list import connections
from underround.app.page.feed_topic import Rates, feeds
from underround.app.page.health import SILENT_NS, readiness
from underround.app.page.metrics import Exposition
from underround.venues.ports import FeedCounters


def exchange(name: str, *, connected: bool, **counted: int) -> SimpleNamespace:
    """Give a feed as far as faces look at one."""
    counters = FeedCounters()
    for key, value in counted.items():
        setattr(counters, key, value)
    return SimpleNamespace(
        connection=name, is_connected=connected, counters=counters, is_given_up=False
    )


async def test_an_exchange_stands_beside_the_venues():
    async with sighted() as (day, sight):
        heard_ns = day.now_ns - 2_000_000_000
        sight.run.feeds.append(
            exchange("kraken-BTC", connected=True, connects=2, last_data_at_ns=heard_ns)
        )
        found = {each.name: each for each in connections(sight.run)}
        shown = {row["name"]: row for row in feeds(sight, Rates(sight), day.now_ns)["connections"]}
        told = Exposition(sight).text().decode()
    assert set(found) == {"polymarket", "kalshi", "kraken-BTC"}
    assert found["kraken-BTC"].venue == "kraken"
    assert found["kraken-BTC"].books is None
    assert found["kalshi"].books == found["kalshi"].live > 0
    assert shown["kraken-BTC"]["quiet_ms"] == 2_000
    assert shown["kraken-BTC"]["connects"] == 2
    assert 'underround_connection_up{connection="kraken-BTC"} 1.0' in told
    assert 'underround_connection_quiet_seconds{connection="kraken-BTC"} 2.0' in told


async def test_each_way_of_not_being_well_has_its_words():
    async with sighted() as (day, sight):
        old_ns = day.now_ns - SILENT_NS - 1
        sight.run.feeds += [
            exchange("a", connected=False),
            exchange("b", connected=False, connects=1, last_data_at_ns=day.now_ns),
            exchange("c", connected=True, connects=1),
            exchange("d", connected=True, connects=1, last_data_at_ns=old_ns),
            exchange("e", connected=True, connects=1, last_data_at_ns=day.now_ns),
        ]
        reasons = readiness(sight).reasons
    assert reasons == (
        "connection a: never opened",
        "connection b: not connected",
        "connection c: no data yet",
        "connection d: last data 30.0 s ago",
    )
