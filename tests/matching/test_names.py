"""Clubs, nations, players: the same under different spellings, and never one for another."""

import pytest

from underround.matching.names import (
    Likeness,
    club_id,
    club_likeness,
    contestant_likeness,
    person_likeness,
)

ALIKE = (Likeness.SAME, Likeness.LIKELY)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Bayer 04 Leverkusen", "Leverkusen"),
        ("FC Internazionale Milano", "Inter"),
        ("1. FC Köln", "Cologne"),
        ("Paris Saint-Germain FC", "PSG"),
        ("Wolverhampton Wanderers FC", "Wolves"),
        ("Sport Lisboa e Benfica", "SL Benfica"),
        ("Al Ittihad Saudi Club", "Al-Ittihad"),
        ("FC Nowhere 1909", "Nowhere"),
        ("Côte d'Ivoire", "Ivory Coast"),
        ("Red Owls Esports", "Red Owls"),
    ],
)
def test_one_club_under_two_names(first, second):
    assert club_likeness(first, second) in ALIKE
    assert club_likeness(second, first) in ALIKE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("RCD Espanyol de Barcelona", "Barcelona"),
        ("AC Milan", "Inter Milan"),
        ("Paris FC", "Paris Saint-Germain FC"),
        ("Manchester City FC", "Manchester United"),
        ("Dundee United FC", "Dundee"),
        ("Chelsea FC Women", "Chelsea"),
        ("Western Sydney Wanderers FC", "Sydney"),
        ("Madrid United", "Madrid"),
    ],
)
def test_two_clubs_are_never_one(first, second):
    assert club_likeness(first, second) not in ALIKE
    assert club_likeness(second, first) not in ALIKE


@pytest.mark.parametrize(
    ("first", "second", "likeness"),
    [
        ("J.D. Vance", "JD Vance", Likeness.SAME),
        ("Su Mudaerji", "Sumudaerji", Likeness.SAME),
        ("Benoît Saint Denis", "Benoit Saint-Denis", Likeness.SAME),
        ("Ortiz", "Luis Ortiz", Likeness.LIKELY),
        ("del Valle", "Yadier del Valle", Likeness.LIKELY),
        ("Zheng Qinwen", "Qinwen Zheng", Likeness.SAME),
        ("Ada Nowak", "Eva Nowak", Likeness.DIFFERENT),
        ("Arthur Smith", "Arthur Jones", Likeness.DIFFERENT),
        ("Katie Bolt", "Kate Bolt", Likeness.UNSURE),
        ("Dwayne 'The Rock' Johnson", "Dwayne Johnson", Likeness.SAME),
        ("Stephen A. Smith", "Stephen Smith", Likeness.LIKELY),
        ("", "Ada", Likeness.UNSURE),
    ],
)
def test_persons(first, second, likeness):
    assert person_likeness(first, second) is likeness
    assert person_likeness(second, first) is likeness


def test_a_sport_of_persons_compares_persons():
    assert contestant_likeness("Ortiz", "Luis Ortiz", "tennis") is Likeness.LIKELY
    assert contestant_likeness("LUIS ORTIZ", "Luis Ortiz", "soccer") is Likeness.SAME


def test_a_club_that_nobody_listed_has_no_id():
    assert club_id("FC Nowhere 1909") == ""
    assert club_id("Borussia Mönchengladbach") == club_id("Gladbach") != ""
