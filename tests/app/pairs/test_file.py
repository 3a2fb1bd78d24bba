"""The pairs file: what is usable loads, and everything else is named with its place and reason."""

from pathlib import Path

import pytest

from underround.app.config import Config
from underround.app.pairs.file import (
    PairEntry,
    PairProblem,
    configured_pairs,
    decode_pairs,
    load_pairs,
)
from underround.core.errors import ConfigError
from underround.core.pair import Polarity

GOOD = """
[[pair]]
id = "btc-100k"
polymarket = "will-bitcoin-reach-100k"
kalshi = "KXBTC-100K"
polarity = "same"
note = "both settle on the last trade of the year"
"""
INVERSE = """
[[pair]]
id = "fed-holds"
polymarket = "0x1f"
kalshi = "KXFED-CUT"
polarity = "inverse"
"""
ENTRY = PairEntry(
    id="btc-100k",
    polymarket="will-bitcoin-reach-100k",
    kalshi="KXBTC-100K",
    polarity=Polarity.SAME,
    note="both settle on the last trade of the year",
)


def test_entries_keep_their_order() -> None:
    other = PairEntry(
        id="fed-holds", polymarket="0x1f", kalshi="KXFED-CUT", polarity=Polarity.INVERSE
    )
    assert decode_pairs(GOOD + INVERSE, "pairs.toml") == ([ENTRY, other], [])
    assert decode_pairs("", "pairs.toml") == ([], [])


BAD_ENTRIES = [
    ('id = "x"\nkalshi = "K"\npolarity = "same"', "x", 'missing key "polymarket"'),
    (
        'id = "x"\npolymarket = " "\nkalshi = "K"\npolarity = "same"',
        "x",
        'missing key "polymarket"',
    ),
    ('id = "x"\npolarty = "same"', "x", 'unknown key "polarty"; did you mean "polarity"?'),
    (
        "fee = 0",
        None,
        'unknown key "fee"; known are id, polymarket, kalshi, polarity, note',
    ),
    ("id = 7", None, "id must be text in quotes, not 7"),
    (
        'id = "x"\npolymarket = "p"\nkalshi = "K"\npolarity = "opposite"',
        "x",
        'polarity must be "same" or "inverse", not "opposite"',
    ),
    (
        'id = "btc-100k"\npolymarket = "p"\nkalshi = "K"\npolarity = "same"',
        "btc-100k",
        "its id is taken by pair 1",
    ),
    (
        GOOD.replace("[[pair]]", "").replace("btc-100k", "x"),
        "x",
        "the same two markets as pair 1",
    ),
]


@pytest.mark.parametrize(("entry", "named", "reason"), BAD_ENTRIES)
def test_bad_entry_is_named_while_the_rest_loads(entry, named, reason) -> None:
    entries, problems = decode_pairs(f"{GOOD}\n[[pair]]\n{entry}\n{INVERSE}", "pairs.toml")
    assert [each.id for each in entries] == ["btc-100k", "fed-holds"]
    assert problems == [PairProblem(2, named, reason)]


def test_bad_entry_takes_no_id_from_a_good_one() -> None:
    entries, problems = decode_pairs(f'[[pair]]\nid = "btc-100k"\n{GOOD}', "pairs.toml")
    assert entries == [ENTRY]
    assert [str(each) for each in problems] == ['pair 1 "btc-100k": missing key "polymarket"']


WHOLE_FILES = {
    "[[pairs]]": 'unknown key "pairs"; entries are written under [[pair]]',
    "pair = 3": "pair must be a list of tables, each under [[pair]]",
    "pair = [3]": "pair must be a list of tables, each under [[pair]]",
    "[[pair]": ("not TOML: Expected ']]' at the end of an array declaration (at line 1, column 7)"),
}


@pytest.mark.parametrize(("text", "line"), WHOLE_FILES.items())
def test_what_is_no_pairs_file_is_refused_in_one_line(text, line) -> None:
    with pytest.raises(ConfigError) as caught:
        decode_pairs(text, "pairs.toml")
    assert str(caught.value) == f"pairs.toml: {line}"


def test_file_is_read_and_a_missing_one_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "pairs.toml"
    with pytest.raises(ConfigError) as caught:
        load_pairs(path)
    assert str(caught.value) == f"{path}: the pairs file cannot be read: no such file or directory"
    path.write_text(GOOD, encoding="utf-8")
    assert load_pairs(path) == ([ENTRY], [])


def test_only_a_file_that_was_asked_for_must_exist(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    missing = "no pairs.toml: watching markets only, without pairs nothing is compared"
    assert configured_pairs(Config()) == ([], [missing])
    Path("pairs.toml").write_text(GOOD + '[[pair]]\nid = "x"\n')
    said = 'pairs.toml: pair 2 "x": missing key "polymarket"'
    assert configured_pairs(Config()) == ([ENTRY], [said])
    with pytest.raises(ConfigError, match=r"mine\.toml: the pairs file cannot be read"):
        configured_pairs(Config(pairs="mine.toml"))


def test_of_both_polarities_of_one_pair_neither_is_used() -> None:
    other = GOOD.replace("btc-100k", "again").replace('"same"', '"inverse"')
    entries, problems = decode_pairs(GOOD + INVERSE + other, "pairs.toml")
    assert [each.id for each in entries] == ["fed-holds"]
    said = "the same two markets as pair {} with the other polarity; neither is used"
    assert problems == [
        PairProblem(1, "btc-100k", said.format(3)),
        PairProblem(3, "again", said.format(1)),
    ]
