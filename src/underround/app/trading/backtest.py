"""Recordings through the whole pipe with paper trading: what a latency costs.

The engine, desk and paper broker of a run, on the recording's own time: nothing is waited for and
one seed gives one result. What the recording's own run traded is left out.
"""

import heapq
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from underround.app.recordings.replay import Replay
from underround.app.trading.counts import booked_usd_e6, counted
from underround.app.trading.setup import short_name
from underround.core.effect import Effect
from underround.core.event import Event, Timer, time_of
from underround.core.instrument import Venue
from underround.core.opportunity import Signal, SignalKind
from underround.core.trading.desk import TradingDesk
from underround.core.trading.event import TradingEvent
from underround.core.trading.order import PlaceOrders, QueryAccount, QueryOrder
from underround.core.trading.order_event import OrderEvent, OrderSent
from underround.core.trading.settings import TradingSettings
from underround.core.units import NS_PER_MS, NS_PER_SECOND, USD_ONE_E6
from underround.execution.paper import PaperBroker, PaperSettings
from underround.stores.recorded import RecordedHeader

SYNC_NS: Final = 4 * NS_PER_MS
TICK_NS: Final = 50 * NS_PER_MS
AFTERWARDS_NS: Final = 30 * NS_PER_SECOND
RESAMPLES: Final = 2_000


class Survival(Struct):
    """How many of the opportunities were still there after a time."""

    lasted_ns: list[int]

    def share(self, after_ns: int) -> float:
        """Return the share that lasted at least so long; 0 without any."""
        count = sum(each >= after_ns for each in self.lasted_ns)
        return count / len(self.lasted_ns) if self.lasted_ns else 0.0


class PaperReplay(Replay):
    """One recording with a desk and paper brokers beside its engine."""

    def __init__(self, settings: TradingSettings, paper: PaperSettings, seed: int) -> None:
        super().__init__()
        self.now_ns = 0
        self.survival = Survival([])
        self._settings = settings
        self._paper = paper
        self._randomness = random.Random(seed)
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._opened_ns: dict[str, int] = {}
        self._brokers: dict[Venue, PaperBroker] = {}
        self.on_effect.append(self._carry_out)
        self.on_signal.append(self._watch)

    @property
    def portfolio(self) -> Any:
        """What trading came to; None before the recording's header."""
        return None if self.trading is None else self.trading.portfolio

    def finish(self) -> None:
        """Let what is under way come to its end after the recording's."""
        if self.trading is None:
            return
        end_ns = self.now_ns + AFTERWARDS_NS
        while self.now_ns < end_ns:
            self._process(Timer(self.now_ns + TICK_NS))

    def _open(self, header: RecordedHeader) -> None:
        is_first = self.engine is None
        header.config.pop("trading", None)
        super()._open(header)
        if not is_first or self.engine is None:
            return
        run = f"b{short_name(header.created_at_ns)}"
        desk = TradingDesk(self._settings, run, self.engine.trust.blocker)
        self.engine.attach(desk)
        self.engine.detector.on_raised = desk.take
        self.engine.told.on_value = desk.pays
        self.trading = desk
        for venue in Venue:
            self._brokers[venue] = PaperBroker(
                venue,
                self.engine.books,
                self._paper,
                self._randomness,
                lambda: self.now_ns,
                self._later,
                self._give,
            )

    def _process(self, event: Event) -> None:
        if isinstance(event, TradingEvent):
            return  # of the run that was recorded
        at_ns = time_of(event)
        while self._due and self._due[0][0] <= at_ns:
            self.now_ns, _, act = heapq.heappop(self._due)
            act()
        self.now_ns = max(at_ns, self.now_ns)
        super()._process(event)

    def _later(self, delay_ns: int, act: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.now_ns + delay_ns, self._count, act))

    def _give(self, event: OrderEvent) -> None:
        super()._process(event)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case PlaceOrders():
                self._later(SYNC_NS, lambda: self._place(effect))
            case QueryOrder():
                wanted = effect
                self._later(SYNC_NS, lambda: self._brokers[wanted.venue].answer_order(wanted))
            case QueryAccount():
                asked = effect
                self._later(SYNC_NS, lambda: self._brokers[asked.venue].answer_account(asked))

    def _place(self, effect: PlaceOrders) -> None:
        for order in effect.orders:
            prepared = self._brokers[order.intent.venue].prepare(order)
            self._give(OrderSent(order.intent.id, prepared.venue_order_id, self.now_ns))
            self._brokers[order.intent.venue].submit(order.intent)

    def _watch(self, signal: Signal) -> None:
        if signal.kind is SignalKind.OPENED:
            self._opened_ns[signal.id] = signal.at_ns
        elif signal.kind is SignalKind.CLOSED and signal.id in self._opened_ns:
            self.survival.lasted_ns.append(signal.at_ns - self._opened_ns.pop(signal.id))


def run_backtest(
    recordings: Sequence[Path],
    latencies_ms: Sequence[int],
    settings: TradingSettings,
    paper: PaperSettings,
    seed: int,
) -> list[dict[str, Any]]:
    """Return one row a latency: counts, profit with its interval, fill rates, survival.

    The interval is of the mean profit of a trade, by bootstrap over trades (95 %): it knows
    nothing of days that the recordings do not show.
    """
    return [_row(recordings, latency_ms, settings, paper, seed) for latency_ms in latencies_ms]


def _row(
    recordings: Sequence[Path],
    latency_ms: int,
    settings: TradingSettings,
    paper: PaperSettings,
    seed: int,
) -> dict[str, Any]:
    drawn: tuple[int, ...] = (latency_ms * NS_PER_MS,)
    hard = PaperSettings(
        balance_usd_e6=paper.balance_usd_e6,
        latencies_ns=dict.fromkeys(Venue, drawn),
        rejects_e4=paper.rejects_e4,
        unanswered_e4=paper.unanswered_e4,
        settlement_failures_e4=paper.settlement_failures_e4,
        rivals_e4=paper.rivals_e4,
    )
    booked: list[int] = []
    sums: dict[str, float] = {}
    lasted = Survival([])
    sent = filled = 0
    for path in recordings:
        run = PaperReplay(settings, hard, seed)
        run.run(path)
        run.finish()
        lasted.lasted_ns += run.survival.lasted_ns
        portfolio = run.portfolio
        if portfolio is None:
            continue
        for name, value in counted(portfolio, 0).items():
            sums[name] = sums.get(name, 0) + value
        for trade in portfolio.trades.values():
            orders = [order for order in trade.orders.values() if order.is_sent]
            sent += len(orders)
            filled += sum(order.filled_e6 > 0 for order in orders)
            if orders:
                booked.append(booked_usd_e6(trade, portfolio))
    quoted = sums.get("quoted_usd", 0.0)
    return {
        "latency_ms": latency_ms,
        "opportunities": len(lasted.lasted_ns),
        "still_there": round(lasted.share(latency_ms * NS_PER_MS), 4),
        "trades": len(booked),
        "hedged": int(sums.get("hedged", 0)),
        "no_fill": int(sums.get("no_fill", 0)),
        "unwound": int(sums.get("unwound", 0)),
        "stranded": int(sums.get("stranded", 0)),
        "fill_rate": round(filled / sent, 4) if sent else None,
        "profit_usd": sum(booked) / USD_ONE_E6,
        "quoted_usd": quoted,
        "profit_a_trade_usd": interval(booked, seed),
    }


def interval(booked_usd_e6: Sequence[int], seed: int) -> dict[str, float | None]:
    """Return the mean profit of a trade and the 95 % bootstrap interval, in dollars.

    With fewer than five trades there is no interval: None says so.
    """
    if not booked_usd_e6:
        return {"mean": None, "low": None, "high": None}
    mean = sum(booked_usd_e6) / len(booked_usd_e6) / USD_ONE_E6
    if len(booked_usd_e6) < 5:
        return {"mean": mean, "low": None, "high": None}
    draw = random.Random(seed)
    means = sorted(
        sum(draw.choices(booked_usd_e6, k=len(booked_usd_e6))) / len(booked_usd_e6) / USD_ONE_E6
        for _ in range(RESAMPLES)
    )
    return {
        "mean": mean,
        "low": means[round(0.025 * RESAMPLES)],
        "high": means[round(0.975 * RESAMPLES) - 1],
    }
