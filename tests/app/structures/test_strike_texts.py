"""Thresholds, bands and deadlines in words; other words are another question."""

from decimal import Decimal

import pytest

from underround.app.structures.strike_texts import deadline_of, strike_words, threshold_of
from underround.core.span import Span, above, below, from_on, value_e8
from underround.venues.event import EventMarket


def market(title: str, rules: str = "") -> EventMarket:
    return EventMarket(market_id=title, title=title, rules=rules)


@pytest.mark.parametrize(
    ("title", "span"),
    [
        ("Will SOL be above $200 on January 11?", above(Decimal(200))),
        ("Will it close at or above 24,000 on January 12?", from_on(Decimal(24_000))),
        ("Will it be $94,000 or more on January 15?", from_on(Decimal(94_000))),
        ("Will it be less than $90.5k on January 15?", below(Decimal(90_500))),
        ("Will it be 3.5% or lower?", Span(None, value_e8(Decimal("3.5")))),
    ],
)
def test_what_a_title_says_of_a_number(title: str, span: Span):
    found = threshold_of(market(title))
    assert found is not None
    assert found.span == span


def test_a_band_needs_rules_that_say_whose_its_bounds_are():
    title = "Will it be between $90,000 and $92,000?"
    assert threshold_of(market(title)) is None
    rules = "Exactly on a bound it resolves to the higher range bracket."
    found = threshold_of(market(title, rules))
    assert found is not None
    assert found.span == Span(value_e8(Decimal(90_000)), value_e8(Decimal(92_000)) - 1)


@pytest.mark.parametrize("title", ["Will Ann win?", "Will it reach $0.34 in January?", "By 2029?"])
def test_other_words_say_nothing(title: str):
    assert threshold_of(market(title)) is None


def variable(title: str, rules: str = "") -> str:
    found = threshold_of(market(title, rules))
    assert found is not None
    return found.variable


def test_only_the_number_may_differ():
    known = variable("Will SOL be above $200 on January 11?", "Closes above 200 at noon.")
    assert variable("Will SOL be above $220 on January 11?", "Closes above 220 at noon.") == known
    assert variable("Will SOL be above $220 on January 12?", "Closes above 220 at noon.") != known
    assert variable("Will SOL be above $220 on January 11?", "High above 220 at noon.") != known


def test_a_deadline_is_one_day_in_title_and_rules():
    rules = "Yes if it opens before {}, 11:59 PM ET."
    first, later = (
        deadline_of(market(f"Will it open by {day}?", rules.format(day)))
        for day in ("January 31, 2029", "June 30, 2029")
    )
    assert first is not None
    assert later is not None
    assert first.happening == later.happening
    assert later.day - first.day == 150
    short = deadline_of(market("Granted? Before Feb 1, 2029", "If granted before Feb 1, 2029"))
    assert short is not None


@pytest.mark.parametrize(
    "title",
    ["Will it open?", "By January 31, 2029?  Before June 1, 2029", "Will it open by May 31?"],
)
def test_no_day_or_two_of_them_are_no_deadline(title: str):
    assert deadline_of(market(title)) is None


def test_words_without_numbers_keep_names_dates_and_times():
    one = market("Points: A. Smith 20+", "If Smith scores 20 or more on Jan 5, 2029 at 7 PM")
    two = market("Points: A. Smith 25+", "If Smith scores 25 or more on Jan 5, 2029 at 7 PM")
    other = market("Points: B. Jones 25+", "If Jones scores 25 or more on Jan 5, 2029 at 7 PM")
    next_day = market("Points: A. Smith 25+", "If Smith scores 25 or more on Jan 6, 2029 at 7 PM")
    assert strike_words(one) == strike_words(two)
    assert len({strike_words(each) for each in (one, other, next_day)}) == 3
    phrases = ("$24,000 or above", "above 24,500", "at least 25,000", "less than 9", "20 to 21.99")
    assert {strike_words(market(f"Close is {each}, or so")) for each in phrases} == {
        "close is □, or so"
    }
