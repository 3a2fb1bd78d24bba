"""The orders of members with an account, matched with the flow's levels and with each other.

Price, then time: an order waits for the contracts that stood at its price before it, the flow's
cancellations are taken from behind it. Knows no venue, no money and no wire; the book shows the
flow's size and the members' together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from underround.simulation.book import ASK, BID, Change, Side
from underround.simulation.market import Market


@dataclass(slots=True, kw_only=True, eq=False)
class OwnOrder:
    """A member's order on a market's YES scale: a bid buys YES, an ask sells it.

    `ahead_e6` counts the flow's contracts that stand before it at its price; `facts` are the
    venue's own.
    """

    id: str
    owner: str
    market: Market
    side: Side
    price_e4: int
    size_e6: int
    created_ns: int
    filled_e6: int = 0
    ahead_e6: int = 0
    is_resting: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def remaining_e6(self) -> int:
        """What is not filled."""
        return self.size_e6 - self.filled_e6


class Match(NamedTuple):
    """A part of an incoming order: the price and size, and the member who stood there, if one."""

    price_e4: int
    size_e6: int
    maker: OwnOrder | None


class Registrar(Protocol):
    """What keeps a venue's accounts, told of what happens to orders and markets by themselves."""

    def filled(self, order: OwnOrder, price_e4: int, size_e6: int) -> None:
        """Learn of a resting order's fill, after it was published."""
        ...

    def ended(self, market: Any) -> None:
        """Learn that a market takes no orders any more; what rests is cancelled."""
        ...

    def settled(self, market: Any) -> None:
        """Learn that a market pays."""
        ...


def opposite(side: Side) -> Side:
    """Return the other side."""
    return ASK if side == BID else BID


def reaches(side: Side, limit_e4: int, price_e4: int) -> bool:
    """Say whether an order of a side and limit trades at a price."""
    return price_e4 <= limit_e4 if side == BID else price_e4 >= limit_e4


class OwnOrders:
    """Every resting order of members, by market; `registrars` keep the accounts of each venue."""

    def __init__(self) -> None:
        self._resting: dict[Market, list[OwnOrder]] = {}
        self._fills: list[tuple[OwnOrder, int, int]] = []
        self.registrars: dict[type[Market], Registrar] = {}

    def at(self, market: Market, side: Side, price_e4: int) -> list[OwnOrder]:
        """Return the resting orders of one level in the order of time."""
        found = self._resting.get(market, ())
        return [order for order in found if order.side == side and order.price_e4 == price_e4]

    def of(self, market: Market) -> list[OwnOrder]:
        """Return all resting orders of a market in the order of time."""
        return list(self._resting.get(market, ()))

    def rest(self, order: OwnOrder) -> Change:
        """Take an order in; return the change that shows it in the book."""
        shown_e6 = order.market.book.side(order.side).get(order.price_e4, 0)
        own_e6 = sum(o.remaining_e6 for o in self.at(order.market, order.side, order.price_e4))
        order.ahead_e6 = shown_e6 - own_e6
        order.is_resting = True
        self._resting.setdefault(order.market, []).append(order)
        return (order.side, order.price_e4, shown_e6 + order.remaining_e6)

    def withdraw(self, order: OwnOrder, size_e6: int | None = None) -> list[Change]:
        """Take an order away, or so much of it; return the change of the book."""
        if not order.is_resting:
            return []
        gone_e6 = order.remaining_e6 if size_e6 is None else min(size_e6, order.remaining_e6)
        shown_e6 = order.market.book.side(order.side).get(order.price_e4, 0)
        if size_e6 is None:
            self._forget(order)
        else:
            order.size_e6 -= gone_e6
            if not order.remaining_e6:
                self._forget(order)
        return [(order.side, order.price_e4, max(shown_e6 - gone_e6, 0))]

    def take(
        self, market: Market, side: Side, limit_e4: int, size_e6: int, skipped: Sequence[OwnOrder]
    ) -> tuple[list[Match], list[Change]]:
        """Match an incoming order; return what it met and the changes of the book.

        `skipped` stay where they are (and are shown as long as they rest).
        """
        matches: list[Match] = []
        changes: list[Change] = []
        resting = opposite(side)
        for price_e4, shown_e6 in market.book.best_first(resting):
            if size_e6 <= 0 or not reaches(side, limit_e4, price_e4):
                break
            own_e6 = sum(o.remaining_e6 for o in self.at(market, resting, price_e4))
            met, flow_left_e6 = self._eat(
                market, resting, price_e4, shown_e6 - own_e6, size_e6, skipped
            )
            taken_e6 = sum(match.size_e6 for match in met)
            size_e6 -= taken_e6
            matches += met
            if taken_e6:
                left_e6 = sum(o.remaining_e6 for o in self.at(market, resting, price_e4))
                changes.append((resting, price_e4, flow_left_e6 + left_e6))
        return matches, changes

    def hit(self, market: Market, side: Side, price_e4: int, size_e6: int) -> Change:
        """Let the flow's taker hit a level; return the change of the book."""
        shown_e6 = market.book.side(side)[price_e4]
        own_e6 = sum(order.remaining_e6 for order in self.at(market, side, price_e4))
        _, flow_left_e6 = self._eat(market, side, price_e4, shown_e6 - own_e6, size_e6, ())
        left_e6 = sum(order.remaining_e6 for order in self.at(market, side, price_e4))
        return (side, price_e4, flow_left_e6 + left_e6)

    def adjusted(self, market: Market, changes: Sequence[Change]) -> list[Change]:
        """Return the flow's levels with the members' orders in them; what crosses them trades."""
        if not self._resting.get(market):
            return list(changes)
        flow: dict[tuple[Side, int], int] = {}
        touched: set[tuple[Side, int]] = set()
        for side, price_e4, size_e6 in changes:
            left_e6 = size_e6
            for order in self._crossed(market, side, price_e4):
                met_e6 = min(left_e6, order.remaining_e6)
                if met_e6:
                    left_e6 -= met_e6
                    touched.add((order.side, order.price_e4))
                    self._fill(order, order.price_e4, met_e6)
            flow[side, price_e4] = left_e6
            for order in self.at(market, side, price_e4):
                order.ahead_e6 = min(order.ahead_e6, left_e6)
        raw: list[Change] = []
        for (side, price_e4), left_e6 in flow.items():
            own_e6 = sum(order.remaining_e6 for order in self.at(market, side, price_e4))
            raw.append((side, price_e4, left_e6 + own_e6))
        for side, price_e4 in sorted(touched - flow.keys()):
            filled_e6 = sum(
                size_e6
                for order, at_e4, size_e6 in self._fills
                if order.market is market and order.side == side and at_e4 == price_e4
            )
            shown_e6 = market.book.side(side).get(price_e4, 0)
            raw.insert(0, (side, price_e4, max(shown_e6 - filled_e6, 0)))
        return raw

    def tell(self) -> None:
        """Tell of the fills that have been published by now."""
        fills, self._fills = self._fills, []
        for order, price_e4, size_e6 in fills:
            self.registrars[type(order.market)].filled(order, price_e4, size_e6)

    def end(self, market: Market) -> None:
        """Let the market's venue cancel what rests there."""
        registrar = self.registrars.get(type(market))
        if registrar is not None:
            registrar.ended(market)

    def settle(self, market: Market) -> None:
        """Let the market's venue pay out."""
        registrar = self.registrars.get(type(market))
        if registrar is not None:
            registrar.settled(market)

    def _crossed(self, market: Market, side: Side, price_e4: int) -> list[OwnOrder]:
        found = [
            order
            for order in self.of(market)
            if order.side != side and reaches(side, price_e4, order.price_e4)
        ]
        sign = 1 if side == BID else -1
        return sorted(found, key=lambda order: sign * order.price_e4)

    def _eat(
        self,
        market: Market,
        side: Side,
        price_e4: int,
        flow_e6: int,
        size_e6: int,
        skipped: Sequence[OwnOrder],
    ) -> tuple[list[Match], int]:
        """Take from one level in the order of time; return the matches and the flow's rest."""
        met: list[Match] = []
        eaten_e6 = 0
        for order in self.at(market, side, price_e4):
            if order in skipped:
                continue
            before_e6 = min(max(order.ahead_e6 - eaten_e6, 0), size_e6, flow_e6 - eaten_e6)
            if before_e6:
                met.append(Match(price_e4, before_e6, None))
                eaten_e6 += before_e6
                size_e6 -= before_e6
            own_e6 = min(order.remaining_e6, size_e6)
            if own_e6:
                met.append(Match(price_e4, own_e6, order))
                size_e6 -= own_e6
                self._fill(order, price_e4, own_e6)
        rest_e6 = min(flow_e6 - eaten_e6, size_e6)
        if rest_e6:
            met.append(Match(price_e4, rest_e6, None))
            eaten_e6 += rest_e6
        for order in self.at(market, side, price_e4):
            order.ahead_e6 = max(order.ahead_e6 - eaten_e6, 0)
        return met, flow_e6 - eaten_e6

    def _fill(self, order: OwnOrder, price_e4: int, size_e6: int) -> None:
        order.filled_e6 += size_e6
        if not order.remaining_e6:
            self._forget(order)
        self._fills.append((order, price_e4, size_e6))

    def _forget(self, order: OwnOrder) -> None:
        order.is_resting = False
        self._resting[order.market].remove(order)
