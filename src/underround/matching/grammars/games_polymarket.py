"""Polymarket's contracts on one contest: "Bucks vs. Lakers", "Will X win on …?", O/U, spreads.

The question's shape gives the kind of bet, the outcome the side, the rules the league and date.
A question about a contest whose kind of bet is not known is read with a doubt.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from underround.matching.gazetteer.teams import shared_league, team_in
from underround.matching.grammars.leagues import league_in_text
from underround.matching.grammars.sides import is_tie, split_sides
from underround.matching.listing import Listing
from underround.matching.names import Likeness, contestant_likeness
from underround.matching.periods import find_periods, read_end
from underround.matching.terms import Family, Interval, Period, Side, Terms
from underround.matching.wording import folded, plain, sentences

_WIN_ON: Final = re.compile(r"^Will (?:the )?(?P<a>.+?) win on (?P<date>.+?)\?*$", re.I)
_BEAT: Final = re.compile(
    r"^Will (?:the )?(?P<a>.+?) (?:beat|defeat) (?:the )?(?P<b>.+?)(?: on (?P<date>.+?))?\?*$", re.I
)
_DRAW: Final = re.compile(
    r"^Will (?P<sides>.+? vs\.? .+?) end in a (?:draw|tie)(?: on .+)?\?*$", re.I
)
_HALF_LEAD: Final = re.compile(
    r"^(?:Will )?(?P<a>.+?) (?:be )?leading at (?:half-?time|the half)\?*$", re.I
)
_HALF_DRAW: Final = re.compile(r": Draw at half-?time\??$", re.I)
_SPREAD: Final = re.compile(
    r"^(?P<half>1H |First Half )?(?:Spread|Handicap): (?P<a>.+?) \((?P<line>[-+]\d+(?:\.\d+)?)"
    r"\)\??$",
    re.I,
)
_TOTAL: Final = re.compile(
    r"(?P<sides>.+?):\s*(?P<half>1H |1st Half |First Half )?(?:O/U|Over/Under|Total(?: Goals| "
    r"Points| Runs)?:?(?: O/U)?) (?P<line>\d+(?:\.\d+)?)\??$",
    re.I,
)
_BTTS: Final = re.compile(r"(?P<sides>.+?): Both Teams to Score\??$", re.I)
_MONEYLINE: Final = re.compile(
    r"(?P<sides>.+?): (?P<half>1H |1st Half |First Half )?(?:Moneyline|Winner)\??$", re.I
)
_PART: Final = re.compile(
    r"(?P<sides>.+?)\s*(?:-|:)\s*(?P<what>Game|Map|Set|Round) (?P<n>\d) Winner\??$", re.I
)
_SERIES: Final = re.compile(
    r"(?:who will win (?:the )?series\??\s*[-:]?\s*(?P<after>.+)|(?P<before>.+?)"
    r"\s*[-:(]\s*series winner\)?\??)$",
    re.I,
)
_RUN: Final = re.compile(
    r"run (?:be )?scored in the (?:first|1st) inning\??:?\s*(?P<sides>.*)$", re.I
)
_BET_WORDS: Final = re.compile(
    r"\b(?:o/u|over|under|totals?|spread|handicap|method|by ko|knockout|submission|decision|"
    r"round \d|"
    r"distance|exact|score|correct|map \d|set \d|game \d|first|last|most|goals?|points|runs|"
    r"moneyline|half|corners?|cards|kills?|aces|tie-?break|winning margin|to win|quarter \d|props?|"
    r"sets?|maps?|games total|completed?)\b|\d\.5",
    re.I,
)
_SCHEDULED: Final = re.compile(
    r"(?:scheduled (?:for|on|to (?:take place|be played|start) on)|originally scheduled for|"
    r"taking place on)\s+(?P<rest>.{6,60})",
    re.I,
)
_SLUG_DATE: Final = re.compile(r"(20\d\d-\d\d-\d\d)(?:-|$)")
_HALF_OF: Final = {True: "1h", False: "full"}


def read_polymarket_game(listing: Listing) -> Terms | None:
    """Return the terms of a contest between two sides, or None for any other question."""
    title = plain(listing.title)
    ends = read_end(listing.ends)
    base = Terms(
        family=Family.GAME,
        leg="full",
        period=game_day(listing, ends),
        ends=ends,
        negated=folded(listing.outcome) == "no",
        void=_void(listing.rules),
        words=title,
    )
    for reader in (_single_side, _lines, _parts, _whole):
        terms = reader(listing, title, base)
        if terms is not None:
            return _placed(listing, terms)
    return None


def game_day(listing: Listing, ends: date | None) -> Period | None:
    """Return the day the contest is scheduled for, from title, rules or slug; None if unsaid."""
    for sentence in sentences(listing.rules)[:3]:
        told = _SCHEDULED.search(sentence)
        if told:
            found, _ = find_periods(told["rest"], ends)
            for period in found:
                if period.kind == "on" and period.last:
                    return Period("on", period.last, period.last, words=told.group()[:60])
    for period in find_periods(listing.title, ends)[0]:
        if period.kind == "on" and period.last:
            return Period("on", period.last, period.last, words=period.words)
    slug = _SLUG_DATE.search(listing.slug or (listing.id if "-" in listing.id else ""))
    if slug:
        day = read_end(slug.group(1))
        return Period("on", day, day, words=slug.group(1)) if day else None
    return None


def _void(rules: str) -> str:
    low = folded(rules)
    if "50-50" in low:
        return "50-50 if never played"
    told = re.search(r"cancell?ed[^.]*?resolve (?:to )?\W?(yes|no)\b", low)
    return f"{told.group(1).title()} if never played" if told else ""


def _single_side(listing: Listing, title: str, base: Terms) -> Terms | None:
    """Questions that name one side, or a draw: Polymarket's three-way football games."""
    found = _DRAW.match(title)
    if found:
        sides = split_sides(found["sides"])
        if sides:
            return _of_both(base, sides, "draw", "soccer")
    found = _HALF_LEAD.match(title)
    if found:
        return replace(
            base, subject=Side(found["a"]), predicate=frozenset({"win"}), leg="1h", sport="soccer"
        )
    found = _WIN_ON.match(title)
    if found and base.period:
        return replace(base, subject=Side(found["a"]), predicate=frozenset({"win"}))
    found = _BEAT.match(title)
    if found and base.period:
        one, two = Side(found["a"]), Side(found["b"])
        return replace(base, subject=one, opponent=two, predicate=frozenset({"win"}))
    return None


def _of_both(base: Terms, sides: tuple[str, str, str], predicate: str, sport: str = "") -> Terms:
    return replace(
        base,
        subject=Side(sides[0]),
        opponent=Side(sides[1]),
        predicate=frozenset({predicate}),
        sport=sport or base.sport,
        home=sides[0] if sport == "soccer" else "",
    )


def _lines(listing: Listing, title: str, base: Terms) -> Terms | None:
    """Totals, spreads, both teams to score, a run in the first inning."""
    if _HALF_DRAW.search(title):
        sides = split_sides(title)
        return replace(_of_both(base, sides, "draw", "soccer"), leg="1h") if sides else None
    found = _SPREAD.match(title)
    if found:
        return _spread(listing, base, found)
    found = _TOTAL.match(title)
    if found:
        sides = split_sides(found["sides"])
        over = folded(listing.outcome)
        if not sides or over not in ("over", "under"):
            return None
        line = Interval(Decimal(found["line"]), None, low_included=False)
        terms = _of_both(base, sides, "over")
        return replace(
            terms,
            interval=line,
            leg=_HALF_OF[bool(found["half"])],
            negated=over == "under",
            home=sides[0],
        )
    found = _BTTS.match(title)
    if found:
        sides = split_sides(found["sides"])
        return _of_both(base, sides, "both score", "soccer") if sides else None
    found = _RUN.search(title)
    if found:
        sides = split_sides(found["sides"]) or ("", "", "vs")
        return replace(_of_both(base, sides, "run", "baseball"), leg="inning 1")
    return None


def _spread(listing: Listing, base: Terms, found: re.Match[str]) -> Terms:
    """ "Spread: Lakers (-3.5)": the named side by more than the line, else the other side."""
    line = Decimal(found["line"])
    same = contestant_likeness(found["a"], listing.outcome, "")
    terms = replace(
        base,
        subject=Side(found["a"]),
        opponent=Side(""),
        predicate=frozenset({"spread"}),
        interval=Interval(-line, None, low_included=False),
        leg=_HALF_OF[bool(found["half"])],
        negated=same not in (Likeness.SAME, Likeness.LIKELY),
    )
    return terms if line < 0 else replace(terms, doubts=("the spread is not written with a minus",))


def _chosen(terms: Terms, sides: tuple[str, str, str], outcome: str) -> Terms:
    """Turn a two-outcome question to the side that was bought."""
    if is_tie(outcome):
        return replace(terms, predicate=frozenset({"draw"}))
    for exact in (True, False):
        scores = [
            score is Likeness.SAME or (not exact and score is Likeness.LIKELY)
            for side in sides[:2]
            for score in (contestant_likeness(outcome, side, _either_sport(terms)),)
        ]
        if sum(scores) == 1:
            chosen = scores.index(True)
            other = Side(sides[1 - chosen])
            return replace(terms, subject=Side(sides[chosen]), opponent=other)
    return replace(terms, doubts=(f"which side the outcome {outcome!r} is",))


def _either_sport(terms: Terms) -> str:
    return terms.sport or "tennis"


def _parts(listing: Listing, title: str, base: Terms) -> Terms | None:
    """A map, game or set of a match, a first half, or a whole playoff series."""
    for pattern in (_PART, _MONEYLINE, _SERIES):
        found = pattern.search(title)
        if not found:
            continue
        group = found.groupdict()
        text = group.get("sides") or group.get("after") or group.get("before") or ""
        sides = split_sides(text)
        if not sides:
            continue
        if group.get("what"):
            what = group["what"].lower()
            leg = f"{'map' if what == 'game' else what} {group['n']}"
        elif pattern is _SERIES:
            leg = "series"
        else:
            leg = _HALF_OF[bool(group.get("half"))]
        sport = league_in_text(title).sport
        terms = replace(_of_both(base, sides, "win"), leg=leg, sport=sport)
        return _chosen(terms, sides, listing.outcome)
    return None


def _whole(listing: Listing, title: str, base: Terms) -> Terms | None:
    """The whole contest, or a bet on it that is not known here (a doubt)."""
    sides = split_sides(title)
    if not sides or re.match(r"(?:will|who|what|which|how|when)\b", title, re.I):
        return None
    at = title.find(sides[1], title.find(sides[0]) + len(sides[0]))
    tail = title[at + len(sides[1]) :]
    place = league_in_text(title)
    terms = replace(_of_both(base, sides, "win"), sport=place.sport)
    if _BET_WORDS.search(tail) or re.search(r":\s*\S", tail):
        bet = folded(tail).strip(" :-?")
        return replace(terms, predicate=frozenset({bet}), doubts=(f"kind of bet: {bet}",))
    return _chosen(terms, sides, listing.outcome)


def _placed(listing: Listing, terms: Terms) -> Terms:
    """Add sport, league and team ids from the title, the rules and the pair of names."""
    place = league_in_text(listing.title)
    told = league_in_text(" ".join(sentences(listing.rules)[:2]))
    league = place.league or told.league
    sport = place.sport or told.sport or terms.sport
    names = [side.name for side in (terms.subject, terms.opponent) if side and side.name]
    if not league and len(names) == 2:
        league = shared_league(names[0], names[1], sport)
    one, two = (
        Side(side.name, team_in(league, side.name)) if side and league else side
        for side in (terms.subject, terms.opponent)
    )
    sport = sport or (league_in_text(league).sport if league else "")
    return replace(terms, sport=sport, league=league, subject=one, opponent=two)
