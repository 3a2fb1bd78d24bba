"""Dates as titles and rules write them, read to days; deadlines to the last day that counts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.matching.periods import dated_by_rules, find_periods, read_end, year_for

END = date(2026, 12, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Signed by January 31, 2026?", "by 2026-01-31"),
        ("signed before Feb 1, 2026", "by 2026-01-31"),
        ("before July 2026", "by 2026-06-30"),
        ("before 2027?", "by 2026-12-31"),
        ("by end of 2026?", "by 2026-12-31"),
        ("by the end of June 2026", "by 2026-06-30"),
        ("in the time period Jan 1, 2026 to March 31, 2026", "between 2026-01-01…2026-03-31"),
        ("between June 3, 2026 and June 9, 2026", "between 2026-06-03…2026-06-09"),
        ("in 2026", "in 2026-01-01…2026-12-31"),
        ("the Jan 2026 meeting", "in 2026-01-01…2026-01-31"),
        ("at the end of February 2028", "on 2028-02-29"),
        ("win on 2026-01-17?", "on 2026-01-17"),
        ("on 21 Jul '26", "on 2026-07-21"),
        ("(January 13, 2026)", "on 2026-01-13"),
        ("by March 31, 2026, 11:59 PM ET", "by 2026-03-31"),
        ("by March 31, 2026, 12:00 PM ET", "by 2026-03-31 12:00 ET"),
        ("by June 2026", "by ? vague"),
    ],
)
def test_a_written_time_is_read(text, expected):
    assert [str(period) for period in find_periods(text)[0]] == [expected]


def test_words_of_time_are_taken_out_of_the_text():
    found, rest = find_periods("Will Powell say so at his Jan 2026 press conference at 2:30 PM ET?")
    assert [str(period) for period in found] == ["in 2026-01-01…2026-01-31"]
    assert rest.split() == [
        "Will",
        "Powell",
        "say",
        "so",
        "at",
        "his",
        "press",
        "conference",
        "at",
        "?",
    ]


def test_may_the_verb_is_no_month():
    assert find_periods("Who May win?", END)[0] == []
    assert [str(period) for period in find_periods("in May", date(2026, 5, 31))[0]] == [
        "in 2026-05-01…2026-05-31"
    ]


@pytest.mark.parametrize(
    ("month", "day", "anchor", "year"),
    [
        (6, 30, date(2026, 12, 30), 2026),
        (6, 30, date(2026, 1, 31), 2026),
        (12, 31, date(2026, 12, 30), 2026),
        (1, 2, date(2025, 12, 30), 2026),
    ],
)
def test_a_missing_year_comes_from_the_end_date(month, day, anchor, year):
    assert year_for(month, day, anchor) == year


def test_a_supplied_year_is_marked():
    (stated,), _ = find_periods("by June 30, 2026")
    (supplied,), _ = find_periods("by June 30", END)
    assert (stated.last, supplied.last) == (date(2026, 6, 30), date(2026, 6, 30))
    assert (stated.year_stated, supplied.year_stated) == (True, False)
    assert find_periods("by June 30")[0] == []


def test_days_that_do_not_exist_are_no_dates():
    assert find_periods("on February 30, 2026") == ([], "on February 30, 2026")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-10T03:30:00Z", date(2026, 1, 9)),
        ("2026-06-17T00:00:00Z", date(2026, 6, 17)),
        ("2026-04-10T12:00:00-04:00", date(2026, 4, 10)),
        ("2026-01-10", date(2026, 1, 10)),
        ("", None),
        ("tomorrow", None),
        ("2026-13-40", None),
        ("0001-01-01T03:30:00Z", None),
    ],
)
def test_an_end_field_is_a_day_in_new_york(text, day):
    assert read_end(text) == day


@given(st.dates(date(2020, 1, 2), date(2035, 12, 31)))
def test_by_a_day_is_before_the_next(day):
    (by,), _ = find_periods(f"by {day:%B} {day.day}, {day.year}")
    after = day + timedelta(days=1)
    (before,), _ = find_periods(f"before {after:%b} {after.day}, {after.year}")
    assert (by.kind, by.last) == (before.kind, before.last) == ("by", day)


@pytest.mark.parametrize(
    ("rules", "year"),
    [
        ("Recorded on January 4, 2028, as reported.", 2028),
        ("Recorded on January 5, 2028.", 2027),
        ("On January 4, 2027 or on January 4, 2028.", 2027),
        ("", 2027),
    ],
)
def test_rules_date_a_title_without_a_year(rules, year):
    anchor = date(2027, 1, 1)
    (told,), _ = find_periods("Will it snow on January 4?", anchor)
    assert dated_by_rules(told, rules, anchor).last == date(year, 1, 4)


def test_a_title_with_a_year_keeps_it():
    (told,), _ = find_periods("Will it snow on January 4, 2027?")
    assert dated_by_rules(told, "On January 4, 2028.") == told
