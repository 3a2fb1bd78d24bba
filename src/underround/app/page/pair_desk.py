"""The review of pairs as the page sees it: what waits, with both texts marked, and answers.

Opens the catalog for each call and closes it again, so that the terminal may use it meanwhile.
What an answer means is decided in `matching.review`. Every call may wait for the disk: give it a
thread.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from underround.core.errors import UnderroundError
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.differences import marked
from underround.matching.pair_states import Answer
from underround.matching.review import ReviewDesk, ReviewPair

SHOWN: Final = 100


class PairDesk:
    """The pairs under review in one catalog; `now_ns` gives the time of an answer.

    Writes no pairs file: that is asked for by `underround pairs verify --pairs FILE`.
    """

    def __init__(self, catalog: Path, now_ns: Callable[[], int]) -> None:
        self._catalog = catalog
        self._now_ns = now_ns

    def waiting(self) -> dict[str, Any]:
        """Return the pairs that wait for a person; `catalog` tells whether there is one at all."""
        if not self._catalog.exists():
            reason = f"{self._catalog} does not exist."
            return {"catalog": False, "reason": reason, "pairs": []}
        with Catalog(self._catalog) as catalog:
            desk = ReviewDesk(catalog)
            pairs = [_shown(pair, desk.markets(pair.id)) for pair in desk.waiting(SHOWN)]
        return {"catalog": True, "reason": "", "pairs": pairs}

    def answer(self, pair_id: str, answer: Answer, reason: str, who: str) -> dict[str, str]:
        """Take an answer; return the pair's id and state. ReviewError, one line, if refused."""
        with Catalog(self._existing()) as catalog:
            desk = ReviewDesk(catalog)
            pair = desk.answer(pair_id, answer, reason, who, self._now_ns())
        return {"id": pair.id, "state": pair.state.value}

    def undo(self, who: str) -> dict[str, str]:
        """Take a person's last answer back; ReviewError, one line, where there is none."""
        with Catalog(self._existing()) as catalog:
            desk = ReviewDesk(catalog)
            pair = desk.undo(who.strip(), self._now_ns())
        return {"id": pair.id, "state": pair.state.value}

    def _existing(self) -> Path:
        if not self._catalog.exists():
            raise UnderroundError(f"{self._catalog} does not exist")
        return self._catalog


def _shown(
    pair: ReviewPair, markets: tuple[CatalogMarket | None, CatalogMarket | None]
) -> dict[str, Any]:
    words = marked(*(_text_of(market) for market in markets))
    names = (pair.polymarket, pair.kalshi)
    sides = [
        {"id": name, "title": "" if market is None else market.title, "words": said}
        for name, market, said in zip(names, markets, words, strict=True)
    ]
    return {
        "id": pair.id,
        "state": pair.state.value,
        "polarity": pair.polarity,
        "outcome": pair.outcome,
        "polymarket": sides[0],
        "kalshi": sides[1],
        "checks": [
            {
                "name": check.name,
                "outcome": check.finding.value,
                "text": str(check).removeprefix(f"{check.name} {check.finding}").strip(" :"),
            }
            for check in pair.checks
        ],
    }


def _text_of(market: CatalogMarket | None) -> str:
    if market is None:
        return "(not in the catalog)"
    return " ".join(part for part in (market.title, market.subtitle, market.rules) if part)
