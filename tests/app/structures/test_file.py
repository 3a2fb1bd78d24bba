"""Structures that a person approved: usable entries, and one clear line for each other."""

import pytest

from tests.core.hall import on_kalshi
from underround.app.structures.file import Named, decode_structures
from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.core.structure import Basket, Ladder, Partition

GOOD = {
    "id": '"one"',
    "kind": '"partition"',
    "questions": '["kalshi:A", ["polymarket:b", "not kalshi:B"]]',
    "note": '"read"',
}


def text(**changes: str | None) -> str:
    rows = GOOD | changes
    return "[[structure]]\n" + "".join(f"{key} = {value}\n" for key, value in rows.items() if value)


def test_questions_name_markets_of_either_venue_and_either_outcome():
    (entry,), problems = decode_structures(text(exhaustive="true"), "pairs.toml")
    assert problems == []
    assert entry.questions == (
        (Named(Venue.KALSHI, "A"),),
        (Named(Venue.POLYMARKET, "b"), Named(Venue.KALSHI, "B", is_inverse=True)),
    )
    _, questions = on_kalshi("A", "B")
    made = entry.structure(questions)
    assert isinstance(made, Partition)
    assert (made.is_exclusive, made.is_exhaustive, made.proof) == (True, True, "approved: read")


def test_a_ladder_and_a_basket():
    _, questions = on_kalshi("A", "B")
    (ladder,), _ = decode_structures(text(kind='"ladder"'), "f")
    assert isinstance(ladder.structure(questions), Ladder)
    (basket,), _ = decode_structures(text(kind='"basket"', rules='["implies 1 2"]'), "f")
    made = basket.structure(questions)
    assert isinstance(made, Basket)
    assert set(made.worlds) == {(True, True), (False, True), (False, False)}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kind": '"tree"'}, 'kind must be partition, ladder or basket, not "tree"'),
        ({"note": None}, 'missing key "note"'),
        ({"exaustive": "true"}, 'unknown key "exaustive"; did you mean "exhaustive"?'),
        ({"exhaustive": '"yes"'}, "exhaustive must be true or false"),
        ({"questions": '["kalshi:A"]'}, "questions must be a list of two or more"),
        ({"questions": '["kalshi:A", "B"]'}, '\'B\' is not "polymarket:MARKET" or "kalshi:TICKER"'),
        ({"questions": '["kalshi:A", 7]'}, "a question is"),
        ({"questions": '["kalshi:A", []]'}, "a question names no market"),
        ({"rules": '["implies 1 2"]'}, "rules belong to a basket"),
        ({"kind": '"basket"'}, "rules belong to a basket, and a basket needs them"),
        ({"kind": '"basket"', "rules": '["before 1 2"]'}, "rule 'before 1 2' does not begin with"),
        ({"kind": '"basket"', "rules": '["equal 1 3"]'}, "rule 'equal 1 3' must name two or more"),
        (
            {"kind": '"basket"', "rules": '["equal 1 2", "opposite 1 2"]'},
            "the rules contradict each other",
        ),
    ],
)
def test_what_cannot_be_used_is_named_and_the_rest_loads(changes, problem):
    both = text(**changes) + text(id='"other"')
    (entry,), (line,) = decode_structures(both, "pairs.toml")
    assert entry.id == "other"
    assert line.startswith("pairs.toml: structure 1 'one': ")
    assert problem in line


def test_an_id_is_taken_once_and_a_file_must_be_one():
    (_,), (line,) = decode_structures(text() + text(), "pairs.toml")
    assert line.endswith("its id is taken by another structure")
    with pytest.raises(ConfigError, match="under \\[\\[structure\\]\\]"):
        decode_structures("structure = 3", "pairs.toml")
    with pytest.raises(ConfigError, match="not TOML"):
        decode_structures("[[", "pairs.toml")


def test_a_structure_may_not_have_a_pair_s_name():
    listed = '[[pair]]\nid = "one"\n' + text() + text(id='"two"')
    entries, problems = decode_structures(listed, "pairs.toml")
    assert [entry.id for entry in entries] == ["two"]
    assert problems == ["pairs.toml: structure 1 'one': its id is taken by a pair"]
