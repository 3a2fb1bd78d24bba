"""The day of play: how far an end field may lie from it, sport by sport."""

import pytest

from tests.matching.contracts import kalshi, poly, scheduled
from underround.matching.checks import Finding
from underround.matching.guards import check_pair
from underround.matching.reading import read

BASKETBALL = (
    "Hawks vs. Celtics",
    "Celtics",
    "KXNBAGAME-26{}ATLBOS-BOS",
    "Atlanta at Boston Winner?",
    "Boston",
)
BASEBALL = (
    "Cubs vs. Mets",
    "Mets",
    "KXMLBGAME-26{}CHCNYM-NYM",
    "Chicago C vs New York M Winner?",
    "New York M",
)
FOOTBALL = (
    "Browns vs. Steelers",
    "Browns",
    "KXNFLGAME-26{}CLEPIT-CLE",
    "Cleveland at Pittsburgh Winner?",
    "Cleveland",
)
TENNIS = (
    "Lyon Open: Ada Nowak vs Bea Ortiz",
    "Ortiz",
    "KXWTAMATCH-26{}NOWORT-ORT",
    "Will Bea Ortiz win the Nowak vs Ortiz : Final match?",
    "Bea Ortiz",
)


def period(sport, ticker_day, ends, rules=""):
    title, outcome, ticker, kalshi_title, side = sport
    one = poly(title, outcome, rules, ends)
    two = kalshi(ticker.format(ticker_day), kalshi_title, side)
    (check,) = [each for each in check_pair(read(one), read(two)) if each.name == "period"]
    return check.finding


@pytest.mark.parametrize(
    ("sport", "day", "ends", "finding"),
    [
        (BASKETBALL, "FEB03", "2026-02-03", Finding.PASS),
        (BASKETBALL, "FEB03", "2026-02-04T01:00:00Z", Finding.PASS),
        (BASKETBALL, "FEB03", "2026-02-04", Finding.UNKNOWN),
        (BASKETBALL, "FEB03", "2026-02-05", Finding.FAIL),
        (BASKETBALL, "MAY05", "2026-05-04", Finding.PASS),
        (BASKETBALL, "FEB03", "", Finding.UNKNOWN),
        (FOOTBALL, "OCT11", "2026-10-12", Finding.PASS),
        (FOOTBALL, "OCT11", "2026-10-18", Finding.FAIL),
        (BASEBALL, "JUN091900", "2026-06-16", Finding.UNKNOWN),
        (BASEBALL, "JUN091900", "2026-06-30", Finding.FAIL),
        (TENNIS, "MAY20", "2026-05-27", Finding.PASS),
        (TENNIS, "MAY20", "2026-06-27", Finding.FAIL),
    ],
)
def test_a_bare_end_date_counts_as_closely_as_the_sport_allows(sport, day, ends, finding):
    assert period(sport, day, ends) is finding


@pytest.mark.parametrize(("day", "finding"), [("June 9", Finding.PASS), ("June 10", Finding.FAIL)])
def test_a_day_in_the_rules_decides_alone(day, finding):
    rules = scheduled("MLB", day)
    assert period(BASEBALL, "JUN091900", "2026-06-16T23:00:00Z", rules) is finding
