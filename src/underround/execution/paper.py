"""The paper broker: no order leaves, and filling is made harder than it is live.

An order meets the book as it stands after a latency drawn from a distribution, takes only what
rivals leave, each resting size once, and pays exact fees. Rejections, lost replies and failed
settlements come at configured rates. Time, chance and the timer are handed in, so the same broker
serves live paper trading and backtests.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from underround.core.book import Book
from underround.core.fees import KalshiFeeAccumulator, shares_received_e6, taker_fee_usd_e6
from underround.core.instrument import Instrument, Venue
from underround.core.trading.order import (
    Approved,
    CancelOrder,
    OrderIntent,
    QueryAccount,
    QueryOrder,
)
from underround.core.trading.order import TimeInForce as Tif
from underround.core.trading.order_event import (
    AccountRead,
    DoneReason,
    Filled,
    FillStatus,
    OrderDone,
    OrderEvent,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderState,
    OrderUnanswered,
    Position,
    RejectReason,
)
from underround.core.trading.portfolio import Portfolio
from underround.core.units import NS_PER_MS, NS_PER_SECOND, USD_ONE_E6, notional_up_usd_e6
from underround.execution.broker import PreparedOrder, Sink
from underround.execution.paper_account import PaperAccount
from underround.execution.paper_book import TakenSizes

LATENCIES_MS: Final[dict[Venue, tuple[int, ...]]] = {
    Venue.POLYMARKET: (60, 80, 95, 110, 130, 160, 200, 260, 400, 900),
    Venue.KALSHI: (40, 55, 70, 85, 95, 110, 140, 180, 260, 500),
}
"""Deciles of the time from sending to matching, of a well placed account."""


class PaperSettings(Struct, frozen=True, kw_only=True):
    """How hard paper is. Rates in ten-thousandths; `latencies_ns` are drawn from evenly."""

    balance_usd_e6: int = 10_000 * USD_ONE_E6
    latencies_ns: dict[Venue, tuple[int, ...]] = field(
        default_factory=lambda: {
            venue: tuple(each * NS_PER_MS for each in deciles)
            for venue, deciles in LATENCIES_MS.items()
        }
    )
    rejects_e4: int = 100
    unanswered_e4: int = 50
    settlement_failures_e4: int = 100
    rivals_e4: int = 1_000
    settles_after_ns: int = 2 * NS_PER_SECOND
    min_marketable_usd_e6: int = USD_ONE_E6


class PaperBroker:
    """One venue's account on paper. `later` runs something after so many ns of its own time."""

    def __init__(
        self,
        venue: Venue,
        books: Mapping[str, Book],
        settings: PaperSettings,
        randomness: random.Random,
        clock_ns: Callable[[], int],
        later: Callable[[int, Callable[[], None]], None],
        sink: Sink,
        portfolio: Portfolio | None = None,
    ) -> None:
        self.account = PaperAccount(venue, settings.balance_usd_e6, portfolio or Portfolio())
        self._venue = venue
        self._books = books
        self._settings = settings
        self._random = randomness
        self._clock_ns = clock_ns
        self._later = later
        self._sink = sink
        self._taken = TakenSizes(settings.rivals_e4)

    @property
    def venue(self) -> Venue:
        """The venue it plays."""
        return self._venue

    def prepare(self, order: Approved) -> PreparedOrder:
        """Name an order; ValueError for one that would rest, which paper does not do."""
        if order.intent.time_in_force is Tif.GTC:
            raise ValueError("paper trades orders that fill at once or not at all, not GTC")
        is_hashed = self._venue is Venue.POLYMARKET
        return PreparedOrder(order.intent, _name(order.intent) if is_hashed else None, b"")

    async def place(self, orders: Sequence[PreparedOrder]) -> None:
        """Start orders on their way."""
        for order in orders:
            self.submit(order.intent)

    async def cancel(self, wanted: CancelOrder) -> None:
        """Have nothing to cancel: no order here rests."""

    def submit(self, intent: OrderIntent) -> None:
        """Start one order on its way."""
        delay_ns = self._random.choice(self._settings.latencies_ns[self._venue])
        back_ns = delay_ns // 2  # the reply travels only
        if self._chance(self._settings.rejects_e4):
            self._reject(intent, RejectReason.RATE_LIMIT, "paper: refused at random", delay_ns)
            return
        self._later(delay_ns, lambda: self._arrive(intent, back_ns))

    async def query_order(self, wanted: QueryOrder) -> None:
        """Say what became of an order."""
        self.answer_order(wanted)

    async def query_account(self, wanted: QueryAccount) -> None:
        """Read the paper account."""
        self.answer_account(wanted)

    def answer_order(self, wanted: QueryOrder) -> None:
        """Say what became of an order, now."""
        now_ns = self._clock_ns()
        fills = self.account.orders.get(wanted.order)
        if fills is None:
            held_e6 = self.account.positions_e6().get(wanted.instrument, 0)
            self._sink(OrderMissing(wanted.order, held_e6, wanted.at_ns, now_ns))
            return
        for fill in fills.values():
            self._sink(replace(fill, at_ns=now_ns))
        total_e6 = sum(fill.size_e6 for fill in fills.values())
        name = f"paper-{wanted.order}"
        self._sink(OrderSeen(wanted.order, name, OrderState.DONE, total_e6, wanted.at_ns, now_ns))

    def answer_account(self, wanted: QueryAccount) -> None:
        """Read the paper account, now."""
        self.account.settle(self._clock_ns())
        held = self.account.positions_e6()
        self._sink(
            AccountRead(
                venue=self._venue,
                balance_usd_e6=self.account.balance_usd_e6,
                positions=tuple(Position(name, size) for name, size in held.items() if size),
                open_orders=(),
                fills=self.account.fills_since(wanted.fills_since_ns),
                asked_at_ns=wanted.at_ns,
                at_ns=self._clock_ns(),
            )
        )

    def _arrive(self, intent: OrderIntent, back_ns: int) -> None:
        """Meet the book as it is now."""
        book = self._books.get(intent.instrument)
        if book is None or not book.has_snapshot or book.is_closed:
            self._reject(intent, RejectReason.MARKET_CLOSED, "no market", back_ns)
            return
        value_e6 = notional_up_usd_e6(intent.limit_e4, intent.size_e6)
        if intent.is_buy and self.account.balance_usd_e6 < value_e6:
            self._reject(intent, RejectReason.BALANCE, "not enough balance", back_ns)
            return
        is_polymarket = self._venue is Venue.POLYMARKET
        if is_polymarket and not self._takes(intent, value_e6):
            self._reject(intent, RejectReason.SIZE, "too small, or not delivered yet", back_ns)
            return
        levels = self._taken.left(book, intent.outcome, intent.limit_e4, is_buy=intent.is_buy)
        found_e6 = min(sum(size_e6 for _, size_e6 in levels), intent.size_e6)
        is_killed = intent.time_in_force is Tif.FOK and found_e6 < intent.size_e6
        if is_killed or (is_polymarket and not found_e6):
            self._reject(intent, RejectReason.NOT_FILLABLE, "nothing to match", back_ns)
            return
        fills = self._fill(intent, book, levels)
        self.account.take(intent.id, fills)
        self._answer(intent, fills, back_ns)

    def _takes(self, intent: OrderIntent, value_e6: int) -> bool:
        if intent.is_buy:
            return value_e6 >= self._settings.min_marketable_usd_e6
        return self.account.delivered_e6(intent.instrument) >= intent.size_e6

    def _fill(self, intent: OrderIntent, book: Book, levels: list[tuple[int, int]]) -> list[Filled]:
        now_ns, missing_e6 = self._clock_ns(), intent.size_e6
        fills: list[Filled] = []
        accumulator = KalshiFeeAccumulator()
        for price_e4, level_e6 in levels:
            size_e6 = min(level_e6, missing_e6)
            if not size_e6:
                break
            missing_e6 -= size_e6
            self._taken.take(book, intent.outcome, price_e4, size_e6, is_buy=intent.is_buy)
            held_e6, fee_e6 = self._charge(book.instrument, intent, price_e4, size_e6, accumulator)
            is_final = self._venue is Venue.KALSHI
            fills.append(
                Filled(
                    venue=self._venue,
                    venue_order_id=_name(intent),
                    trade=f"paper-{intent.id}-{len(fills) + 1}",
                    order=intent.id,
                    instrument=intent.instrument,
                    outcome=intent.outcome,
                    is_buy=intent.is_buy,
                    size_e6=held_e6,
                    price_e4=price_e4,
                    fee_usd_e6=fee_e6,
                    status=FillStatus.CONFIRMED if is_final else FillStatus.MATCHED,
                    at_ns=now_ns,
                )
            )
        return fills

    def _charge(
        self,
        instrument: Instrument,
        intent: OrderIntent,
        price_e4: int,
        size_e6: int,
        accumulator: KalshiFeeAccumulator,
    ) -> tuple[int, int]:
        """Return the contracts that change hands for good, and the fee in dollars."""
        if self._venue is Venue.KALSHI:
            charged = accumulator.fill(
                instrument.fees, price_e4, size_e6, is_taker=True, is_buyer=intent.is_buy
            )
            return size_e6, charged.fee_cost_usd_e6
        held_e6 = shares_received_e6(instrument.fees, price_e4, size_e6) if intent.is_buy else 0
        if intent.is_buy and held_e6 < size_e6:
            # Withheld in shares: what was paid for them is the fee.
            paid_e6 = notional_up_usd_e6(price_e4, size_e6)
            return held_e6, paid_e6 - notional_up_usd_e6(price_e4, held_e6)
        return size_e6, taker_fee_usd_e6(instrument.fees, price_e4, size_e6)

    def _answer(self, intent: OrderIntent, fills: list[Filled], back_ns: int) -> None:
        filled_e6 = sum(fill.size_e6 for fill in fills)
        if self._chance(self._settings.unanswered_e4):
            wait_ns = max(intent.dies_at_ns - self._clock_ns(), 0)
            self._tell(
                wait_ns,
                lambda: OrderUnanswered(intent.id, "paper: no reply", self._clock_ns()),
            )
        else:
            whole = filled_e6 >= intent.size_e6
            reason = DoneReason.FILLED if whole else DoneReason.EXPIRED
            self._tell(
                back_ns,
                lambda: OrderDone(intent.id, _name(intent), filled_e6, reason, self._clock_ns()),
            )
        for fill in fills:
            self._deliver(fill, back_ns)

    def _deliver(self, fill: Filled, back_ns: int) -> None:
        """Tell a fill, and later whether it settled."""
        self._tell(back_ns, lambda: replace(fill, at_ns=self._clock_ns()))
        if fill.status is FillStatus.MATCHED:
            self._later(self._settings.settles_after_ns, lambda: self._settle(fill))

    def _settle(self, fill: Filled) -> None:
        is_failed = self._chance(self._settings.settlement_failures_e4)
        status = FillStatus.FAILED if is_failed else FillStatus.CONFIRMED
        settled = replace(fill, status=status, at_ns=self._clock_ns())
        self.account.take(str(fill.order), [settled])
        self._sink(settled)

    def _reject(self, intent: OrderIntent, reason: RejectReason, text: str, delay_ns: int) -> None:
        self._tell(delay_ns, lambda: OrderRejected(intent.id, reason, text, self._clock_ns()))

    def _tell(self, delay_ns: int, make: Callable[[], OrderEvent]) -> None:
        self._later(delay_ns, lambda: self._sink(make()))

    def _chance(self, rate_e4: int) -> bool:
        return self._random.randrange(10_000) < rate_e4


def _name(intent: OrderIntent) -> str:
    return f"paper-{intent.id}"
