"""The catalog: incremental refresh, changes with both texts, search, files of other versions."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from underround.core.instrument import Venue
from underround.matching.catalog import Catalog, Refresh
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.catalog_schema import MIGRATIONS, CatalogError

SNOW = CatalogMarket(
    venue=Venue.KALSHI,
    id="KXSNOW-26",
    title="Will it snow in Málaga?",
    rules="If it snows in 2026, then the market resolves to Yes.",
    ends="2026-12-31",
)
RAIN = CatalogMarket(
    venue=Venue.POLYMARKET, id="0x1", title="Will it rain?", outcomes=("Yes", "No")
)


@pytest.fixture
def catalog():
    with Catalog() as opened:
        yield opened


def test_a_refresh_tells_what_is_new_changed_and_the_same(catalog):
    assert catalog.refresh(Venue.KALSHI, [SNOW], 1) == Refresh(added=("KXSNOW-26",))
    assert catalog.refresh(Venue.KALSHI, [SNOW], 2) == Refresh(unchanged=1)
    moved = replace(SNOW, ends="2027-01-31")
    assert catalog.refresh(Venue.KALSHI, [moved], 3) == Refresh(unchanged=1)
    assert catalog.market(Venue.KALSHI, "KXSNOW-26") == moved
    stricter = replace(moved, rules="If it snows twice, then the market resolves to Yes.")
    assert catalog.refresh(Venue.KALSHI, [stricter], 4) == Refresh(changed=("KXSNOW-26",))


def test_both_texts_of_a_change_are_kept(catalog):
    catalog.refresh(Venue.KALSHI, [SNOW], 1)
    catalog.refresh(Venue.KALSHI, [replace(SNOW, rules="Else.")], 2)
    catalog.refresh(Venue.KALSHI, [replace(SNOW, rules="Else again.")], 3)
    first, second = catalog.changes(Venue.KALSHI, "KXSNOW-26")
    assert (first.seen_ns, second.seen_ns) == (2, 3)
    assert first.old_text == f"{SNOW.title}\n{SNOW.rules}"
    assert (first.new_text, second.new_text) == (
        f"{SNOW.title}\nElse.",
        f"{SNOW.title}\nElse again.",
    )


def test_only_a_whole_refresh_finds_that_markets_vanished(catalog):
    other = replace(SNOW, id="KXSNOW-27")
    catalog.refresh(Venue.KALSHI, [SNOW, other], 1)
    catalog.refresh(Venue.POLYMARKET, [RAIN], 1)
    assert catalog.refresh(Venue.KALSHI, [SNOW], 2).vanished == ()
    assert catalog.refresh(Venue.KALSHI, [SNOW], 3, whole=True).vanished == ("KXSNOW-27",)
    assert catalog.refresh(Venue.KALSHI, [SNOW], 4, whole=True).vanished == ()
    assert not catalog.is_listed(Venue.KALSHI, "KXSNOW-27")
    assert catalog.is_listed(Venue.POLYMARKET, "0x1")
    assert [side.id for side in catalog.listings(Venue.KALSHI)] == ["KXSNOW-26"]
    assert catalog.refresh(Venue.KALSHI, [other], 5).unchanged == 1
    assert catalog.is_listed(Venue.KALSHI, "KXSNOW-27")


def test_search_finds_words_without_their_accents_and_after_a_change(catalog):
    catalog.refresh(Venue.KALSHI, [SNOW], 1)
    catalog.refresh(Venue.POLYMARKET, [RAIN], 1)
    assert [found.id for found in catalog.search("malaga snow")] == ["KXSNOW-26"]
    catalog.refresh(Venue.KALSHI, [replace(SNOW, title="Will it hail?")], 2)
    assert catalog.search("malaga") == []
    assert [found.id for found in catalog.search("hail")] == ["KXSNOW-26"]
    assert catalog.search('"*(') == []


def test_a_refresh_that_fails_changes_nothing(catalog):
    def markets():
        yield SNOW
        raise RuntimeError("the venue went away")

    with pytest.raises(RuntimeError, match="went away"):
        catalog.refresh(Venue.KALSHI, markets(), 1)
    assert catalog.market(Venue.KALSHI, "KXSNOW-26") is None


def test_a_file_is_kept_and_brought_up_to_date(tmp_path):
    path = tmp_path / "catalog.sqlite"
    old = sqlite3.connect(path)
    old.executescript(f"BEGIN;{MIGRATIONS[0]}PRAGMA user_version = 1;COMMIT;")
    old.close()
    with Catalog(path) as catalog:
        catalog.refresh(Venue.KALSHI, [SNOW], 1)
    with Catalog(path) as catalog:
        assert catalog.market(Venue.KALSHI, "KXSNOW-26") == SNOW
        (version,) = catalog.database.execute("PRAGMA user_version").fetchone()
    assert version == len(MIGRATIONS)


def test_a_file_of_a_later_version_or_of_another_kind_is_refused(tmp_path):
    later = tmp_path / "later.sqlite"
    database = sqlite3.connect(later)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(CatalogError, match="written by a later version"):
        Catalog(later)
    (tmp_path / "text.sqlite").write_text("this is no database at all, only words " * 30)
    with pytest.raises(CatalogError, match="not a catalog"):
        Catalog(tmp_path / "text.sqlite")


def test_several_programs_may_open_a_new_file_at_once(tmp_path):
    path = tmp_path / "c.sqlite"

    def opened(_: int) -> int:
        with Catalog(path) as catalog:
            return len(catalog.listed(Venue.KALSHI))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(16))) == [0] * 16
