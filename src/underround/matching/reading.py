"""A listing read into terms: the grammars tried in order, bundles and placeholders refused first.

Reading never fails; what cannot be read is in the terms' refusals and doubts.
"""

from functools import lru_cache
from typing import Final

from underround.core.instrument import Venue
from underround.matching.grammars.games_kalshi import read_kalshi_game
from underround.matching.grammars.games_polymarket import read_polymarket_game
from underround.matching.grammars.general import is_bundled, read_general
from underround.matching.grammars.prices import read_price
from underround.matching.grammars.rates import read_rate_decision
from underround.matching.grammars.weather import read_weather
from underround.matching.listing import Listing
from underround.matching.terms import Family, Terms
from underround.matching.wording import criterion, placeholder, plain

_LONGEST_TITLE: Final = 500


def refusals(listing: Listing) -> tuple[str, ...]:
    """Return why a listing can never be paired automatically; empty if nothing is wrong with it.

    A placeholder in the title, the subtitle or the deciding clause of the rules refuses; one in
    the rules' small print does not.
    """
    found: list[str] = []
    if not plain(listing.title):
        found.append("the title is empty")
    if max(len(listing.title), len(listing.subtitle)) > _LONGEST_TITLE:
        return (f"a title of more than {_LONGEST_TITLE} characters",)
    for name, text in (
        ("title", listing.title),
        ("subtitle", listing.subtitle),
        ("rules", criterion(listing.rules)),
    ):
        field = placeholder(text)
        if field:
            found.append(f"unfilled placeholder {field!r} in the {name}")
    if is_bundled(listing):
        found.append("several legs in one market")
    return tuple(found)


@lru_cache(maxsize=65536)
def read(listing: Listing) -> Terms:
    """Return the terms of `listing`; the first grammar that knows the family reads it."""
    refused = refusals(listing)
    if refused:
        return Terms(family=Family.UNREADABLE, refusals=refused, words=plain(listing.title))
    game = read_kalshi_game if listing.venue is Venue.KALSHI else read_polymarket_game
    for reader in (game, read_rate_decision, read_weather, read_price):
        terms = reader(listing)
        if terms is not None:
            return terms
    return read_general(listing)
