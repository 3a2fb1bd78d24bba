"""Kalshi's contracts on one contest between two sides: games, matches, fights, maps, series.

The ticker gives the date, the codes and the kind of bet; title, subtitle and rules name the sides.
Where they contradict each other the contract gets a doubt, never a guess.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from underround.matching.gazetteer.teams import LEAGUES, shared_league, team_by_code, team_in
from underround.matching.grammars.leagues import Competition, league_in_text, league_of_series
from underround.matching.grammars.sides import is_tie, split_sides
from underround.matching.listing import Listing
from underround.matching.names import Likeness, contestant_likeness
from underround.matching.periods import find_periods, read_end
from underround.matching.quantities import find_interval
from underround.matching.terms import Family, Interval, Period, Side, Terms
from underround.matching.tickers import Ticker, code_fits, read_ticker
from underround.matching.wording import criterion, folded, plain

# The tail of a series name, longest first: (kind of bet, leg of the game).
_KINDS: Final = (
    ("1HSPREAD", "spread", "1h"), ("2HSPREAD", "spread", "2h"), ("1HTOTAL", "over", "1h"),
    ("2HTOTAL", "over", "2h"), ("1HWINNER", "win", "1h"), ("2HWINNER", "win", "2h"),
    ("1H", "win", "1h"), ("2H", "win", "2h"), ("1QWINNER", "win", "1q"), ("1Q", "win", "1q"),
    ("F5TOTAL", "over", "inning 1-5"), ("F5SPREAD", "spread", "inning 1-5"),
    ("F5", "win", "inning 1-5"), ("RFI", "run", "inning 1"), ("TEAMTOTAL", "team total", "full"),
    ("TOTALMAPS", "over maps", "full"), ("TOTAL", "over", "full"), ("SPREAD", "spread", "full"),
    ("BTTS", "both score", "full"), ("SERIES", "win", "series"), ("MAP", "win", "map"),
    ("SETWINNER", "win", "set"), ("GAME", "win", "full"), ("MATCHUP", "win", "full"),
    ("MATCH", "win", "full"), ("FIGHT", "win", "full"), ("BOUT", "win", "full"),
)  # fmt: skip
_SPLIT_KIND: Final = re.compile(
    r"^(?P<league>.+?)(?P<kind>" + "|".join(k for k, _, _ in _KINDS) + ")$"
)
_WILL_WIN: Final = re.compile(
    r"^Will (?:the )?(?P<side>.+?) (?:win|beat|defeat)\b(?: the)?(?: (?:map|set|game|round) "
    r"\d+)?(?: (?:in|of))?(?: the)? (?P<rest>.+)$",
    re.I,
)
_IF_WINS: Final = re.compile(
    r"^(?:the )?(?P<side>.+?) (?:wins|win|beats|is leading|leads|defeats)\b(?: the)?(?P<rest>.*)$",
    re.I,
)
_NUMBERED: Final = re.compile(
    r"\b(?P<what>map|game|set|inning|period|quarter|round) (?P<n>\d)\b", re.I
)
_LEAGUE_SPORTS: Final = frozenset({"basketball", "football", "baseball", "hockey"})
_WINS_BY: Final = re.compile(r"^(?:Will )?(?:the )?(?P<side>.+?) wins? by\b", re.I)
_VOID: Final = re.compile(r"fair (?:market )?price|two weeks away|last (?:fair|traded) price", re.I)


def _kind(ticker: Ticker) -> tuple[str, str, str] | None:
    found = _SPLIT_KIND.match(ticker.core)
    if not found or not found["league"]:
        return None
    for tail, bet, leg in _KINDS:
        if found["kind"] == tail:
            return found["league"], bet, leg
    return None


def _leg(leg: str, ticker: Ticker, title: str) -> str:
    numbered = _NUMBERED.search(title)
    if leg in ("map", "set"):
        number = numbered["n"] if numbered else next(
            (part for part in ticker.suffix.split("-") if part.isdigit()), ""
        )  # fmt: skip
        return f"map {number}" if number else "?"
    low = folded(title)
    if leg == "full":
        if "first half" in low or "1st half" in low:
            return "1h"
        if numbered and numbered["what"].lower() in ("map", "set", "quarter", "inning", "period"):
            return f"{numbered['what'].lower()} {numbered['n']}"
    return leg


def _named_side(listing: Listing) -> str:
    """The side that YES stands for, from the subtitle, the rules or a "Will X win" title."""
    if listing.subtitle and not find_interval(listing.subtitle)[0]:
        return plain(listing.subtitle)
    for text, pattern in ((criterion(listing.rules), _IF_WINS), (plain(listing.title), _WILL_WIN)):
        found = pattern.match(text)
        if found:
            return found["side"]
    return ""


def _sides(listing: Listing) -> tuple[str, str, str] | None:
    """Both contestants and the word between them, from the title or else the rules."""
    title = plain(listing.title)
    found = _WILL_WIN.match(title)
    sides = split_sides(found["rest"] if found else title)
    if sides:
        return sides
    clause = _IF_WINS.match(criterion(listing.rules))
    return split_sides(clause["rest"]) if clause else None


def _choose(named: str, code: str, sides: tuple[str, str, str], sport: str) -> int | None:
    """Which contestant YES stands for: 0, 1, or None where the words do not decide."""
    if named:
        scores = [contestant_likeness(named, side, sport) for side in sides[:2]]
        good = [score in (Likeness.SAME, Likeness.LIKELY) for score in scores]
        if scores.count(Likeness.SAME) == 1:
            return scores.index(Likeness.SAME)
        return good.index(True) if sum(good) == 1 else None
    letters = code.split("-")[-1]
    fits = [code_fits(letters, side) for side in sides[:2]]
    return fits.index(True) if sum(fits) == 1 else None


def _side(name: str, code: str, league: str) -> tuple[Side, str]:
    """A contestant with its id; the second value is a doubt where code and name disagree."""
    if league not in LEAGUES:
        return Side(name), ""
    by_name = team_in(league, name)
    by_code = team_by_code(league, code) if code else ""
    if by_name and by_code and by_name != by_code:
        return Side(name), f"ticker code {code} is not {name}"
    return Side(name, by_code or by_name), ""


def read_kalshi_game(listing: Listing) -> Terms | None:
    """Return the terms of a contest between two sides, or None where the ticker is no contest's."""
    ticker = read_ticker(listing.id)
    kind = _kind(ticker)
    if kind is None or not (ticker.day or kind[2] == "series"):
        return None
    name, bet, leg = kind
    place = league_of_series(name)
    told = league_in_text(f"{listing.title} {criterion(listing.rules)}")
    if not place.sport:
        place = told
    sides = _sides(listing)
    if sides and place.sport in _LEAGUE_SPORTS and not place.league:
        place = Competition(place.sport, shared_league(sides[0], sides[1], place.sport))
    named = _named_side(listing)
    ends = read_end(listing.ends)
    told_void = "fair price if not played within two weeks" if _VOID.search(listing.rules) else ""
    base = Terms(
        family=Family.GAME,
        sport=place.sport,
        league=place.league,
        leg=_leg(leg, ticker, f"{listing.title} {listing.subtitle}"),
        period=_period(ticker.day, listing),
        edition=ticker.year,
        ends=ends,
        series=ticker.series,
        void=told_void,
        words=plain(listing.title),
    )
    if sides is None and bet in ("spread", "team total", "run"):
        sides = ("", "", "vs")
    if sides is None and not place.sport:
        return None
    if sides is None:
        return replace(base, doubts=("the two sides are not named",))
    if bet == "win":
        return _winner(ticker, base, sides, named)
    return _line(listing, ticker, bet, base, sides)


def _period(day: date | None, listing: Listing) -> Period | None:
    if day is None:
        return None
    stated, _ = find_periods(criterion(listing.rules), day)
    on = [period for period in stated if period.kind == "on" and period.last]
    if on and on[0].last is not None and abs((on[0].last - day).days) > 1:
        return Period("on", on[0].last, on[0].last, words=on[0].words)
    return Period("on", day, day, words=listing.id)


def _winner(ticker: Ticker, base: Terms, sides: tuple[str, str, str], named: str) -> Terms:
    """The contestant that YES stands for wins, or nobody does."""
    home = (sides[1] if sides[2] == "at" else sides[0]) if base.sport == "soccer" else ""
    base = replace(base, home=home)
    suffix = ticker.suffix.split("-")[-1]
    if is_tie(named) or (suffix in ("TIE", "DRAW") and not named):
        draw = frozenset({"draw"})
        return replace(base, subject=Side(sides[0]), opponent=Side(sides[1]), predicate=draw)
    if suffix in ("TIE", "DRAW"):
        return replace(base, doubts=(f"the ticker says TIE, the words say {named}",))
    chosen = _choose(named, suffix, sides, base.sport)
    if chosen is None:
        return replace(base, doubts=(f"which side YES stands for: {named or suffix}",))
    subject, doubt = _side(named or sides[chosen], suffix, base.league)
    other, _ = _side(sides[1 - chosen], "", base.league)
    if not other.id and subject.id:
        rest = ticker.letters.replace(suffix, "", 1)
        other = Side(other.name, team_by_code(base.league, rest))
    doubts = (doubt,) if doubt else ()
    win = frozenset({"win"})
    return replace(base, subject=subject, opponent=other, predicate=win, doubts=doubts)


def _line(
    listing: Listing, ticker: Ticker, bet: str, base: Terms, sides: tuple[str, str, str]
) -> Terms:
    """Totals, spreads and the other bets that carry a number; the written number wins."""
    interval = None
    for text in (listing.subtitle, criterion(listing.rules), listing.title):
        interval = interval or find_interval(text)[0]
    doubts: list[str] = []
    number = ticker.suffix.split("-")[-1]
    if interval is None and bet == "over" and number.isdigit():
        # Kalshi numbers a total's ticker by the first count that wins: -49 is over 48.5.
        interval = Interval(Decimal(number) - Decimal("0.5"), None, low_included=False)
    if interval is None and bet in ("over", "spread", "team total", "over maps"):
        doubts.append("the line is not stated")
    first, second = (sides[1], sides[0]) if sides[2] == "at" else (sides[0], sides[1])
    home = first if base.sport == "soccer" else ""
    subject, opponent = _side(first, "", base.league)[0], _side(second, "", base.league)[0]
    if bet == "spread":
        texts = (listing.subtitle, listing.title)
        found = next((m for text in texts if (m := _WINS_BY.match(plain(text)))), None)
        if found is None:
            doubts.append("the favoured side is not stated")
        else:
            opponent = Side("")
            subject, doubt = _side(found["side"], number.rstrip("0123456789"), base.league)
            doubts.extend([doubt] if doubt else [])
    return replace(
        base,
        subject=subject,
        opponent=opponent,
        predicate=frozenset({bet}),
        interval=interval,
        home=home,
        doubts=tuple(doubts),
    )
