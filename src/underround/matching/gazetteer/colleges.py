"""American colleges and their teams' nicknames, for "Ducks vs. Hoosiers" and "Duke Blue Devils".

Facts only. A nickname that several colleges share names none of them alone.
"""

from collections import defaultdict
from functools import lru_cache
from typing import Final

from underround.matching.wording import words

_NICKNAMES: Final = """
Crimson Tide:Alabama|Wildcats:Arizona,Kentucky,Kansas State,Northwestern,Villanova,Davidson
Sun Devils:Arizona State|Razorbacks:Arkansas|Tigers:Auburn,Clemson,LSU,Missouri,Memphis,Princeton
Bears:Baylor,Missouri State,Mercer|Broncos:Boise State,Western Michigan,Santa Clara
Eagles:Boston College,Eastern Michigan,Eastern Washington|Cougars:BYU,Houston,Washington State
Golden Bears:California,Cal|Bearcats:Cincinnati|Buffaloes:Colorado|Bluejays:Creighton
Huskies:UConn,Connecticut,Washington,Northern Illinois|Blue Devils:Duke|Gators:Florida
Seminoles:Florida State|Bulldogs:Georgia,Mississippi State,Gonzaga,Butler,Fresno State,Yale
Yellow Jackets:Georgia Tech|Hoyas:Georgetown|Rainbow Warriors:Hawaii|Fighting Illini:Illinois
Hoosiers:Indiana|Hawkeyes:Iowa|Cyclones:Iowa State|Dukes:James Madison,Duquesne|Jayhawks:Kansas
Cardinals:Louisville,Ball State|Ragin Cajuns:Louisiana|Golden Eagles:Marquette,Southern Miss
Terrapins:Maryland|Hurricanes:Miami,Miami (FL)|RedHawks:Miami (OH),Miami Ohio
Wolverines:Michigan,Utah Valley|Spartans:Michigan State,San Jose State|Golden Gophers:Minnesota
Rebels:Ole Miss,UNLV|Cornhuskers:Nebraska|Wolf Pack:Nevada|Lobos:New Mexico|Tar Heels:North Carolina
Wolfpack:NC State|Mean Green:North Texas|Fighting Irish:Notre Dame|Bobcats:Ohio,Texas State
Buckeyes:Ohio State|Sooners:Oklahoma|Cowboys:Oklahoma State,Wyoming|Ducks:Oregon
Beavers:Oregon State|Nittany Lions:Penn State|Panthers:Pittsburgh,Pitt,Georgia State
Boilermakers:Purdue|Friars:Providence|Scarlet Knights:Rutgers|Red Storm:St. John's,St John's
Aztecs:San Diego State|Mustangs:SMU|Gamecocks:South Carolina,Jacksonville State
Bulls:South Florida,USF,Buffalo|Trojans:USC,Troy|Cardinal:Stanford|Orange:Syracuse
Horned Frogs:TCU|Owls:Temple,Rice,Florida Atlantic|Volunteers:Tennessee|Longhorns:Texas
Aggies:Texas A&M,Utah State|Red Raiders:Texas Tech|Rockets:Toledo|Green Wave:Tulane
Golden Hurricane:Tulsa|Bruins:UCLA,Belmont|Knights:UCF|Roadrunners:UTSA|Utes:Utah
Commodores:Vanderbilt|Cavaliers:Virginia|Hokies:Virginia Tech|Rams:VCU,Colorado State,Rhode Island
Demon Deacons:Wake Forest|Mountaineers:West Virginia,App State,Appalachian State
Hilltoppers:Western Kentucky|Badgers:Wisconsin|Musketeers:Xavier|Flyers:Dayton|Gaels:Saint Mary's
"""
_OTHER_NAMES: Final = {
    "mississippi": "ole miss", "southern california": "usc", "connecticut": "uconn",
    "pittsburgh": "pitt", "miami fl": "miami", "central florida": "ucf", "south florida": "usf",
    "brigham young": "byu", "louisiana state": "lsu", "nevada las vegas": "unlv",
    "texas christian": "tcu", "southern methodist": "smu", "north carolina state": "nc state",
    "miami oh": "miami ohio", "appalachian state": "app state",
}  # fmt: skip


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, str], dict[str, set[str]]]:
    schools: dict[str, str] = {}
    nicknames: dict[str, set[str]] = defaultdict(set)
    for entry in _NICKNAMES.replace("\n", "|").strip("|").split("|"):
        nickname, _, names = entry.partition(":")
        for name in names.split(","):
            written = " ".join(words(name))
            key = _OTHER_NAMES.get(written, written)
            schools[f"{written} {' '.join(words(nickname))}"] = key
            nicknames[" ".join(words(nickname))].add(key)
    return schools, nicknames


@lru_cache(maxsize=8192)
def college_named(text: str) -> str:
    """Return the college that `text` names by its own nickname, with or without it, or ""."""
    key = " ".join(words(text))
    schools, nicknames = _tables()
    if key in schools:
        return schools[key]
    if key in _OTHER_NAMES:
        return _OTHER_NAMES[key]
    owners = nicknames.get(key, set())
    return next(iter(owners)) if len(owners) == 1 else ""
