"""The structured part of a simulated world: its markets, their ledger, and their plays in the flow.

Puts the pieces together; none of them knows the others' insides.
"""

from collections.abc import Collection
from typing import Any

from underround.simulation.exchange import Exchange
from underround.simulation.flow import Flow
from underround.simulation.ledger import Ledger
from underround.simulation.market import KalshiMarket, Market, Pair, PolymarketMarket
from underround.simulation.structures.drawing import draw_structures
from underround.simulation.structures.ledger import StructureLedger
from underround.simulation.structures.plays import StructurePlays
from underround.simulation.structures.structure import Kind, kalshi_of, polymarket_of


class Structures:
    """All structures of one seed for some kinds of underround; nothing for pairs alone."""

    def __init__(self, seed: int, kinds: Collection[Kind]) -> None:
        self.structures = draw_structures(seed, kinds)
        self.ledger = StructureLedger(self.structures, kinds)
        self.pairs: list[Pair] = [pair for each in self.structures for pair in each.pairs]
        self._seed = seed
        self._pairs_of: dict[int, list[Pair]] = {}
        for pair in self.pairs:
            for market in (pair.polymarket, pair.kalshi):
                self._pairs_of.setdefault(id(market), []).append(pair)

    @property
    def polymarket(self) -> list[PolymarketMarket]:
        """Polymarket's markets."""
        return polymarket_of(self.structures)

    @property
    def kalshi(self) -> list[KalshiMarket]:
        """Kalshi's markets."""
        return kalshi_of(self.structures)

    @property
    def markets(self) -> list[Market]:
        """The markets of both venues."""
        return [market for each in self.structures for market in each.markets]

    @property
    def traps(self) -> dict[str, int]:
        """The counts of traps by kind, nothing where there are no structures."""
        return dict(self.ledger.traps) if self.structures else {}

    def join(self, exchange: Exchange, flow: Flow, pair_ledger: Ledger) -> None:
        """Quote every market once, and let the flow play on them from its beginning."""
        if not self.structures:
            return

        def look(market: Market, started_ns: int, finished_ns: int) -> None:
            self.ledger.observe(market, started_ns, finished_ns)
            for pair in self._pairs_of.get(id(market), ()):
                pair_ledger.observe(pair, started_ns, finished_ns)

        exchange.on_changed.append(look)
        plays = StructurePlays(self.structures, exchange, self.ledger, self._seed, flow.now)
        for script, wait_ns in plays.scripts():
            flow.add(script, wait_ns)

    def report(self) -> dict[str, Any]:
        """Return the ledger of structures in plain objects."""
        return self.ledger.report()
