"""Different words for one thing, rewritten to one word, before titles are compared as words.

Each rule is a fact about how the venues write ("Pro Football Championship" is the Super Bowl);
none mentions a single market.
"""

import re
from functools import lru_cache
from typing import Final

from underround.matching.gazetteer.nations import ADJECTIVES, STATES
from underround.matching.wording import folded

_ROMAN: Final = {"lviii": 2024, "lix": 2025, "lx": 2026, "lxi": 2027, "lxii": 2028, "lxiii": 2029}
_FIRST_YEAR: Final = {
    "oscar": 1928,
    "grammy": 1958,
    "emmy": 1948,
    "golden globe": 1943,
    "tony": 1946,
}
_STATE_CODES: Final = "|".join(code.lower() for code in STATES)
_STATE_NAMES: Final = {name: code.lower() for code, name in STATES.items()}
_NATION_PHRASES: Final = {k: v for k, v in ADJECTIVES.items() if " " in k}

_RULES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # people whose full and short names are both used for one person
        (r"\b(?:president )?donald (?:j )?trump(?! jr)\b", "donaldtrump"),
        (
            r"(?<!barron )(?<!eric )(?<!lara )(?<!ivanka )(?<!melania )(?<!donald )\b(?:president "
            r")?trump\b(?! jr)",
            "donaldtrump",
        ),
        (r"\b(?:jerome|fed chair|chair|jay) powell\b", "powell"),
        (r"\bvladimir putin\b", "putin"),
        (r"\bxi jinping\b", "xi"),
        (r"\belon musk\b", "musk"),
        (r"\bvolodymyr zelensk\w*|\bzelensk\w*", "zelensky"),
        (r"\b(?:benjamin|bibi) netanyahu\b", "netanyahu"),
        (r"\bkeir starmer\b", "starmer"),
        (r"\bnicolas maduro\b", "maduro"),
        (r"\b(?:ayatollah )?(?:ali )?khamenei\b", "khamenei"),
        (r"\bemmanuel macron\b", "macron"),
        (r"\bnarendra modi\b", "modi"),
        (r"\bjd vance\b|\bj d vance\b", "jd vance"),
        # bodies
        (r"\bfederal reserve(?: board| system)?\b|\bfomc\b|\bthe fed's\b", "fed"),
        (r"\bunited nations\b", "un"),
        (
            r"\bsupreme court of the united states\b|\bscotus\b|"
            r"\bus supreme court\b",
            "supreme court",
        ),
        (r"\b(?:(\d\d\d?)(?:st|nd|rd|th) )?(?:annual )?(?:academy awards?|oscars?)\b", r"\1 oscar"),
        (r"\b(?:(\d\d\d?)(?:st|nd|rd|th) )?(?:annual )?grammys?(?: awards?)?\b", r"\1 grammy"),
        (
            r"\b(?:(\d\d\d?)(?:st|nd|rd|th) )?(?:annual )?(?:primetime )?emmys?(?: awards?)?\b",
            r"\1 emmy",
        ),
        (
            r"\b(?:(\d\d\d?)(?:st|nd|rd|th) )?(?:annual )?golden globes?(?: awards?)?\b",
            r"\1 golden globe",
        ),
        # competitions
        (r"\bpro football championship\b|\bthe big game\b", "super bowl"),
        (r"\b(?:pro basketball|nba) (?:finals?|championship|title|champions?)\b", "nbatitle"),
        (r"\b(?:the )?(?:pro baseball championship|(?:mlb )?world series)\b", "worldseries"),
        (
            r"\b(?:nhl )?stanley cup(?: finals?| championship)?\b|\bpro hockey championship\b",
            "stanleycup",
        ),
        (
            r"\b(?:nba |nhl )?(eastern|western) conference (?:finals?|champion(?:s|ship)?)\b",
            r"\1 conference title",
        ),
        (r"\b(afc|nfc) (?:champion(?:ship|s)?)(?: game)?\b", r"\1 title"),
        (
            r"\b(?:american league|al) (?:pennant|champion(?:ship)?(?: series)?)\b|\balcs\b",
            "american league title",
        ),
        (
            r"\b(?:national league|nl) (?:pennant|champion(?:ship)?(?: series)?)\b|\bnlcs\b",
            "national league title",
        ),
        (
            r"\b(?:the )?(?:college football (?:playoff )?(?:national )?championship|cfp "
            r"(?:national )?championship)\b",
            "cfptitle",
        ),
        (
            r"\b(?:the )?(?:(?:ncaa|march madness|ncaa men's|men's ncaa) (?:basketball "
            r")?(?:tournament|championship)|men's college basketball (?:national )?championship|"
            r"college basketball (?:national )?championship|march madness)\b",
            "ncaabtitle",
        ),
        (r"\b(?:uefa )?(champions|europa|conference) league(?: winner| final)?\b", r"\1league"),
        (r"\b(?:english )?premier league\b|\bepl\b", "premier league"),
        (r"\b(?:spanish )?la ?liga\b", "la liga"),
        (r"\b(?:italian )?serie a\b", "serie a"),
        (r"\b(?:german )?bundesliga\b", "bundesliga"),
        (r"\b(?:french )?ligue 1\b", "ligue 1"),
        (r"\b(?:carabao|efl|league) cup\b", "league cup"),
        (r"\b(?:fifa )?(?:men's )?world cup\b(?! qualif)", "world cup"),
        (r"\b(?:caf )?africa(?:n)? cup of nations(?: \w+(?= 20\d\d))?|\bafcon\b", "africa cup"),
        (r"\bformula (?:1|one)\b", "f1"),
        (r"\bgrand prix\b", "gp"),
        (r"\broland garros\b", "french open"),
        (r"\bdrivers?'? (?:world )?(?:champion(?:ship)?|title)\b", "drivers title"),
        (r"\bconstructors?'? (?:world )?(?:champion(?:ship)?|title)s?\b", "constructors title"),
        (r"\bmost valuable player\b", "mvp"),
        (r"\bheisman trophy\b", "heisman"),
        (r"\bnetflix top 10 (us|global)? ?(show|movie|film)\b", r"netflix \1 \2"),
        (r"\btitle ?holder\b|\bworld champion\b", "champion"),
        # places in a ranking
        (r"#\s?(\d+)\b|\b(?:number|no\.?) (\d+)\b(?! million)", r"rank\1\2"),
        (r"\b(?:number one|first place|1st place|rank(?:ed)? first|in first)\b", "rank1"),
        (r"\b(?:runner-?up|second place|2nd place|second[- ]best)\b", "rank2"),
        (r"\b(?:third place|3rd place|third[- ]best)\b", "rank3"),
        (r"\btop[- ](\d+)\b", r"top\1"),
        (r"\b(?:top|best) (ai|model)\b", r"rank1 \1"),
        (r"\b(2nd|second) (hottest|highest|largest|most)\b", r"rank2 \2"),
        (r"\b(3rd|third) (hottest|highest|largest|most)\b", r"rank3 \2"),
        (r"\bfirst round\b", "round1"),
        (r"\bsecond round\b|\brun-?off\b", "round2"),
        (r"\btop\b", "rank1"),
        (r"\b(?:ever|on record|in history)\b", "onrecord"),
        # acts
        (
            r"\b(?:is |are |be |becomes? |been )?(?:signed|sign|signs|passed)(?: in)?to(?: "
            r"federal)? law\b|\bbecomes? law\b|\benacted\b",
            "enact",
        ),
        (r"\b(?:bill|legislation)\b", "legislation"),
        (r"\b(?:if expired)\b", ""),
        (r"\b(?:initial public offering|go(?:es)? public)\b", "ipo"),
        (
            r"\b(?:12-month|annual|year-over-year|year over year|yoy|y/y|yearly) (?:cpi |ipca "
            r")?inflation\b|\bcpi (?:yoy|y/y)\b|\b12-month ipca\b",
            "inflation 12m",
        ),
        (
            r"\b(?:monthly|month-over-month|mom) (?:cpi )?inflation\b|\bcpi (?:mom|m/m)\b",
            "inflation 1m",
        ),
        (r"\b(?:tweets?|posts on x|x posts)\b", "tweet"),
        (r"\b(?:us |real )*gdp(?: growth)?(?: rate)?(?: (?:increase|grow|rise))?(?: by)?\b", "gdp"),
        (r"\b(?:us )?unemployment(?: rate)?\b", "unemployment"),
        (r"\b(?:which|what) (?:[a-z]+ ){1,2}will\b", "will"),
        # offices and parties
        (r"\b(?:the )?democratic party\b|\bdemocrats?\b|\bdemocratic\b|\bdems?\b", "democrat"),
        (r"\b(?:the )?republican party\b|\brepublicans?\b|\bgop\b", "republican"),
        (r"\b(?:us )?presiden(?:t|tial|cy)\b", "president"),
        (r"\bgovernorship\b|\bgubernatorial\b|\bgovernors?'?\b", "governor"),
        (r"\b(?:us )?senat(?:e|or)(?: seat| race| election)?\b", "senate"),
        (r"\b(?:us )?house of representatives\b|\bus house\b", "house"),
        (r"\bmayoral(?:ty)?\b", "mayor"),
        (r"\bprime ministerial\b", "prime minister"),
        (r"\bnew york city\b|\bnyc\b", "newyorkcity"),
        (
            r"\b(?:control|win control|win a majority|hold a majority|have a majority)(?: of| in)? "
            r"the (house|senate)\b",
            r"control \1",
        ),
        (r"\bwin the (house|senate)(?= majority|\s*\??\s*$)(?: majority)?", r"control \1"),
    )
)
_DISTRICT_NAMED: Final = re.compile(
    r"\b("
    + "|".join(_STATE_NAMES)
    + r")(?:'s|s)? (\d{1,2})(?:st|nd|rd|th)(?: congressional)? district\b"
)
_DISTRICT: Final = re.compile(rf"\b({_STATE_CODES})-0?(\d{{1,2}})\b")
_SEASON: Final = re.compile(r"\b(20\d\d)\s?[-/]\s?(?:20)?(\d\d)\b(?!-)")
_EDITION: Final = re.compile(r"\b(\d{2,3}) (oscar|grammy|emmy|golden globe|tony)\b")
_SUPER_BOWL: Final = re.compile(r"\bsuper bowl (l[ivx]*)\b")
_BARE_YEAR: Final = re.compile(r"\b(20[12]\d)\b")


@lru_cache(maxsize=65536)
def rewritten(text: str) -> str:
    """Return `text` folded, with every phrase that has a canonical word replaced by it."""
    low = folded(text)
    for spelling, nation in _NATION_PHRASES.items():
        if spelling in low:
            low = re.sub(rf"\b{re.escape(spelling)}\b", nation, low)
    low = re.sub(r"\bunited states(?: of america)?\b|\busa\b", "us", low)
    low = _DISTRICT_NAMED.sub(lambda m: f"{_STATE_NAMES[m[1]]}{int(m[2]):02d}", low)
    low = _DISTRICT.sub(lambda m: f"{m[1]}{int(m[2]):02d}", low)
    for pattern, replacement in _RULES:
        low = pattern.sub(replacement, low)
    return low


def take_edition(text: str) -> tuple[list[int], str]:
    """Return the years that number an event in rewritten `text`, and the text without them.

    "2025-26" is 2026; "98 oscar" is 2026; "super bowl lx" is 2026; a bare year is itself.
    """
    years: list[int] = []

    def season(found: re.Match[str]) -> str:
        first, second = int(found[1]), int(found[2])
        if (first + 1) % 100 != second:
            return found.group()
        years.append(first + 1)
        return " "

    def numbered(found: re.Match[str]) -> str:
        years.append(_FIRST_YEAR[found[2]] + int(found[1]))
        return f" {found[2]}"

    def roman(found: re.Match[str]) -> str:
        if found[1] in _ROMAN:
            years.append(_ROMAN[found[1]])
        return "super bowl"

    def bare(found: re.Match[str]) -> str:
        years.append(int(found[1]))
        return " "

    text = _SEASON.sub(season, text)
    text = _EDITION.sub(numbered, text)
    text = _SUPER_BOWL.sub(roman, text)
    text = _BARE_YEAR.sub(bare, text)
    return years, text
