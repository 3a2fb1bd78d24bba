"""A market as its venue lists it: the words and dates a reader has, nothing interpreted.

Plain facts; this module reads no meaning and opens no file.
"""

import hashlib
import re

from msgspec import Struct

from underround.core.instrument import Venue

_SPACE = re.compile(r"\s+")


class Listing(Struct, frozen=True, kw_only=True):
    """One tradable side of a market, in the venue's own words.

    Polymarket: `id` is the condition id or slug, `outcome` the side bought ("Yes", "Lakers").
    Kalshi: `id` is the ticker, `outcome` is always "Yes", `subtitle` names the side.
    `outcomes` are all of Polymarket's outcomes in token order, where they are known.
    `ends` is the venue's own end or close field as text (a date, a timestamp, or empty).
    """

    venue: Venue
    id: str
    title: str
    outcome: str = "Yes"
    subtitle: str = ""
    rules: str = ""
    ends: str = ""
    slug: str = ""
    opens: str = ""
    outcomes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes the side unique within its venue: id, title and outcome."""
        return (self.id, self.title, self.outcome)


def rules_digest(title: str, subtitle: str, rules: str) -> str:
    """Return the SHA-256 of what decides a bet, in hexadecimal; runs of spaces count as one."""
    text = "\x1f".join(_SPACE.sub(" ", part).strip() for part in (title, subtitle, rules))
    return hashlib.sha256(text.encode()).hexdigest()
