"""A venue of the trading world: takes orders, fills them as it likes, loses and repeats its words.

Its own ledger is the truth that the checks compare with.
"""

from collections import Counter
from types import SimpleNamespace

from underround.core.instrument import Outcome, Venue
from underround.core.trading.order_event import (
    AccountRead,
    DoneReason,
    Filled,
    FillStatus,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderState,
    OrderUnanswered,
    Position,
    PrivateStreamChanged,
    QueryFailed,
    RejectReason,
)


class ModelVenue:
    """One venue: every order it was sent, and what became of each."""

    def __init__(self, venue: Venue, world) -> None:
        self.venue = venue
        self.world = world
        self.rng = world.rng
        self.posts = Counter()
        self.orders = {}
        self.fills = {}
        self.delivered = {}

    def hash_of(self, intent) -> str | None:
        return f"0x{intent.id}" if self.venue is Venue.POLYMARKET else None

    def post(self, intent) -> None:
        """Take an order off the wire, or lose it."""
        self.posts[intent.id] += 1
        fate = self.rng.random()
        if fate < 0.04:  # lost on the way out
            self._tell(3.0, lambda: OrderUnanswered(intent.id, "time-out", self.world.now_ns))
            return
        if fate < 0.10:
            reason = self.rng.choice([RejectReason.BALANCE, RejectReason.NOT_FILLABLE])
            self._tell(0.2, lambda: OrderRejected(intent.id, reason, "no", self.world.now_ns))
            return
        if fate < 0.20:  # the connection drops at once, and the order arrives all the same, late
            self._tell(0.3, lambda: OrderUnanswered(intent.id, "dropped", self.world.now_ns))
            self.world.later(2.5, lambda: self._take(intent), ours=False)
            return
        arrives_s = self.rng.choice((0.05, 0.1, 0.3, 2.5))
        self.world.later(arrives_s, lambda: self._take(intent), ours=False)

    def _take(self, intent) -> None:
        order = SimpleNamespace(intent=intent, id=f"0x{intent.id}", fills=[])
        if intent.id in self.orders:
            return  # a duplicate: refused by its id, the counter of posts has seen it
        self.orders[intent.id] = order
        share = self.rng.choice((0, 0.2, 0.5, 1, 1, 1))
        left_e6 = int(intent.size_e6 * share) // 10_000 * 10_000
        filled_e6 = left_e6
        while left_e6:
            part_e6 = left_e6 if left_e6 < 2_000_000 or self.rng.random() < 0.6 else left_e6 // 2
            part_e6 -= part_e6 % 10_000
            self._fill(order, part_e6)
            left_e6 -= part_e6
        done = lambda: OrderDone(  # noqa: E731
            intent.id, order.id, filled_e6, DoneReason.EXPIRED, self.world.now_ns
        )
        if self.rng.random() < 0.12:  # accepted, the reply lost
            self._tell(3.0, lambda: OrderUnanswered(intent.id, "time-out", self.world.now_ns))
        else:
            self._tell(self.rng.random() * 0.3, done)

    def _fill(self, order, size_e6: int) -> None:
        intent = order.intent
        settles = self.venue is Venue.POLYMARKET
        fill = Filled(
            venue=self.venue,
            venue_order_id=order.id,
            trade=f"t{len(self.fills) % 7}",  # the venue's trade ids are not unique by themselves
            order=intent.id if self.rng.random() < 0.8 else None,
            instrument=intent.instrument,
            outcome=intent.outcome,
            is_buy=intent.is_buy,
            size_e6=size_e6,
            price_e4=intent.limit_e4,
            fee_usd_e6=1_000,
            status=FillStatus.MATCHED if settles else FillStatus.CONFIRMED,
            at_ns=self.world.now_ns,
        )
        while (order.id, fill.trade) in self.fills:
            fill = _with(fill, trade=fill.trade + "x")
        key = (order.id, fill.trade)
        self.fills[key] = fill
        order.fills.append(key)
        self._stream(key)
        if settles:
            self.world.later(1 + self.rng.random() * 3, lambda: self._settle(key), ours=False)

    def _settle(self, key) -> None:
        failed = self.rng.random() < 0.12
        status = FillStatus.FAILED if failed else FillStatus.CONFIRMED
        self.fills[key] = _with(self.fills[key], status=status)
        self._stream(key)

    def _stream(self, key) -> None:
        """Tell a fill over the private stream: perhaps late, twice, out of order, or never."""
        fill = self.fills[key]
        if self.rng.random() < 0.15:
            if self.rng.random() < 0.5:
                self._tell(0, lambda: self._private(is_open=False))
                self._tell(1, lambda: self._private(is_open=True))
            return
        for _ in range(1 + (self.rng.random() < 0.2)):
            self._tell(self.rng.random(), lambda: _with(fill, at_ns=self.world.now_ns))

    def _private(self, *, is_open: bool) -> PrivateStreamChanged:
        return PrivateStreamChanged(self.venue, is_open, self.world.now_ns)

    def query(self, wanted) -> None:
        """Answer what became of an order, some time later, or not at all."""
        if self.rng.random() < 0.1:
            self._tell(1, lambda: QueryFailed(self.venue, wanted.order, "503", self.world.now_ns))
            return
        self.world.later(0.1 + self.rng.random(), lambda: self._answer(wanted))

    def _answer(self, wanted) -> None:
        order = self.orders.get(wanted.order)
        now_ns = self.world.now_ns
        if order is None:
            held_e6 = self.positions().get(wanted.instrument, 0)
            self.world.give(OrderMissing(wanted.order, held_e6, wanted.at_ns, now_ns))
            return
        total_e6 = sum(self.fills[key].size_e6 for key in order.fills)
        for key in order.fills:
            self.world.give(_with(self.fills[key], at_ns=now_ns))
        self.world.give(
            OrderSeen(wanted.order, order.id, OrderState.DONE, total_e6, wanted.at_ns, now_ns)
        )

    def account(self, wanted) -> None:
        """Read the account: positions, and all fills since the time asked for."""

        def read() -> None:
            self.world.give(
                AccountRead(
                    venue=self.venue,
                    balance_usd_e6=10**9,
                    positions=tuple(Position(*each) for each in self.positions().items()),
                    open_orders=(),
                    fills=tuple(
                        fill for fill in self.fills.values() if fill.at_ns >= wanted.fills_since_ns
                    ),
                    asked_at_ns=wanted.at_ns,
                    at_ns=self.world.now_ns,
                )
            )

        self.world.later(0.2, read)

    def positions(self) -> dict[str, int]:
        """Return what the venue holds for us, its own way of counting."""
        held = Counter()
        for fill in self.fills.values():
            if fill.status is FillStatus.FAILED:
                continue
            minus = self.venue is Venue.KALSHI and fill.outcome is Outcome.NO
            held[fill.instrument] += fill.size_e6 * (1 if fill.is_buy != minus else -1)
        return dict(held)

    def _tell(self, seconds: float, make) -> None:
        self.world.later(seconds, lambda: self.world.give(make()))


def _with(fill: Filled, **changes) -> Filled:
    fields = {name: getattr(fill, name) for name in fill.__struct_fields__}
    return Filled(**(fields | changes))
