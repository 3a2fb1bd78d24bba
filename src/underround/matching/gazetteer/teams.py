"""The teams of the American leagues: ticker codes, cities as Kalshi writes them, nicknames.

Kalshi writes "Los Angeles L", Polymarket "Lakers"; both are the id "nba:lal". Facts only.
"""

from functools import lru_cache
from typing import Final

from msgspec import Struct

from underround.matching.wording import words

# code[,other codes] | city[/other spellings] | nickname[/short forms]
_NBA: Final = """
atl|Atlanta|Hawks
bos|Boston|Celtics
bkn,brk|Brooklyn|Nets
cha|Charlotte|Hornets
chi|Chicago|Bulls
cle|Cleveland|Cavaliers/Cavs
dal|Dallas|Mavericks/Mavs
den|Denver|Nuggets
det|Detroit|Pistons
gsw,gs|Golden State|Warriors
hou|Houston|Rockets
ind|Indiana|Pacers
lac|Los Angeles C/LA|Clippers
lal|Los Angeles L|Lakers
mem|Memphis|Grizzlies
mia|Miami|Heat
mil|Milwaukee|Bucks
min|Minnesota|Timberwolves/Wolves
nop,no|New Orleans|Pelicans
nyk,ny|New York|Knicks
okc|Oklahoma City|Thunder
orl|Orlando|Magic
phi|Philadelphia|76ers/Sixers
phx,pho|Phoenix|Suns
por|Portland|Trail Blazers/Blazers
sac|Sacramento|Kings
sas,sa|San Antonio|Spurs
tor|Toronto|Raptors
uta|Utah|Jazz
was,wsh|Washington|Wizards
"""
_WNBA: Final = """
atl|Atlanta|Dream
chi|Chicago|Sky
con,conn|Connecticut|Sun
dal|Dallas|Wings
gsv,gs|Golden State|Valkyries
ind|Indiana|Fever
la,las|Los Angeles|Sparks
lv,lva|Las Vegas|Aces
min|Minnesota|Lynx
ny,nyl|New York|Liberty
phx,pho|Phoenix|Mercury
por|Portland|Fire
sea|Seattle|Storm
tor|Toronto|Tempo
was,wsh|Washington|Mystics
"""
_NFL: Final = """
ari|Arizona|Cardinals
atl|Atlanta|Falcons
bal|Baltimore|Ravens
buf|Buffalo|Bills
car|Carolina|Panthers
chi|Chicago|Bears
cin|Cincinnati|Bengals
cle|Cleveland|Browns
dal|Dallas|Cowboys
den|Denver|Broncos
det|Detroit|Lions
gb|Green Bay|Packers
hou|Houston|Texans
ind|Indianapolis|Colts
jac,jax|Jacksonville|Jaguars/Jags
kc|Kansas City|Chiefs
lv|Las Vegas|Raiders
lac|Los Angeles C|Chargers
lar,la|Los Angeles R|Rams
mia|Miami|Dolphins
min|Minnesota|Vikings
ne|New England|Patriots/Pats
no|New Orleans|Saints
nyg|New York G|Giants
nyj|New York J|Jets
phi|Philadelphia|Eagles
pit|Pittsburgh|Steelers
sf|San Francisco|49ers/Niners
sea|Seattle|Seahawks
tb|Tampa Bay|Buccaneers/Bucs
ten|Tennessee|Titans
was,wsh|Washington|Commanders
"""
_MLB: Final = """
ari,az|Arizona|Diamondbacks/D-backs
atl|Atlanta|Braves
bal|Baltimore|Orioles
bos|Boston|Red Sox
chc|Chicago C|Cubs
cws,chw|Chicago WS/Chicago W|White Sox
cin|Cincinnati|Reds
cle|Cleveland|Guardians
col|Colorado|Rockies
det|Detroit|Tigers
hou|Houston|Astros
kc|Kansas City|Royals
laa|Los Angeles A|Angels
lad|Los Angeles D|Dodgers
mia|Miami|Marlins
mil|Milwaukee|Brewers
min|Minnesota|Twins
nym|New York M|Mets
nyy|New York Y|Yankees
ath,oak|A's/Athletics/Oakland/Sacramento|Athletics
phi|Philadelphia|Phillies
pit|Pittsburgh|Pirates
sd|San Diego|Padres
sf|San Francisco|Giants
sea|Seattle|Mariners
stl|St. Louis/St Louis|Cardinals
tb|Tampa Bay|Rays
tex|Texas|Rangers
tor|Toronto|Blue Jays
wsh,was|Washington|Nationals
"""
_NHL: Final = """
ana|Anaheim|Ducks
bos|Boston|Bruins
buf|Buffalo|Sabres
cgy|Calgary|Flames
car|Carolina|Hurricanes
chi|Chicago|Blackhawks
col|Colorado|Avalanche
cbj|Columbus|Blue Jackets
dal|Dallas|Stars
det|Detroit|Red Wings
edm|Edmonton|Oilers
fla|Florida|Panthers
la,lak|Los Angeles|Kings
min|Minnesota|Wild
mtl,mon|Montreal|Canadiens/Habs
nsh|Nashville|Predators
njd,nj|New Jersey|Devils
nyi|New York I|Islanders
nyr|New York R|Rangers
ott|Ottawa|Senators
phi|Philadelphia|Flyers
pit|Pittsburgh|Penguins
sj,sjs|San Jose|Sharks
sea|Seattle|Kraken
stl|St. Louis/St Louis|Blues
tb,tbl|Tampa Bay|Lightning
tor|Toronto|Maple Leafs/Leafs
uta|Utah|Mammoth/Hockey Club
van|Vancouver|Canucks
vgk,vgs|Vegas/Las Vegas|Golden Knights
wsh,was|Washington|Capitals/Caps
wpg|Winnipeg|Jets
"""
SPORT_OF: Final = {
    "nba": "basketball", "wnba": "basketball", "nfl": "football", "mlb": "baseball",
    "nhl": "hockey", "ncaaf": "football", "ncaamb": "basketball", "ncaawb": "basketball",
}  # fmt: skip
_SHARED_CITIES: Final = {"los angeles", "new york", "chicago", "la", "ny"}


class Team(Struct, frozen=True):
    """One team of one league; names are tuples of words in lower case."""

    id: str
    league: str
    codes: frozenset[str]
    cities: frozenset[str]
    nicknames: frozenset[str]


def _key(text: str) -> str:
    return " ".join(words(text))


def _teams(league: str, table: str) -> tuple[Team, ...]:
    rows = []
    for line in table.strip().splitlines():
        codes, cities, nicknames = line.split("|")
        first = codes.split(",")[0]
        rows.append(
            Team(
                f"{league}:{first}",
                league,
                frozenset(codes.split(",")),
                frozenset(_key(city) for city in cities.split("/")),
                frozenset(_key(name) for name in nicknames.split("/")),
            )
        )
    return tuple(rows)


LEAGUES: Final = {
    league: _teams(league, table)
    for league, table in (
        ("nba", _NBA), ("wnba", _WNBA), ("nfl", _NFL), ("mlb", _MLB), ("nhl", _NHL),
    )
}  # fmt: skip


def team_by_code(league: str, code: str) -> str:
    """Return the id of the team that `league` writes as `code` in tickers, or ""."""
    code = code.lower()
    return next((team.id for team in LEAGUES.get(league, ()) if code in team.codes), "")


@lru_cache(maxsize=32768)
def teams_named(text: str) -> frozenset[str]:
    """Return the ids of every team that `text` may name: nickname, city, or both together.

    "Lakers", "Los Angeles Lakers" and "Los Angeles L" each give {"nba:lal"}; "Detroit" gives one
    id a league. A bare city that two teams of one league share gives none of that league.
    """
    key = _key(text)
    found = set()
    for teams in LEAGUES.values():
        for team in teams:
            if _names(team, key):
                found.add(team.id)
    return frozenset(found)


def _names(team: Team, key: str) -> bool:
    if key in team.nicknames:
        return True
    if key in team.cities:
        return key not in _SHARED_CITIES or team.league in ("wnba",) or team.id in _CITY_ALONE
    for nickname in team.nicknames:
        if key.endswith(" " + nickname):
            place = key[: -len(nickname) - 1]
            return place in {c for city in team.cities for c in _places(city)}
    return False


_CITY_ALONE: Final = {"nba:nyk", "nba:chi", "nfl:chi", "nhl:chi", "nhl:la"}


def _places(city: str) -> tuple[str, ...]:
    """A city as written, and without Kalshi's letter ("los angeles l" is Los Angeles)."""
    head, _, tail = city.rpartition(" ")
    short = {"los angeles": "la", "new york": "ny"}
    if head and len(tail) <= 2:
        return (city, head, short.get(head, head))
    return (city, short.get(city, city))


def shared_league(first: str, second: str, sport: str = "") -> str:
    """Return the one league (of `sport`, if given) that has both names as teams, or ""."""
    leagues = {team.split(":")[0] for team in teams_named(first)}
    leagues &= {team.split(":")[0] for team in teams_named(second)}
    leagues = {league for league in leagues if sport in ("", SPORT_OF[league])}
    return leagues.pop() if len(leagues) == 1 else ""


def team_in(league: str, text: str) -> str:
    """Return the id of the one team of `league` that `text` names, or ""."""
    found = [team for team in teams_named(text) if team.startswith(league + ":")]
    return found[0] if len(found) == 1 else ""
