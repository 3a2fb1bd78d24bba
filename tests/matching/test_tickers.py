"""Kalshi tickers taken apart."""

from datetime import date

import pytest

from underround.matching.tickers import code_fits, read_ticker, suffix_deadline


def test_a_game_ticker():
    ticker = read_ticker("KXMLBGAME-26MAY161310TORDET-TOR")
    assert (ticker.core, ticker.day, ticker.hour) == ("MLBGAME", date(2026, 5, 16), "1310")
    assert (ticker.letters, ticker.suffix, ticker.year) == ("TORDET", "TOR", 2026)


def test_team_codes_that_begin_with_digits_are_no_hour():
    ticker = read_ticker("KXDOTA2GAME-26JAN094PAUR-AUR")
    assert (ticker.hour, ticker.letters) == ("", "4PAUR")
    assert read_ticker("KXVALORANTGAME-26JAN09100TSEN-SEN").letters == "100TSEN"


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [
        ("KXFEDDECISION-26JUN-C25", 2026, 6),
        ("KXPRESNOMD-28-ANOW", 2028, None),
        ("CONTROLH-2026-D", 2026, None),
        ("KXHOUSERACE-CO02-26-R", 2026, None),
        ("KXNOWHERE", None, None),
        ("", None, None),
    ],
)
def test_years_and_months(text, year, month):
    ticker = read_ticker(text)
    assert (ticker.year, ticker.month) == (year, month)


def test_a_day_that_does_not_exist_is_none():
    assert read_ticker("KXNBAGAME-26FEB31ABCDEF-ABC").day is None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("KXROCKET-26FEB01", date(2026, 1, 31)),
        ("KXALIENS-27-JUL26", date(2026, 6, 30)),
        ("KXACA-26JAN-FEB", None),
        ("KXROCKET-26FEB31", None),
    ],
)
def test_a_deadline_at_the_end_counts_the_day_before(text, last):
    assert suffix_deadline(text) == last


def test_codes_are_letters_of_the_name_in_order():
    assert code_fits("VGK", "Vegas Golden Knights")
    assert not code_fits("TOR", "Detroit")
    assert not code_fits("", "Detroit")
