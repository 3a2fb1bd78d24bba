"""Settlement terms in a pair file: read where they can be, else one line for the entry."""

import tomllib

import pytest

from underround.app.pairs.file import decode_pairs
from underround.app.pairs.terms import terms_of
from underround.core.contract_terms import Grade

ENTRY = '[[pair]]\nid = "rain"\npolymarket = "p"\nkalshi = "K"\npolarity = "same"\n'
TERMS = """grade = "equivalent"
residual = "a void"
approved_by = "the desk"
[pair.terms.polymarket]
source = "gauge A"
void = "50-50"
[pair.terms.kalshi]
source = "gauge B"
void = "last fair price"
"""


def test_terms_belong_to_the_entry_above_them():
    (entry, plain), problems = decode_pairs(
        ENTRY + TERMS + ENTRY.replace("rain", "snow").replace('"K"', '"L"'), "pairs.toml"
    )
    assert problems == []
    assert (entry.terms.grade, entry.terms.approved_by) == (Grade.EQUIVALENT, "the desk")
    assert entry.terms.polymarket.source == "gauge A"
    assert entry.terms.differences == ("source", "void")
    assert plain.terms is None


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('approved_by = "the desk"\n', "", 'terms differ in source ("gauge A" | "gauge B"), void'),
        ('"equivalent"', '"identical"', 'graded "identical", but the terms differ in source'),
        ('"equivalent"', '"equal"', 'grade must be one of "identical", "equivalent", "different"'),
        ('residual = "a void"\n', "", 'graded "equivalent" without a residual'),
        ('"50-50"', '"halves"', 'terms.polymarket.void must be one of "last fair price", "50-50"'),
        ('source = "gauge B"', "sorce = 1", 'unknown key "terms.kalshi.sorce"; did you mean "so'),
        ("[pair.terms.kalshi]", "[pair.terms.kalsi]", 'key "terms.kalsi"; did you mean "kalshi"?'),
        ('"gauge A"', "3", "terms.polymarket.source must be text in quotes, not 3"),
        ('"the desk"', "true", "approved_by must be text in quotes, not True"),
    ],
)
def test_what_is_wrong_with_terms_is_one_line_and_the_rest_loads(before, after, reason):
    assert before in TERMS
    text = ENTRY + TERMS.replace(before, after) + ENTRY.replace("rain", "s").replace('"K"', '"L"')
    entries, (problem,) = decode_pairs(text, "pairs.toml")
    assert [entry.id for entry in entries] == ["s"]
    assert str(problem).startswith('pair 1 "rain": ')
    assert reason in str(problem)


@pytest.mark.parametrize("terms", ["3", "{polymarket = 3}"])
def test_terms_are_tables(terms):
    with pytest.raises(ValueError, match="must be"):
        terms_of(tomllib.loads(f"terms = {terms}"))
