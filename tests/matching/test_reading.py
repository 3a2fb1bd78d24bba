"""Reading never fails: what cannot be used is said in the terms."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.contracts import SAME, kalshi, poly
from underround.matching.reading import read, refusals
from underround.matching.terms import Family


def test_each_family_has_its_grammar():
    families = {name: (read(one).family, read(two).family) for name, (one, two) in SAME.items()}
    assert all(one is two for one, two in families.values())
    assert families["tennis"][0] is Family.GAME
    assert families["no change"][0] is Family.RATE_DECISION
    assert families["deadline"][0] is Family.GENERAL


def test_placeholders_refuse_only_where_they_decide():
    title = kalshi("KXA-26", "Will || Count || ships sail in 2026?")
    rules = kalshi(
        "KXA-26", "Will ships sail?", rules="If || Count || sail, then the market resolves to Yes."
    )
    print_ = kalshi(
        "KXA-26",
        "Will ships sail?",
        rules="If ships sail, then the market resolves to Yes. Video of the || Address || is used.",
    )
    assert [bool(refusals(each)) for each in (title, rules, print_)] == [True, True, False]


def test_an_empty_title_refuses():
    assert refusals(poly("")) == ("the title is empty",)


@pytest.mark.parametrize(
    ("suffix", "low"),
    [("T89999.99", Decimal("89999.99")), ("T1E999999999", None), ("TNAN", None), ("T٣", None)],
)
def test_a_ticker_s_strike_is_plain_digits(suffix: str, low: Decimal | None):
    interval = read(kalshi(f"KXBTCD-26JUN1012-{suffix}", "Bitcoin price on Jun 10, 2026?")).interval
    assert (None if interval is None else interval.low) == low


@given(st.text(max_size=120), st.text(max_size=20), st.text(max_size=200), st.text(max_size=30))
def test_any_text_can_be_read(title, outcome, rules, ends):
    assert read(poly(title, outcome, rules, ends, id="0x1")).family in Family
    assert read(kalshi(outcome.upper() or "KX", title, outcome, rules, ends)).family in Family


@given(
    st.sampled_from(sorted(SAME)), st.text("abc ?:.-(vs)0129%$", max_size=12), st.integers(0, 60)
)
def test_damaged_titles_can_be_read(name, damage, at):
    one, two = SAME[name]
    assert read(poly(one.title[:at] + damage + one.title[at:], one.outcome)).family in Family
    assert read(kalshi(two.id[:at] + damage + two.id[at:], two.title)).family in Family


def test_a_title_beyond_reason_is_refused_unread():
    assert "more than 500 characters" in refusals(poly("vs. " * 9_000))[0]


@given(st.sampled_from(["vs. ", "1", "between 1 and ", "win the ", "(((", "by end of 2026 "]))
def test_repetition_up_to_the_limit_is_read(piece):
    text = (piece * 500)[:500]
    rules = piece * 2_000
    assert read(poly(text, rules=rules)).family in Family
    assert read(kalshi("KXNBAGAME-26JAN09MILLAL-MIL", text, text, rules)).family in Family
