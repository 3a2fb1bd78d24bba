"""Are two names the same contestant? Clubs, nations, American teams, players, fighters.

The answer is one of four; only SAME and LIKELY may let a pair pass, and LIKELY only beside a date.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import Levenshtein

from underround.matching.gazetteer.clubs import CLUB_LINES, SHARED_CITIES
from underround.matching.gazetteer.nations import ADJECTIVES
from underround.matching.wording import folded, listed, plain, words


class Likeness(StrEnum):
    """How two names compare."""

    SAME = "same"
    LIKELY = "likely"
    UNSURE = "unsure"
    DIFFERENT = "different"


_FORMS: Final = frozenset(
    listed(
        """
    fc cf sc ac afc as ssc us ud cd rcd rc sd sv vfb vfl tsg tsv bv bsc ss acf cfc bc ssd ca cr
    sk fk nk if bk ik ff aif gnk kv krc kaa rsc osc sco losc ogc aj ea ec se cp sad fsv spvgg ofc
    calcio club clube futbol futebol football fotball balompie saudi kulubu the de of team gaming
    esports esport e rj jk hac ldu sl pae sfp
        """
    )
)
_FOREIGN: Final = {
    "munchen": "munich", "koln": "cologne", "koeln": "cologne", "milano": "milan",
    "praha": "prague", "wien": "vienna", "beograd": "belgrade", "kobenhavn": "copenhagen",
    "utd": "united", "st": "st", "saint": "saint", "athletico": "athletico",
    "lisboa": "lisbon", "sevilla": "sevilla", "seville": "sevilla", "bilbo": "bilbao",
    "mgladbach": "monchengladbach", "turin": "torino", "rome": "roma", "naples": "napoli",
}  # fmt: skip
_QUALIFIERS: Final = frozenset(
    listed(
        """
    women woman w ladies feminine femenino femenina feminino u17 u18 u19 u20 u21 u23 ii iii b c
    reserves youth academy junior juniors castilla atletic2 primavera res next
        """
    )
)
_PARTICLES: Final = frozenset(
    {"de", "del", "da", "dos", "van", "von", "der", "di", "la", "le", "el", "al"}
)
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NICKNAME = re.compile(r"[\"'(][A-Z][^\"'()]{1,20}[\"')](?= )")
_YEAR = re.compile(r"^(?:1[89]|20)\d\d$|^0?\d{1,2}$")


@lru_cache(maxsize=65536)
def club_words(name: str) -> tuple[str, ...]:
    """Return the words of a club's name without its legal form and founding year."""
    kept = [
        _FOREIGN.get(word, word)
        for word in words(name.replace("&", " ").replace("/", " "))
        if word not in _FORMS and not _YEAR.match(word)
    ]
    return tuple(kept) or tuple(words(name))


def _qualifiers(name: str) -> frozenset[str]:
    found = {word for word in words(name) if word in _QUALIFIERS}
    if found & {"w", "woman", "ladies", "feminine", "femenino", "femenina", "feminino"}:
        found.add("women")
    return frozenset(found & {"women", *(_QUALIFIERS - {"w", "woman", "ladies"})})


@lru_cache(maxsize=1)
def _clubs() -> dict[str, str]:
    table = {}
    for line in CLUB_LINES:
        spellings = line.split("/")
        for spelling in spellings:
            table[" ".join(words(spelling))] = spellings[0]
            table.setdefault(" ".join(club_words(spelling)), spellings[0])
    return table


@lru_cache(maxsize=65536)
def club_id(name: str) -> str:
    """Return the gazetteer's id of a club or nation, or "" for one that it does not know."""
    exact = " ".join(words(name))
    table = _clubs()
    for key in (exact, " ".join(club_words(name))):
        if key in table:
            return "club:" + table[key]
    nation = ADJECTIVES.get(exact)
    return "nation:" + nation if nation else ""


@lru_cache(maxsize=262144)
def club_likeness(first: str, second: str) -> Likeness:
    """Compare two clubs or nations as venues write them.

    SAME: one id, or equal words. LIKELY: one name is the other plus words ("Perth", "Perth
    Glory FC") and the shorter is no city of several clubs. Women's and reserve sides differ.
    """
    if _qualifiers(first) != _qualifiers(second):
        return Likeness.DIFFERENT
    one, two = club_id(first), club_id(second)
    if one and two:
        return Likeness.SAME if one == two else Likeness.DIFFERENT
    a, b = club_words(first), club_words(second)
    if sorted(a) == sorted(b) or "".join(a) == "".join(b):
        return Likeness.SAME
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if set(short) <= set(long):
        if set(short) <= SHARED_CITIES:
            return Likeness.UNSURE
        return Likeness.LIKELY if not (one or two) or len(short) > 1 else Likeness.UNSURE
    if set(a) & set(b):
        return Likeness.UNSURE
    close = Levenshtein.normalized_similarity("".join(a), "".join(b))
    if len("".join(a)) >= 6 and close >= 0.85:
        return Likeness.UNSURE
    return Likeness.DIFFERENT if (one or two) or close < 0.5 else Likeness.UNSURE


@lru_cache(maxsize=65536)
def person_words(name: str) -> tuple[str, ...]:
    """Return a person's name as words: initials joined, Jr., Sr. and a quoted nickname dropped."""
    bare = _NICKNAME.sub(" ", plain(name)).replace(".", "")
    kept = [word for word in words(bare) if word not in _SUFFIXES]
    return tuple(kept)


@lru_cache(maxsize=262144)
def person_likeness(first: str, second: str) -> Likeness:
    """Compare two persons: full names, or a surname alone with a full name (LIKELY).

    Spaces, hyphens, accents and the order of the parts do not matter; a different given name does.
    """
    a, b = person_words(first), person_words(second)
    if not a or not b:
        return Likeness.UNSURE
    if a == b or sorted(a) == sorted(b) or "".join(a) == "".join(b):
        return Likeness.SAME
    bare_a = tuple(w for w in a if w not in _PARTICLES)
    bare_b = tuple(w for w in b if w not in _PARTICLES)
    if bare_a and bare_a == bare_b:
        return Likeness.LIKELY
    return _partial_person(a, b)


def _partial_person(a: tuple[str, ...], b: tuple[str, ...]) -> Likeness:
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    surname = "".join(short)
    tails = {"".join(long[i:]) for i in range(len(long))} | {"".join(long[-2:][:1])}
    if len(short) <= 2 and surname in tails and len(surname) >= 3:
        return Likeness.LIKELY
    if len(short) >= 2 and set(short) <= set(long):
        return Likeness.LIKELY
    if a[-1] == b[-1]:
        given_a, given_b = a[0], b[0]
        if given_a.startswith(given_b) or given_b.startswith(given_a):
            return Likeness.LIKELY
        near = Levenshtein.normalized_similarity(given_a, given_b) >= 0.75
        return Likeness.UNSURE if near else Likeness.DIFFERENT
    joined_a, joined_b = "".join(a), "".join(b)
    if Levenshtein.normalized_similarity(joined_a, joined_b) >= 0.85:
        return Likeness.UNSURE
    if set(a) & set(b) and (len(a) > 2 or len(b) > 2):
        return Likeness.UNSURE
    return Likeness.DIFFERENT


def contestant_likeness(first: str, second: str, sport: str) -> Likeness:
    """Compare two contestants of a game: players and fighters as persons, all others as clubs."""
    if folded(first) == folded(second):
        return Likeness.SAME
    if sport in ("tennis", "fight", "darts", "snooker", "golf", "chess", "table tennis"):
        return person_likeness(first, second)
    return club_likeness(first, second)
