"""Words by the work they do in a contract: fillers, acts, words that need a person.

Lists only. A word in no list is a content word and must be on both sides.
"""

from functools import lru_cache
from typing import Final

from underround.matching.gazetteer.nations import ADJECTIVES
from underround.matching.wording import listed

STOP: Final = frozenset(
    listed(
        """
    will would the a an of to in on at by for be is are was been being have has had do does did and
    or any there this that these those his her their its it as with from during after before until
    than who whom what which when where how many much if then market markets resolve resolves yes
    whether between into about per each also either both such own
        """
    )
)  # "out", "up" and "not" decide bets and are therefore content
_VERB_FORMS: dict[str, str] = {
    "wins": "win", "won": "win", "winning": "win", "winner": "win", "champion": "win",
    "champions": "win", "championship": "win", "title": "win", "be": "be", "held": "hold",
    "ran": "run", "running": "run", "cuts": "cut", "cutting": "cut", "went": "go",
    "led": "lead", "leading": "lead", "left": "leav", "met": "meet", "said": "say",
    "says": "say", "stepping": "step", "nominee": "nomine", "nominees": "nomine",
    "nomination": "nominat", "nominations": "nominat", "hits": "reach", "hit": "reach",
    "reaches": "reach", "states": "stat", "statement": "stat", "married": "marri",
    "marry": "marri", "engagement": "engag", "announcement": "announc", "sold": "sell",
    "bought": "buy", "fired": "fir", "pct": "%", "percent": "%", "appointed": "appoint",
    "temp": "temperatur", "temperature": "temperatur", "temperatures": "temperatur",
    "dies": "die", "died": "die", "death": "die", "films": "film", "movie": "film",
    "movies": "film", "ceasefire": "ceasefir", "recession": "recess", "invasion": "invad",
    "invades": "invad", "acquisition": "acquir", "merger": "merg", "resignation": "resign",
    "performs": "perform", "performance": "perform", "removed": "remov", "election": "election",
    "elections": "election", "released": "releas", "series": "series", "news": "news",
    "jan": "january", "feb": "february", "mar": "march", "apr": "april", "jun": "june",
    "jul": "july", "aug": "august", "sep": "september", "sept": "september", "oct": "october",
    "nov": "november", "dec": "december", "inflation": "inflation",
    "charges": "charg", "charged": "charg", "visits": "visit", "times": "time",
}  # fmt: skip
MONTH_STEMS: Final = listed(
    "january february march april may june july august september october november december"
)
_VERB_FORMS |= {month: month for month in MONTH_STEMS}
_ENDINGS: Final = ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "s", "e")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem a word is compared by: "announces", "announced" are "announc"."""
    if word in _VERB_FORMS:
        return _VERB_FORMS[word]
    nation = ADJECTIVES.get(word)
    if nation:
        return {"united states": "us"}.get(nation, nation)
    if word.isdigit() or any(ch.isdigit() for ch in word):
        return word.lstrip("0") or "0"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


# Words that add nothing where the rest is equal.
NEUTRAL: Final = frozenset(
    stem(word)
    for word in listed(
        """
    official officially professional tournament tour singles next upcoming season anyone someone
    candidate person individual people currently rate rates named list published chart
    party become particular overall eventual week get gets

        """
    )
)
OFFICES: Final = frozenset(
    stem(word) for word in listed("president governor senate house mayor minister chancellor")
)
RACE_WORDS: Final = frozenset(
    stem(word) for word in listed("election race seat midterm midterms general contest")
)
# Acts whose presence on one side alone makes another bet.
ACTS: Final = frozenset(
    stem(word)
    for word in listed(
        """
    win draw lose reach advance qualify finish place lead beat clinch make retire nominate
    nomination nominee inaugurate elect run enter drop withdraw endorse sworn
    announce confirm state say schedule hold release launch publish declare sign enact pass veto
    repeal extend reinstate expire add remove join leave resign out fire appoint step impeach
    convict charge indict arrest sentence pardon sue settle rule strike acquire close merge ipo
    delist split bankrupt buy sell visit meet call attend perform host appear sing invade annex
    attack ceasefire recognize deploy cut hike raise lower maintain increase decrease change engage
    marry divorce die born exist disclose declassify discover land orbit shutdown default recession
    mention tweet follow ban legalize approve reject tax tariff control
        """
    )
)
# Bets on these acts turn on definitions that the venues word differently and that have already
# settled apart (shutdowns, performances, deaths in office): they always go to a person.
CONTESTED: Final = frozenset(
    stem(word)
    for word in listed(
        """
    shutdown recession perform invade ceasefire acquire merge charge indict attack strike annex out
    resign leave step remove fire war die
        """
    )
)
# Acts that rules mention beside the one that decides.
SIDE_ACTS: Final = frozenset(
    stem(word) for word in listed("state publish accept list play finish meet tax")
)
