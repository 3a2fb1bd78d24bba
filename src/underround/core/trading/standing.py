"""What the trades at rest add up to, so that a decision looks only at those that still move.

Over weeks hundreds of trades wait for their markets to resolve. Their sums are made again when one
of them changes or another comes to rest, not with every order. Pure; changes no trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.trading.trade_record import Trade
from underround.core.units import NS_PER_SECOND

if TYPE_CHECKING:
    from underround.core.trading.portfolio import Portfolio


class Standing(Struct):
    """The active trades: those still `moving` one by one, the others as sums (usd_e6, e6).

    `watched` are the moving ones and those at rest that hold something uncovered.
    """

    moving: list[Trade]
    watched: list[Trade]
    usd_by_pair_e6: dict[str, int]
    usd_by_venue_e6: dict[Venue, int]
    naked_e6: int

    def of_pair_usd_e6(self, pair: str, without: Trade | None = None) -> int:
        """Return what all trades on a pair have cost and may cost, one left out."""
        moving = (
            t.at_risk_usd_e6() for t in self.moving if t.plan.pair == pair and t is not without
        )
        return self.usd_by_pair_e6.get(pair, 0) + sum(moving)

    def of_venue_usd_e6(self, venue: Venue, without: Trade | None = None) -> int:
        """Return what all trades have cost and may cost at a venue, one left out."""
        moving = (trade.at_risk_usd_e6(venue) for trade in self.moving if trade is not without)
        return self.usd_by_venue_e6[venue] + sum(moving)

    def unsettled_usd_e6(self, without: Trade | None = None) -> int:
        """Return what the trades that are not at rest have cost and may cost, one left out."""
        return sum(
            trade.at_risk_usd_e6()
            for trade in self.moving
            if not trade.is_at_rest and trade is not without
        )

    def exposed_e6(self, without: Trade | None = None) -> int:
        """Return what is uncovered, or may come to be while a hedge is awaited, one left out."""
        return self.naked_e6 + sum(
            max(trade.naked_e6, trade.plan.size_e6 if trade.reserves else 0)
            for trade in self.moving
            if trade is not without
        )


class Day(Struct):
    """The trades begun on one day: those `moving`, and what the others cost and left (usd_e6)."""

    moving: list[Trade]
    usd_e6: int
    net_usd_e6: int

    def spent_usd_e6(self, without: Trade | None = None) -> int:
        """Return what the day's trades have cost and may cost, one left out."""
        return self.usd_e6 + sum(t.at_risk_usd_e6() for t in self.moving if t is not without)


class Rest(Struct, frozen=True):
    """What stays of one trade at rest: what it cost, left and holds uncovered."""

    usd_e6: int
    usd_by_venue_e6: tuple[tuple[Venue, int], ...]
    net_usd_e6: int
    naked_e6: int


class Standings:
    """The sums of one portfolio, which tells of every change."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._now: Standing | None = None
        self._days: dict[int, Day] = {}
        self._rests: dict[str, Rest] = {}

    def began(self, trade: Trade) -> None:
        """Take in a new trade; it moves."""
        if self._now is not None:
            self._now.moving.append(trade)
            self._now.watched.append(trade)
        if (day := self._days.get(day_of(trade.plan.at_ns))) is not None:
            day.moving.append(trade)

    def changed(self, trade: Trade | None) -> None:
        """Forget the sums: a trade at rest is another, or one has come to rest, or is gone."""
        self._now = None
        self._days.clear()
        if trade is not None:
            self._rests.pop(trade.plan.id, None)

    @property
    def now(self) -> Standing:
        """The active trades as they stand."""
        if self._now is None:
            self._now = self._made()
        return self._now

    def day(self, day: int) -> Day:
        """Return the trades begun on a day (`day_of`)."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = Day([], 0, 0)
            for trade in self._portfolio.by_day.get(day, ()):
                rest = self._rest_of(trade)
                if rest is None:
                    found.moving.append(trade)
                else:
                    found.usd_e6 += rest.usd_e6
                    found.net_usd_e6 += rest.net_usd_e6
        return found

    def _made(self) -> Standing:
        made = Standing([], [], {}, dict.fromkeys(Venue, 0), 0)
        for trade in self._portfolio.active.values():
            rest = self._rest_of(trade)
            if rest is None:
                made.moving.append(trade)
                made.watched.append(trade)
                continue
            pair = trade.plan.pair
            made.usd_by_pair_e6[pair] = made.usd_by_pair_e6.get(pair, 0) + rest.usd_e6
            for venue, usd_e6 in rest.usd_by_venue_e6:
                made.usd_by_venue_e6[venue] += usd_e6
            made.naked_e6 += rest.naked_e6
            if trade.naked_since_ns is not None:
                made.watched.append(trade)
        return made

    def _rest_of(self, trade: Trade) -> Rest | None:
        """Return what stays of a trade, worked out once; None while it moves."""
        name = trade.plan.id
        if name not in self._rests:
            if not trade.is_at_rest:
                return None
            venues = {leg.venue for leg in trade.plan.legs}
            self._rests[name] = Rest(
                trade.at_risk_usd_e6(),
                tuple((venue, trade.at_risk_usd_e6(venue)) for venue in venues),
                net_usd_e6(trade),
                trade.naked_e6,
            )
        return self._rests[name]


def net_usd_e6(trade: Trade) -> int:
    """Return the money that a trade brought or took, with what its holdings surely pay."""
    return trade.cash_usd_e6 + trade.presumed_usd_e6 + trade.merged_usd_e6


def day_of(at_ns: int) -> int:
    """Return the number of the UTC day of a time."""
    return at_ns // (86_400 * NS_PER_SECOND)
