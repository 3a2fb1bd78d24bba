"""Polymarket's two REST services, Gamma and the CLOB, over one listing."""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.applications import Starlette

from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.clob import Clob
from underround.simulation.polymarket.gamma import Gamma
from underround.simulation.polymarket.listing import Listing


class PolymarketRest:
    """Both applications, `gamma` and `clob`."""

    def __init__(
        self,
        markets: Listing | Iterable[PolymarketMarket],
        now_ns: Callable[[], int],
        after_s_as_ns: Callable[[float], int],
    ) -> None:
        listing = markets if isinstance(markets, Listing) else Listing(markets)
        self.books = Clob(listing, now_ns)
        self._catalog = Gamma(listing, after_s_as_ns)
        self.gamma: Starlette = self._catalog.app
        self.clob: Starlette = self.books.app

    def gamma_market(self, market: PolymarketMarket) -> dict[str, Any]:
        """Return one market as Gamma lists it."""
        return self._catalog.market(market)
