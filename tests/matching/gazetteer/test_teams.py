"""American teams by nickname, city and code; a city that two teams share names neither alone."""

import pytest

from underround.matching.gazetteer.banks import bank_in, bank_of_series
from underround.matching.gazetteer.colleges import college_named
from underround.matching.gazetteer.teams import (
    LEAGUES,
    shared_league,
    team_by_code,
    team_in,
    teams_named,
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Lakers", {"nba:lal"}),
        ("Los Angeles L", {"nba:lal"}),
        ("Los Angeles Lakers", {"nba:lal"}),
        ("LA Clippers", {"nba:lac"}),
        ("76ers", {"nba:phi"}),
        ("Los Angeles R", {"nfl:lar"}),
        ("Chicago WS", {"mlb:cws"}),
        ("Detroit", {"mlb:det", "nba:det", "nfl:det", "nhl:det"}),
        ("Kings", {"nba:sac", "nhl:la"}),
        ("Nowhere", set()),
    ],
)
def test_what_a_name_may_mean(text, ids):
    assert teams_named(text) == ids


def test_two_names_settle_the_league():
    assert shared_league("Kings", "Jets") == "nhl"
    assert shared_league("Rangers", "Giants") == "mlb"
    assert shared_league("Detroit", "Toronto") == ""
    assert shared_league("Detroit", "Toronto", "hockey") == "nhl"


def test_every_code_and_nickname_of_a_league_is_one_team():
    for league, teams in LEAGUES.items():
        codes = [code for team in teams for code in team.codes]
        names = [name for team in teams for name in team.nicknames]
        assert len(codes) == len(set(codes)), league
        assert len(names) == len(set(names)), league
        for team in teams:
            assert {team_by_code(league, code) for code in team.codes} == {team.id}
            assert {team_in(league, name) for name in team.nicknames} == {team.id}


@pytest.mark.parametrize(
    ("text", "college"),
    [
        ("Hoosiers", "indiana"),
        ("Ohio State Buckeyes", "ohio state"),
        ("Mississippi", "ole miss"),
        ("Miami Hurricanes", "miami"),
        ("Tigers", ""),
        ("Indiana", ""),
    ],
)
def test_colleges(text, college):
    assert college_named(text) == college


@pytest.mark.parametrize(
    ("text", "bank"),
    [
        ("Will the Fed cut?", "fed"),
        ("Reserve Bank of Australia holds", "rba"),
        ("Bank of Thailand holds", "bank of thailand"),
        ("Fed and ECB hold", ""),
        ("nobody holds", ""),
    ],
)
def test_banks(text, bank):
    assert bank_in(text) == bank


def test_the_bank_of_a_series():
    assert [bank_of_series(name) for name in ("FEDDECISION", "CBDECISIONJAPAN", "CBDECISIONX")] == [
        "fed",
        "boj",
        "",
    ]
