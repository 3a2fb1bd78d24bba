"""Whether both venues' accounts agree with the journal, and what can be spent.

After a start and after every gap of a private stream entries wait until a read of the account
agrees. Pure; who asks for the read is the trading desk.
"""

from typing import Final

from underround.core.instrument import Venue
from underround.core.trading.order_event import AccountRead
from underround.core.trading.portfolio import Portfolio
from underround.core.units import NS_PER_SECOND

SETTLING_NS: Final = 2 * NS_PER_SECOND
"""A read lags behind the latest fills by so much: a difference then proves nothing."""


class Accounts:
    """The last read of every venue's account, held against what the journal says."""

    def __init__(self, venues: tuple[Venue, ...], dust_e6: int = 10_000) -> None:
        self.venues = venues
        self.reads: dict[Venue, AccountRead] = {}
        self.doubts: dict[Venue, str] = dict.fromkeys(venues, "not yet compared since the start")
        self._dust_e6 = dust_e6
        self._base_usd_e6: dict[Venue, int] = {}
        self._cash_usd_e6: dict[Venue, int] = {}

    @property
    def difference(self) -> str | None:
        """Why entries must wait, None when every account agrees."""
        return next((f"{venue}: {text}" for venue, text in self.doubts.items()), None)

    def doubt(self, venue: Venue, reason: str) -> None:
        """Note that something may have been missed at a venue."""
        self.doubts.setdefault(venue, reason)

    def compare(self, read: AccountRead, portfolio: Portfolio, last_change_ns: int) -> bool:
        """Take a read whose fills are already in the portfolio; tell whether it settles the matter.

        False when orders were under way while it was made: it must be read again.
        """
        venue = read.venue
        self.reads[venue] = read
        self._base_usd_e6[venue] = read.balance_usd_e6 - portfolio.cash_usd_e6[venue]
        self._cash_usd_e6[venue] = portfolio.cash_usd_e6[venue]
        differences = self.differences(read, portfolio)
        if not differences:
            self.doubts.pop(venue, None)
            return True
        if last_change_ns + SETTLING_NS > read.asked_at_ns:
            self.doubts.setdefault(venue, differences[0])
            return False
        self.doubts[venue] = "; ".join(differences[:3])
        return True

    def differences(self, read: AccountRead, portfolio: Portfolio) -> list[str]:
        """Return in words where a read and the journal differ."""
        venue = read.venue
        theirs = {position.instrument: position.size_e6 for position in read.positions}
        ours = {
            name: size_e6
            for (place, name), size_e6 in portfolio.positions_e6.items()
            if place is venue
        }
        for (place, name), size_e6 in portfolio.adopted_e6.items():
            if place is venue:
                ours[name] = ours.get(name, 0) + size_e6
        found = [
            f"{name}: the venue holds {theirs.get(name, 0) / 1e6:g}, the journal"
            f" {ours.get(name, 0) / 1e6:g}"
            for name in sorted(theirs.keys() | ours.keys())
            if abs(theirs.get(name, 0) - ours.get(name, 0)) >= self._dust_e6
            and (venue, name) not in portfolio.settled
        ]
        for order in read.open_orders:
            known = portfolio.order(order.order or "")
            if known is None or not known.is_under_way:
                found.append(f"an open order nobody here placed: {order.venue_order_id}")
        return found

    def spendable_usd_e6(self, venue: Venue, portfolio: Portfolio, shard: int = 0) -> int | None:
        """Return what the account can spend now on a shard's markets; None before its first read.

        Where collateral is held apart the sum may be rich and the shard empty. What was spent since
        the read counts against every shard, what came in for none.
        """
        base_e6 = self._base_usd_e6.get(venue)
        if base_e6 is None:
            return None
        under_way_e6 = sum(
            order.at_risk_usd_e6
            for trade in portfolio.standings.now.moving
            for order in trade.orders.values()
            if order.is_under_way and order.intent.venue is venue
        )
        left_e6 = base_e6 + portfolio.cash_usd_e6[venue] - under_way_e6
        shards = dict(self.reads[venue].shards_usd_e6)
        if not shards:
            return left_e6
        spent_e6 = max(self._cash_usd_e6[venue] - portfolio.cash_usd_e6[venue], 0)
        return min(left_e6, shards.get(shard, 0) - spent_e6 - under_way_e6)


def fills_wanted_ns(portfolio: Portfolio, now_ns: int) -> int:
    """Return from when on a venue's fills must be read: no trade before may still get one."""
    begun = (t.plan.at_ns for t in portfolio.standings.now.moving if not t.is_at_rest)
    return min(begun, default=now_ns) - 60 * NS_PER_SECOND
