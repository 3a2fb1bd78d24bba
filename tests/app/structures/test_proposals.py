"""What follows from words is shown to a person, as an entry that the pairs file would take."""

from pathlib import Path

import pytest

from tests.core.hall import on_kalshi
from tests.matching.test_event_relations import DEADLINES, RIVALS, poly
from underround.app.structures.file import decode_structures
from underround.app.structures.proposals import proposals, written
from underround.core.instrument import Venue
from underround.core.structure import Ladder, Partition
from underround.matching.catalog import Catalog

WIDEST_FIRST = ("polymarket:0xb", "polymarket:0xc", "polymarket:0xa")
HERE = {(Venue.POLYMARKET, "e"), (Venue.POLYMARKET, "votes")}


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    rivals = [poly(each.id, each.title, event_id="votes") for each in RIVALS]
    with Catalog(tmp_path / "catalog.sqlite") as made:
        made.refresh(Venue.POLYMARKET, [*DEADLINES, *rivals], 1, whole=True)
    return tmp_path / "catalog.sqlite"


def test_ladders_and_sets_are_proposed_as_entries_that_can_be_read(catalog: Path):
    found = proposals(catalog, HERE, (), 40)
    assert [(each.kind, each.questions) for each in found] == [
        ("ladder", WIDEST_FIRST),
        ("partition", ("polymarket:0x1", "polymarket:0x2")),
    ]
    text = "\n".join(line for each in found for line in written(each))
    entries, problems = decode_structures(text, "pairs.toml")
    assert problems == []
    assert [(entry.id, entry.kind, entry.exhaustive) for entry in entries] == [
        ("polymarket-e-ladder-1", "ladder", False),
        ("polymarket-votes-partition-1", "partition", found[1].is_exhaustive),
    ]


@pytest.mark.parametrize(
    ("events", "most", "left"),
    [(set(), 40, []), ({(Venue.KALSHI, "e")}, 40, []), (HERE, 2, ["partition"]), (HERE, 1, [])],
)
def test_only_events_that_are_followed_and_not_too_large(catalog, events, most, left):
    assert [each.kind for each in proposals(catalog, events, (), most)] == left


def test_what_a_structure_has_already_is_not_proposed(catalog: Path):
    _, questions = on_kalshi("A", "B")
    ladder = Ladder(id="l", rungs=questions, proof="")
    whole = Partition(id="p", questions=questions, is_exclusive=True, is_exhaustive=True, proof="")
    known = [(ladder, {"0xa", "0xb", "0xc", "0xd"}), (whole, {"0x1"})]
    assert [each.kind for each in proposals(catalog, HERE, known, 40)] == ["partition"]
    known = [(whole, {"0xa", "0xb", "0xc", "0x1", "0x2"})]
    assert [each.kind for each in proposals(catalog, HERE, known, 40)] == ["ladder"]


def test_the_two_sides_of_one_market_are_no_set(tmp_path: Path):
    game = poly(
        "0xg", "Hawks vs. Celtics", slug="nba-atl-bos-2026-01-09", outcomes=("Hawks", "Celtics")
    )
    with Catalog(tmp_path / "c.sqlite") as made:
        made.refresh(Venue.POLYMARKET, [game, *DEADLINES[:1]], 1, whole=True)
    assert proposals(tmp_path / "c.sqlite", HERE, (), 40) == []


def test_without_a_catalog_nothing_is_proposed(tmp_path: Path):
    assert proposals(tmp_path / "none.sqlite", HERE, (), 40) == []
