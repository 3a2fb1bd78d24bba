"""Tables that fit the width they are given, and lose no figure on the way."""

from hypothesis import given
from hypothesis import strategies as st

from underround.app.columns import hung, shortened, table_lines

HEADS = ("begun", "pair", "booked")
ROWS = [("04:17:18", "kalshi-KXNASDAQ100U-29JAN12H1600", "$10.37"), ("04:17:19", "cup", "-$0.05")]


def lines(width: int | None) -> list[str]:
    return table_lines(HEADS, ROWS, width, name=1, numeric=(2,))


def test_nothing_is_cut_where_there_is_no_terminal():
    assert lines(None) == [
        "begun     pair                              booked",
        "04:17:18  kalshi-KXNASDAQ100U-29JAN12H1600  $10.37",
        "04:17:19  cup                               -$0.05",
    ]


def test_a_name_gives_way_to_the_width_and_no_figure_does():
    assert lines(36) == [
        "begun    pair                 booked",
        "04:17:18 kalshi-KXN…AN12H1600 $10.37",
        "04:17:19 cup                  -$0.05",
    ]


def test_what_is_too_narrow_for_the_figures_too_is_broken_at_words():
    assert lines(20)[2:4] == ["04:17:18 kalsh…1600", "    $10.37"]


def test_a_line_is_broken_at_words_and_its_rest_indented():
    assert hung("one two three four", 10, 2) == ["one two", "  three", "  four"]
    assert hung("one two three four", None, 2) == ["one two three four"]
    assert hung("one two", 3, 2) == ["one two"]


@given(st.text(alphabet="abc", max_size=40), st.integers(3, 30))
def test_a_shortened_name_keeps_both_its_ends(name: str, most: int):
    short = shortened(name, most)
    assert len(short) == min(len(name), most)
    assert name == short or (short[0], short[-1]) == (name[0], name[-1])


@given(st.lists(st.text(alphabet="ab c", max_size=30), min_size=1, max_size=5), st.integers(40, 90))
def test_every_word_is_there_and_every_line_fits(words: list[str], width: int):
    text = " ".join(words).strip()
    broken = hung(text, width, 4)
    assert " ".join(broken).split() == text.split()
    assert all(len(line) <= width for line in broken)
