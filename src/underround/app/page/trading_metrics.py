"""The metrics of trading: whether it stands still, what is uncovered, what it did, what it made.

Reads the desk's portfolio and the tally; a run that does not trade has none of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from underround.app.page.profit import Profit
from underround.app.page.run_sight import RunSight
from underround.app.page.trading import limits_in_use
from underround.app.trading.setup import Trading
from underround.core.trading.trade import TradeState
from underround.core.units import NS_PER_SECOND, SIZE_ONE_E6, USD_ONE_E6

MOST_LABELS: Final = 50
"""Values of a label that others may make up; the rest is one value, `other`."""
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


class TradingMetrics:
    """The families of one trading run."""

    def __init__(self, sight: RunSight, trading: Trading) -> None:
        self._sight = sight
        self._trading = trading
        self._profit = Profit(trading.desk.portfolio)

    def families(self) -> Iterator[Metric]:
        """Yield every family of trading."""
        yield from self._standing()
        yield from self._uncovered()
        yield from self._done()
        yield from self._money()

    def _standing(self) -> Iterator[Metric]:
        desk = self._trading.desk
        halted, active = desk.portfolio.halt is not None, desk.portfolio.active
        yield _gauge("trading_halted", "Whether trading stands still (1) or not (0).", halted)
        doubts = GaugeMetricFamily(
            "underround_account_unreconciled",
            "Whether a venue's account may differ from the journal (1) or not (0).",
            labels=["venue"],
        )
        for venue in desk.accounts.venues:
            doubts.add_metric([venue.value], venue in desk.accounts.doubts)
        yield doubts
        yield _gauge("trades_active", "Trades whose end is not final.", len(active))
        unknown = len(desk.portfolio.unknown)
        yield _gauge("orders_unknown", "Orders whose fate no venue has told yet.", unknown)

    def _uncovered(self) -> Iterator[Metric]:
        now_ns = self._sight.run.clock_ns()
        naked = [t for t in self._trading.desk.portfolio.active.values() if not t.is_balanced]
        contracts = sum(trade.naked_e6 for trade in naked) / SIZE_ONE_E6
        yield _gauge("naked_contracts", "Contracts that no other leg covers.", contracts)
        since_ns = [t.naked_since_ns for t in naked if t.naked_since_ns is not None]
        age_s = (now_ns - min(since_ns)) / NS_PER_SECOND if since_ns else 0.0
        yield _gauge("naked_seconds", "For how long the oldest of them have been.", age_s)

    def _done(self) -> Iterator[Metric]:
        tally = self._sight.tally
        states = CounterMetricFamily(
            "underround_trade_states", "Times that a trade came to a state.", labels=["state"]
        )
        for state in TradeState:
            states.add_metric([state.value], tally.states[state])
        orders = CounterMetricFamily(
            "underround_orders", "Orders decided on.", labels=["venue", "role"]
        )
        for (venue, role), count in tally.orders.items():
            orders.add_metric([venue, role], count)
        answers = CounterMetricFamily(
            "underround_order_answers", "What venues answered to orders.", labels=["answer"]
        )
        for answer, count in tally.answers.items():
            answers.add_metric([answer], count)
        refused = CounterMetricFamily(
            "underround_trade_refusals", "Signals not traded, by reason.", labels=["reason"]
        )
        for reason, count in bounded(self._trading.desk.refusals.counts).items():
            refused.add_metric([reason], count)
        yield from (states, orders, answers, refused)

    def _money(self) -> Iterator[Metric]:
        portfolio, limits = self._trading.desk.portfolio, self._trading.ledger.settings.limits
        used = GaugeMetricFamily(
            "underround_limit_used_ratio", "How much of a limit is used, 0 … 1.", labels=["limit"]
        )
        for row in limits_in_use(portfolio, limits, self._sight.run.clock_ns()):
            used.add_metric([row["name"]], row["used"] / row["limit"] if row["limit"] else 1.0)
        yield used
        made = self._profit.shown()
        for name, help_text in (
            ("booked", "Profit of all trades in the journal, fees paid."),
            ("quoted", "Profit that their signals promised."),
            ("fee", "Fees paid for them."),
            ("open", "Money at risk in trades whose end is not final."),
        ):
            yield _gauge(f"trading_{name}_usd", help_text, made[f"{name}_usd_e6"] / USD_ONE_E6)


def bounded(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts as values of a label: numbers in them are one, and so is all beyond so many.

    What is counted first keeps its name, so that no series ever goes down.
    """
    found: Counter[str] = Counter()
    for name, count in counts.items():
        plain = _NUMBER.sub("N", name)
        is_known = plain in found or len(found) < MOST_LABELS
        found[plain if is_known else "other"] += count
    return dict(found)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"underround_{name}", help_text, value=value)
