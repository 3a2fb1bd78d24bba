"""The reader for everything without a grammar of its own: championships, nominees, awards, acts.

It reduces title and rules to subject, acts, content words, bound, period and edition. It decides
nothing: two contracts that differ in one content word are not the same for the guards.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from underround.core.instrument import Venue
from underround.matching.gazetteer.teams import team_by_code, team_in
from underround.matching.grammars.lexicon import ACTS, OFFICES, STOP, stem
from underround.matching.grammars.phrases import rewritten, take_edition
from underround.matching.grammars.publishers import publishers_in
from underround.matching.listing import Listing
from underround.matching.names import club_id
from underround.matching.periods import find_periods, read_end
from underround.matching.quantities import find_interval, unit_of
from underround.matching.terms import Family, Interval, Period, Side, Terms
from underround.matching.tickers import read_ticker, suffix_deadline
from underround.matching.wording import criterion, folded, plain, words

_SUBJECT: Final = re.compile(
    r"^(?:Will|Does|Did|Is|Are|Has)\s+(?:the\s+)?(?P<subject>[^?]+?)\s+"
    r"(?P<verb>win|be|become|reach|finish|advance|make|perform|place|qualify|receive|get|have|host|"
    r"run|say|announce|launch|release|lose|lead|retire|leave|sign|join|visit|meet|play|earn|"
    r"score)\b"
    r"(?P<rest>.*)$",
    re.I,
)
_IF_SUBJECT: Final = re.compile(
    r"^(?:the\s+)?(?P<subject>.+?)\s+(?P<verb>wins?|is|are|has been|have been|becomes?|reaches|"
    r"finishes|advances|makes|qualifies|receives|performs|places|says|announces|releases|hosts)\b"
    r"(?P<rest>.*)$",
    re.I,
)
_ASKING: Final = re.compile(r"\b(?:who|which|what|when|how many|how much)\b", re.I)
_NOBODY: Final = re.compile(r"(?:any|anyone|someone|another|a|an|there|it|this|these)\b", re.I)
_DATE_SUBJECT: Final = re.compile(r"Will (?:the )?(?:[A-Z][a-z]{2,8}\.? )?20\d\d (?:be|have|see)\b")
_WHAT_SAID: Final = re.compile(r"What will (?:the )?(?P<subject>.+?) (?:say|mention|post)\b", re.I)
_WHEN: Final = re.compile(r"\s*when\b", re.I)
_UNTIL_WORDS: Final = re.compile(r"^\s*(?:before|by|after|in|on|\d|[$<>≥≤+-])|\d", re.I)
_MEN: Final = re.compile(r"\b(?:men's|mens|men|male)\b", re.I)
_WOMEN: Final = re.compile(r"\b(?:women's|womens|women|female|wta)\b", re.I)
_LEAGUE_TOPICS: Final = (
    ("nbatitle", "nba"), ("conference title", "nba nhl"), ("super bowl", "nfl"), ("afc", "nfl"),
    ("nfc", "nfl"), ("worldseries", "mlb"), ("american league", "mlb"), ("national league", "mlb"),
    ("stanleycup", "nhl"),
)  # fmt: skip
_LEAGUE_SERIES: Final = re.compile(r"^(?:KX)?(W?NBA|NFL|SB|MLB|NHL)")
_BUNDLE: Final = re.compile(r"PREPACK|^KXMV|PARLAY|SGP|COMBO|MULTIGAME|CROSSCATEGORY|^KXMVE", re.I)


def is_bundled(listing: Listing) -> bool:
    """Say whether a market pays only if several separate things happen together."""
    if listing.venue is Venue.KALSHI and _BUNDLE.search(listing.id.split("-")[0]):
        return True
    title = plain(listing.title)
    return " AND " in title or title.lower().startswith(("yes ", "yes:", "no:")) or ",yes:" in title


def _subject_of(listing: Listing) -> str:
    """Whom the market is about, in the listing's words, or "" where no one is singled out."""
    title = plain(listing.title)
    if _DATE_SUBJECT.match(title):
        return ""
    speaker = _WHAT_SAID.match(title)
    if speaker:
        return speaker["subject"]
    found = _SUBJECT.match(title)
    if found and not _ASKING.search(found["subject"]):
        return "" if _NOBODY.match(found["subject"]) else found["subject"]
    if listing.venue is not Venue.KALSHI:
        return ""
    subtitle = plain(listing.subtitle)
    if subtitle and not _UNTIL_WORDS.search(subtitle):
        return subtitle.removeprefix("::").strip(" :")
    told = _IF_SUBJECT.match(criterion(listing.rules))
    if told and len(told["subject"].split()) <= 6 and not _NOBODY.match(told["subject"]):
        return told["subject"]
    return ""


def _stems(text: str) -> frozenset[str]:
    return frozenset(
        stem(word) for word in words(text) if word not in STOP and (len(word) > 1 or word.isdigit())
    )


def _in_order(text: str) -> tuple[str, ...]:
    """The content words of a title in the order in which they stand."""
    _, rest = take_edition(rewritten(text))
    return tuple(stem(word) for word in words(rest) if word not in STOP)


def _candidate_of_party(tokens: frozenset[str]) -> frozenset[str]:
    """One form for winning a party's nomination, being its nominee and winning its primary."""
    asked = tokens & {"nomine", "nominat", "primary", "primari"}
    others = {
        "advanc",
        "plac",
        "round1",
        "round2",
        "turnout",
        "margin",
        "rank1",
        "rank2",
        "announc",
    }
    if asked and tokens & {"democrat", "republican"} and not tokens & others:
        return (
            tokens - {"nomine", "nominat", "primary", "primari", "win", "election", "accept"}
        ) | {"nomine"}
    return tokens


def _content(text: str) -> tuple[frozenset[str], list[int]]:
    years, rest = take_edition(rewritten(text))
    return _candidate_of_party(_stems(rest)), years


def _strength(period: Period) -> int:
    """A deadline says more than a window, a window more than a day, a day more than a month."""
    if period.kind in ("by", "between"):
        return 3 if period.last else 1
    return 2 if period.kind == "on" or "listed" in period.words else 1


def _choose_period(groups: list[list[Period]]) -> Period | None:
    """Return the first deadline of the earliest text that states one, else the first period."""
    for group in groups:
        strong = [period for period in group if _strength(period) == 3]
        if strong:
            return max(
                strong, key=lambda period: (period.kind == "between", period.last or date.min)
            )
    everything = [period for group in groups for period in group]
    return max(everything, key=_strength) if everything else None


def _side(listing: Listing, name: str, topic_text: str, league: str) -> Side:
    if not name:
        return Side("")
    leagues = league.split() if league else []
    for one in leagues:
        team = team_in(one, name)
        if listing.venue is Venue.KALSHI:
            team = team_by_code(one, listing.id.split("-")[-1]) or team
        if team:
            return Side(name, team)
    return Side(name, club_id(name))


def _league(listing: Listing, topic_text: str) -> str:
    for phrase, league in _LEAGUE_TOPICS:
        if phrase in topic_text:
            return league
    if listing.venue is Venue.KALSHI:
        found = _LEAGUE_SERIES.match(listing.id)
        if found:
            return {"SB": "nfl"}.get(found[1], found[1].lower())
    return ""


def _gender(listing: Listing, text: str) -> str:
    core = listing.id.split("-")[0] if listing.venue is Venue.KALSHI else ""
    if _WOMEN.search(text) or core.endswith(("WOMEN", "WOMENS", "WSINGLES")):
        return "women"
    return "men" if _MEN.search(text) or core.endswith(("MEN", "MENS", "MSINGLES")) else ""


def read_general(listing: Listing) -> Terms:
    """Return the terms of any contract, as far as its words give them."""
    ends = read_end(listing.ends)
    kalshi = listing.venue is Venue.KALSHI
    clause = criterion(listing.rules)
    title_periods, bare_title = find_periods(listing.title, ends)
    sub_periods, bare_subtitle = find_periods(listing.subtitle, ends)
    rule_periods, bare_clause = find_periods(clause, ends)
    interval, bare_title, bare_subtitle = _bound(bare_title, bare_subtitle, clause)
    subject = _subject_of(listing)
    tokens, years = _content(bare_title)
    subtitle_tokens, sub_years = _content(bare_subtitle)
    clause_tokens, clause_years = _content(bare_clause)
    period = _choose_period([rule_periods, sub_periods, title_periods])
    doubts: list[str] = []
    if kalshi and (period is None or period.kind in ("in", "on")):
        # A date at a ticker's end is the deadline of a "when" question, else only a window's end.
        in_suffix = listing.id.count("-") >= 2
        last = suffix_deadline(listing.id) if in_suffix or _WHEN.match(listing.title) else None
        if last is not None and (period is None or period.last is None or last <= period.last):
            period = Period("by", None, last, words=listing.id)
    if (
        kalshi
        and _ASKING.search(listing.title)
        and not subject
        and not subtitle_tokens
        and not clause
    ):
        doubts.append("what YES stands for is not stated")
    if folded(listing.outcome) not in ("yes", "no"):
        doubts.append(f"the outcome {listing.outcome!r} is neither Yes nor No")
    league = _league(listing, rewritten(f"{listing.title} {clause}"))
    edition, written = _edition(listing, [*years, *sub_years], clause_years, title_periods)
    cover = tokens | subtitle_tokens | clause_tokens
    return Terms(
        family=Family.GENERAL,
        subject=_side(listing, subject, bare_title, league),
        predicate=frozenset((tokens | clause_tokens) & ACTS),
        topic=tokens | (subtitle_tokens if kalshi else frozenset()),
        interval=interval,
        unit=unit_of(f"{listing.title} {listing.subtitle}"),
        period=period,
        edition=edition,
        edition_written=written,
        day=read_ticker(listing.id).day if kalshi else None,
        ends=ends,
        source=", ".join(sorted(publishers_in(f"{listing.title} {listing.rules}"))),
        league=league,
        gender=_gender(listing, f"{listing.title} {clause}"),
        negated=folded(listing.outcome) == "no",
        criterion=clause_tokens,
        cover=cover,
        order=_in_order(bare_title),
        subject_words=_content(find_periods(subject, ends)[1])[0] if subject else frozenset(),
        ticker=listing.id.removeprefix("KX") if kalshi else "",
        series=listing.id.split("-")[0] if kalshi else "",
        doubts=tuple(doubts),
        words=plain(listing.title),
    )


def _bound(title: str, subtitle: str, clause: str) -> tuple[Interval | None, str, str]:
    """The bound of the market: the subtitle's, the title's or the rules', and the texts without."""
    from_subtitle, subtitle = find_interval(subtitle)
    from_title, title = find_interval(title)
    interval = from_subtitle or from_title
    if interval is None and clause:
        interval, _ = find_interval(find_periods(clause)[1])
        if interval and interval.low is not None and interval.low >= Decimal(2000):
            interval = None
    return interval, title, subtitle


def _edition(
    listing: Listing, years: list[int], told: list[int], periods: list[Period]
) -> tuple[int | None, bool]:
    """The year that numbers the event, and whether it is written or only in Kalshi's ticker."""
    if years:
        return years[0], True
    for period in periods:
        if period.kind == "in" and period.year_stated and period.last:
            return period.last.year, True
    if listing.venue is not Venue.KALSHI:
        return None, False
    return (told[0], True) if told else (read_ticker(listing.id).year, False)


def has_office(tokens: frozenset[str]) -> bool:
    """Say whether the words speak of an elected office, where "race" and "seat" add nothing."""
    return bool(tokens & OFFICES) or any(re.fullmatch(r"[a-z]{2}\d\d", token) for token in tokens)
