"""Every fault by name: what it does, to whom it usually does it, and for how long.

One table; what a fault does stands in the modules it names.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from underround.simulation.faults import answers, lines, markets, trading
from underround.simulation.faults.orders import End, Order
from underround.simulation.faults.world import KALSHI, POLYMARKET, Target, World

Begin = Callable[[World, Order, Target], End]


class Kind(NamedTuple):
    """A fault: how it begins, how long it lasts unless told, and whom it can hit at all."""

    begin: Begin
    for_s: float
    lines: tuple[str, ...] | None = None

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return (self.begin.__doc__ or "").splitlines()[0]


_KALSHI: Final = (KALSHI,)
_POLYMARKET: Final = (POLYMARKET,)
_BOOKS: Final = (POLYMARKET, KALSHI)

KINDS: Final[dict[str, Kind]] = {
    "asset_freeze": Kind(lines.asset_freeze, 3.0, _BOOKS),
    "auth_skew": Kind(lines.auth_skew, 3.0, _KALSHI),
    "bad_bytes": Kind(lines.bad_bytes, 2.0),
    "channel_error": Kind(lines.channel_error, 0.0, _KALSHI),
    "command_error": Kind(lines.command_error, 2.0, _KALSHI),
    "crossed_book": Kind(markets.crossed_book, 2.0, _BOOKS),
    "disconnect": Kind(lines.disconnect, 0.0),
    "duplicates": Kind(lines.duplicates, 3.0),
    "engine_restart": Kind(answers.engine_restart, 90.0, _POLYMARKET),
    "fee_change": Kind(markets.fee_change, 3.0, _KALSHI),
    "freeze_with_pong": Kind(lines.freeze_with_pong, 60.0),
    "gap": Kind(lines.gap, 2.0),
    "geoblock": Kind(trading.geoblock, 5.0, _POLYMARKET),
    "ghost_book": Kind(answers.ghost_book, 3.0, _BOOKS),
    "grid_change": Kind(markets.grid_change, 0.0, _KALSHI),
    "half_open": Kind(lines.half_open, 60.0),
    "html_instead_of_json": Kind(answers.html_instead_of_json, 2.0),
    "late_snapshot": Kind(lines.late_snapshot, 2.0),
    "maintenance": Kind(lines.maintenance, 3.0),
    "market_pause": Kind(markets.market_pause, 3.0, _KALSHI),
    "missing_snapshot": Kind(lines.missing_snapshot, 2.0),
    "new_market": Kind(markets.new_market, 0.0),
    "order_delay": Kind(trading.order_delay, 60.0, _BOOKS),
    "order_reply_lost": Kind(trading.order_reply_lost, 5.0, _BOOKS),
    "order_unavailable": Kind(trading.order_unavailable, 5.0, _BOOKS),
    "oversize": Kind(lines.oversize, 0.0),
    "pause": Kind(markets.pause, 3.0, _KALSHI),
    "pong_lag": Kind(lines.pong_lag, 10.0),
    "rate_limit_429": Kind(answers.rate_limit_429, 3.0, _BOOKS),
    "reorder": Kind(lines.reorder, 3.0),
    "resolve": Kind(markets.resolve, 0.0, _BOOKS),
    "settlement_failure": Kind(trading.settlement_failure, 5.0, _POLYMARKET),
    "slow_consumer": Kind(lines.slow_consumer, 0.0),
    "stale_rest": Kind(answers.stale_rest, 3.0, _BOOKS),
    "storm": Kind(markets.storm, 3.0, _BOOKS),
    "tick_change": Kind(markets.tick_change, 0.0, _POLYMARKET),
}
