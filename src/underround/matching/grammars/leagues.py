"""Which sport and league a Kalshi series or a Polymarket title speaks of.

Hints, not verdicts: a series that is not listed here is read from its title and rules instead.
"""

import re
from typing import Final

from msgspec import Struct

from underround.matching.wording import folded, listed

_SOCCER: Final = frozenset(
    listed(
        """
    EPL LALIGA LALIGA2 SERIEA SERIEB BUNDESLIGA BUNDESLIGA2 LIGUE1 LIGUE2 UCL UEL UECL MLS LIGAMX
    EREDIVISIE LIGAPORTUGAL SAUDIPL ALEAGUE EFLCHAMPIONSHIP EFLCUP EFLL1 EFLL2 FACUP COPADELREY
    DFBPOKAL COUPEDEFRANCE COPPAITALIA SUPERCOPPA SUPERCOPA AFCON WC FIFAWC WORLDCUP SUPERLIG
    SCOTTISHPREM BRASILEIRO BRASILEIROB ARGPREMDIV BELGIANPL DANISHSUPERLIGA JLEAGUE KLEAGUE
    SWISSLEAGUE EKSTRAKLASA HNL ELITESERIEN ALLSVENSKAN CLUBWC CONCACAF COPALIBERTADORES
    LIBERTADORES SUDAMERICANA COPASUDAMERICANA USOPENCUP LEAGUESCUP NWSL WSL EURO COPAAMERICA
    UEFAWCQ WCQ CONMEBOL AFCCL CHNSL INDSL GREEKSL RPL UPL DIMAYOR
        """
    )
)
_US: Final = {
    "NBA": "nba", "WNBA": "wnba", "NFL": "nfl", "MLB": "mlb", "NHL": "nhl", "NCAAF": "ncaaf",
    "CFP": "ncaaf", "NCAAFB": "ncaaf", "NCAAMB": "ncaamb", "NCAAB": "ncaamb", "NCAAWB": "ncaawb",
}  # fmt: skip
_US_SPORT: Final = {
    "nba": "basketball", "wnba": "basketball", "nfl": "football", "mlb": "baseball",
    "nhl": "hockey", "ncaaf": "football", "ncaamb": "basketball", "ncaawb": "basketball",
}  # fmt: skip
_ESPORTS: Final = {
    "CS2": "cs2", "CSGO": "cs2", "LOL": "lol", "DOTA2": "dota2", "VALORANT": "valorant",
    "VAL": "valorant", "COD": "cod", "R6": "r6", "OW": "overwatch", "RL": "rocket league",
    "MLBB": "mlbb", "HOK": "honor of kings", "SC2": "starcraft",
}  # fmt: skip
_OTHERS: Final = {
    "ATP": "tennis", "WTA": "tennis", "ATPCHALLENGER": "tennis", "WTACHALLENGER": "tennis",
    "ITF": "tennis", "ITFW": "tennis", "UFC": "fight", "MMA": "fight", "BOXING": "fight",
    "PFL": "fight", "T20": "cricket", "IPL": "cricket", "ODI": "cricket", "CRICKETT20I": "cricket",
    "BBL": "cricket", "RUGBY": "rugby", "NRL": "rugby", "AFL": "aussie rules", "KHL": "hockey",
    "EUROLEAGUE": "basketball", "DARTS": "darts", "SNOOKER": "snooker", "TABLETENNIS":
    "table tennis", "NPB": "baseball", "KBO": "baseball", "CHESS": "chess",
}  # fmt: skip


class Competition(Struct, frozen=True):
    """A sport and, where one is known, the league within it."""

    sport: str = ""
    league: str = ""


def league_of_series(name: str) -> Competition:
    """Return the sport and league of the leading part of a Kalshi series ("NBA", "EPL")."""
    if name in _US:
        return Competition(_US_SPORT[_US[name]], _US[name])
    if name in _SOCCER:
        return Competition("soccer", name.lower())
    if name in _ESPORTS:
        return Competition("esports", _ESPORTS[name])
    if name in _OTHERS:
        return Competition(_OTHERS[name], name.lower())
    return Competition()


_PHRASES: Final = tuple(
    (re.compile(pattern), Competition(sport, league))
    for pattern, sport, league in (
        (r"\bwnba\b|women's national basketball", "basketball", "wnba"),
        (r"\bnba\b", "basketball", "nba"),
        (r"\bcfb\b|college football|\bcfp\b|\bncaaf\b", "football", "ncaaf"),
        (r"\bnfl\b", "football", "nfl"),
        (r"\bmlb\b", "baseball", "mlb"),
        (r"\bnhl\b", "hockey", "nhl"),
        (r"\bcbb\b|college basketball|\bncaab\b|\bncaa men's|\bcwbb\b", "basketball", "ncaamb"),
        (r"counter-?strike|\bcs2\b|\bcs:go\b", "esports", "cs2"),
        (r"\blol\b|league of legends", "esports", "lol"),
        (r"\bdota ?2?\b", "esports", "dota2"),
        (r"\bvalorant\b", "esports", "valorant"),
        (r"call of duty|\bcod\b", "esports", "cod"),
        (r"rainbow six|\br6\b", "esports", "r6"),
        (r"\boverwatch\b", "esports", "overwatch"),
        (r"rocket league", "esports", "rocket league"),
        (r"mobile legends|\bmlbb\b", "esports", "mlbb"),
        (r"honor of kings", "esports", "honor of kings"),
        (r"starcraft", "esports", "starcraft"),
        (r"\bufc\b|\bmma\b|\bbellator\b|\bpfl\b|\bboxing\b|\bbout\b|\bfight\b", "fight", ""),
        (r"\btennis\b|\batp\b|\bwta\b|roland garros|wimbledon|men's singles", "tennis", ""),
        (r"\bsoccer\b|90 minutes of regular play|90 minutes plus stoppage", "soccer", ""),
        (r"\bcricket\b|\bt20\b", "cricket", ""),
        (r"\brugby\b", "rugby", ""),
        (r"\bdarts\b", "darts", ""),
        (r"\bsnooker\b", "snooker", ""),
        (r"table tennis", "table tennis", ""),
        (r"\bice hockey\b|professional hockey", "hockey", ""),
        (r"professional basketball", "basketball", ""),
        (r"professional football", "football", ""),
        (r"professional baseball", "baseball", ""),
    )
)


def league_in_text(text: str) -> Competition:
    """Return the first sport and league that `text` names, or an empty Competition."""
    low = folded(text)
    for pattern, competition in _PHRASES:
        if pattern.search(low):
            return competition
    return Competition()
