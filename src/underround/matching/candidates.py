"""Which pairs are worth judging: blocking and TF-IDF over what was read. Proposes, never approves.

Pure Python over an inverted index; a listing costs its own words' postings, not the other side's
size. `Index` takes additions and removals, so a refresh costs only what changed.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from rapidfuzz import fuzz

from underround.matching.counting import counted
from underround.matching.gazetteer.colleges import college_named
from underround.matching.grammars.lexicon import STOP, stem
from underround.matching.grammars.phrases import rewritten
from underround.matching.listing import Listing
from underround.matching.names import club_id, club_words
from underround.matching.reading import read
from underround.matching.terms import Side, Terms
from underround.matching.wording import words

TOP: Final = 20
LEAST_LIKENESS: Final = 0.15
"""Below this a pair is not worth judging; true pairs were never seen under 0.4."""
_SHORTLIST: Final = 60
# A feature on more listings than this says too little to be worth its postings.
_COMMON_SHARE: Final = 0.15
_COMMON_FLOOR: Final = 400
_GRAM: Final = 5


class Candidate(Struct, frozen=True):
    """A proposed pair: positions in the two sequences and a likeness from 0 to 1."""

    polymarket: int
    kalshi: int
    score: float


def features(listing: Listing) -> dict[str, float]:
    """Return the weighted features a listing is found by: words, names, ids, days and bounds."""
    terms = read(listing)
    text = rewritten(f"{listing.title} {listing.subtitle}")
    found: dict[str, float] = {}
    for word in words(text):
        if word in STOP or (len(word) < 2 and not word.isdigit()):
            continue
        base = stem(word)
        found[base] = 1.0
        if len(base) > _GRAM:
            found["^" + base[:_GRAM]] = 0.4
    if listing.outcome.lower() not in ("yes", "no"):
        for word in words(listing.outcome):
            found[stem(word)] = 1.5
    for side in (terms.subject, terms.opponent):
        if side is not None and side.name:
            found.update(_of_side(side, terms.sport))
    found.update(_of_terms(terms))
    return found


def _of_side(side: Side, sport: str) -> dict[str, float]:
    found = {f"={word}": 1.0 for word in club_words(side.name)}
    known = side.id or club_id(side.name)
    if known:
        found[f"id:{known}"] = 2.0
    elif sport in ("", "football", "basketball"):
        found.update({f"={word}": 1.0 for word in club_words(college_named(side.name))})
    return found


def _of_terms(terms: Terms) -> dict[str, float]:
    found = {f"family:{terms.family}": 0.3}
    if terms.period is not None and terms.period.last is not None:
        found[f"day:{terms.period.last}"] = 1.0
        found[f"month:{terms.period.last:%Y-%m}"] = 0.5
    elif terms.ends is not None:
        found[f"month:{terms.ends:%Y-%m}"] = 0.5
    if terms.interval is not None:
        for bound in (terms.interval.low, terms.interval.high):
            if bound is not None:
                found[f"#{bound.normalize():f}"] = 0.7
    for act in terms.predicate:
        found[f"act:{act}"] = 0.7
    if terms.leg and terms.leg != "full":
        found[f"leg:{terms.leg}"] = 0.7
    if terms.subject is not None and terms.predicate & {"win", "spread"} and terms.sport:
        for word in club_words(terms.subject.name):
            found[f"side:{word}"] = 1.5
        if terms.subject.id:
            found[f"side:{terms.subject.id}"] = 2.0
    return found


class Index:
    """An inverted index over one venue's listings; `nearest` answers with positions and scores."""

    def __init__(self, listings: Iterable[Listing] = ()) -> None:
        self._features: dict[int, dict[str, float]] = {}
        self._listings: dict[int, Listing] = {}
        self._postings: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self._next = 0
        # Squared lengths under the present counts; any change of the index makes them anew.
        self._lengths: dict[int, float] = {}
        for listing in listings:
            self.add(listing)

    def __len__(self) -> int:
        return len(self._features)

    def add(self, listing: Listing) -> int:
        """Put a listing in; return the position it is known by from now on."""
        position = self._next
        self._next += 1
        found = features(listing)
        self._lengths.clear()
        self._features[position] = found
        self._listings[position] = listing
        for feature, weight in found.items():
            self._postings[feature][position] = weight
        return position

    def remove(self, position: int) -> None:
        """Take a listing out; KeyError if it is not there."""
        self._lengths.clear()
        for feature in self._features.pop(position):
            del self._postings[feature][position]
        del self._listings[position]

    def nearest(self, listing: Listing, top: int = TOP) -> list[tuple[int, float]]:
        """Return up to `top` (position, likeness 0…1), the likeliest first."""
        asked = features(listing)
        size = len(self._features)
        common = max(_COMMON_FLOOR, int(size * _COMMON_SHARE))
        scores: defaultdict[int, float] = defaultdict(float)
        norm = 0.0
        for feature, weight in asked.items():
            postings = self._postings.get(feature, {})
            idf = math.log(1 + size / (1 + len(postings)))
            norm += (weight * idf) ** 2
            if len(postings) > common:
                continue
            value = weight * idf * idf
            for position, other in postings.items():
                scores[position] += value * other
        best = heapq.nlargest(max(top, _SHORTLIST), scores.items(), key=lambda item: item[1])
        return self._ranked(listing, best, norm, size)[:top]

    def _length(self, position: int, size: int) -> float:
        return sum(
            (weight * math.log(1 + size / (1 + len(self._postings[feature])))) ** 2
            for feature, weight in self._features[position].items()
        )

    def _ranked(
        self, listing: Listing, best: list[tuple[int, float]], norm: float, size: int
    ) -> list[tuple[int, float]]:
        """The shortlist by cosine, a fifth of the weight on the likeness of the written titles."""
        ranked = []
        asked = listing.title
        for position, dot in best:
            other_norm = self._lengths.get(position)
            if other_norm is None:
                other_norm = self._lengths[position] = self._length(position, size)
            cosine = dot / math.sqrt(norm * other_norm) if norm and other_norm else 0.0
            other = self._listings[position]
            written = fuzz.token_set_ratio(asked, f"{other.title} {other.subtitle}") / 100
            ranked.append((position, 0.8 * cosine + 0.2 * written))
        ranked.sort(key=lambda item: (-item[1], item[0]))
        return ranked


def candidates(
    polymarket: Sequence[Listing], kalshi: Sequence[Listing], top: int = TOP
) -> list[Candidate]:
    """Return for every Polymarket side the `top` likeliest Kalshi markets, by position.

    Those below LEAST_LIKENESS are left out.
    """
    index = Index(kalshi)
    return [
        Candidate(number, position, score)
        for number, listing in enumerate(counted("proposing", polymarket))
        for position, score in index.nearest(listing, top)
        if score >= LEAST_LIKENESS
    ]
