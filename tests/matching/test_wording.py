"""Text made comparable, deciding clauses cut out, unfilled templates noticed."""

import pytest

from underround.matching.wording import criterion, folded, placeholder, plain, sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Will the **high temp** be", "Will the high temp be"),
        ("José & Søren Müller ß", "Jose & Soren Muller ss"),
        ("“quoted” – it’s", '"quoted" - it\'s'),
        ("the U.S. and J.D. Vance", "the US and JD Vance"),
        ("a<br>b   c", "a b c"),
    ],
)
def test_plain_text_keeps_letters_and_drops_dress(text, expected):
    assert plain(text) == expected


def test_words_are_lower_case_without_possessives():
    assert words("Brazil's 12-month IPCA, 5.50%") == ["brazil", "12", "month", "ipca", "5.50"]
    assert folded("ÉCOLE") == "ecole"


def test_sentences_do_not_end_at_abbreviations():
    text = "The A vs. B game is on. If the U.S. wins, it pays. <p>Clarification: none.</p>"
    assert sentences(text) == [
        "The A vs. B game is on.",
        "If the US wins, it pays.",
        "Clarification: none.",
    ]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            "If Ada wins the race, then the market resolves to Yes. If not, No.",
            "Ada wins the race",
        ),
        (
            "Ada runs. This market will resolve to “Yes” if Ada wins by June 30. Otherwise no.",
            "Ada wins by June 30",
        ),
        ("This market will resolve to the person who wins the race.", "person who wins the race"),
        ("Nothing of the kind.", ""),
        ("", ""),
    ],
)
def test_the_deciding_clause_is_found(rules, expected):
    assert criterion(rules) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("above || Count || units", "|| Count ||"),
        ("be above_below_between ?", "above_below_between"),
        ("Will Person G be the nominee", "Person G"),
        ("Will Fighter F be champion?", "Fighter F"),
        ("Will A win the race?", "Will A win"),
        ("Will {team} win?", "{team}"),
        ("Will Ada win?", None),
        ("Will Tesla sell Model Y in 2026?", None),
        ("Will Plan B win?", None),
    ],
)
def test_an_unfilled_template_is_noticed(text, found):
    assert placeholder(text) == found
