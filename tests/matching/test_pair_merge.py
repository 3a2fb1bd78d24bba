"""The pairs file brought up to date: a person's lines stay, the catalog's come and go."""

import tomllib
from pathlib import Path

import pytest

from tests.matching.contracts import SAME
from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import entries_of_listings
from underround.matching.pair_merge import Merged, merge_pair_file, places
from underround.matching.pair_states import Answer
from underround.matching.review import ReviewDesk
from underround.matching.verdict import judge

ONE, TWO = SAME["nominee"]
OURS = "kxgovohnomd-26-anow"
MINE = f"""# read on Sunday, twice
[[pair]]
id = "mine"   # my name for it
polymarket = "{ONE.id}"
kalshi = "{TWO.id}"
polarity = "same"

[[pair]]
id = "rain"
polymarket = "will-it-rain"
kalshi = "KXRAIN-26"
polarity = "inverse"
"""


@pytest.fixture
def desk():
    with Catalog() as catalog:
        for side in (ONE, TWO):
            catalog.refresh(side.venue, entries_of_listings([side]), 1)
        made = ReviewDesk(catalog)
        made.propose([judge(ONE, TWO)], 2)
        yield made


def ids(path: Path) -> list[str]:
    return [each["id"] for each in tomllib.loads(path.read_text()).get("pair", [])]


def test_an_approved_pair_is_added_once(desk, tmp_path):
    path = tmp_path / "pairs.toml"
    assert merge_pair_file(path, places(desk)) == Merged((OURS,), (), 0)
    text = path.read_text()
    assert merge_pair_file(path, places(desk)) == Merged((), (), 1)
    assert path.read_text() == text


def test_a_person_s_entries_stay_as_they_are_written(desk, tmp_path):
    path = tmp_path / "pairs.toml"
    path.write_text(MINE)
    assert merge_pair_file(path, places(desk)) == Merged((), (), 2)
    assert path.read_text() == MINE


def test_a_new_entry_stands_below_a_person_s_and_takes_no_name_of_theirs(desk, tmp_path):
    path = tmp_path / "pairs.toml"
    mine = MINE.partition("\n\n")[2].replace('"rain"', f'"{OURS}"')
    path.write_text("# mine\n" + mine)
    assert merge_pair_file(path, places(desk)).added == (f"{OURS}-2",)
    assert path.read_text().startswith("# mine\n\n" + mine.rstrip("\n"))
    assert ids(path) == [OURS, f"{OURS}-2"]


@pytest.mark.parametrize("how", ["refused", "suspended", "ended"])
def test_what_is_no_longer_approved_goes(desk, tmp_path, how: str):
    path = tmp_path / "pairs.toml"
    merge_pair_file(path, places(desk))
    if how == "refused":
        desk.answer(OURS, Answer.REFUSE, "not the same office", "ann", 3)
    elif how == "suspended":
        desk.catalog.database.execute("UPDATE pair SET state = 'suspended'")
    else:
        desk.catalog.refresh(Venue.KALSHI, [], 3, whole=True)
    assert merge_pair_file(path, places(desk)) == Merged((), (OURS,), 0)
    assert ids(path) == []
    if how == "refused":
        desk.answer(OURS, Answer.ACCEPT, "it is", "ann", 4)
        assert merge_pair_file(path, places(desk)).added == (OURS,)


def test_a_person_s_entry_that_is_suspended_becomes_a_comment(desk, tmp_path):
    path = tmp_path / "pairs.toml"
    path.write_text(MINE)
    desk.catalog.database.execute("UPDATE pair SET state = 'suspended'")
    assert merge_pair_file(path, places(desk)) == Merged((), ("mine",), 1)
    assert ids(path) == ["rain"]
    assert '# id = "mine"   # my name for it' in path.read_text()


def test_an_entry_that_the_guards_alone_doubt_is_a_person_s_decision(desk, tmp_path):
    path = tmp_path / "pairs.toml"
    path.write_text(MINE)
    desk.catalog.database.execute("UPDATE pair SET state = 'proposed'")
    assert merge_pair_file(path, places(desk)) == Merged((), (), 2)
    assert path.read_text() == MINE


@pytest.mark.parametrize("text", ["[[pair]\n", "pair = 3\n", 'pair = [{id = "a"}]\n'])
def test_a_file_that_cannot_be_kept_is_left_as_it_is(desk, tmp_path, text: str):
    path = tmp_path / "pairs.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="left as it is"):
        merge_pair_file(path, places(desk))
    assert path.read_text() == text
