"""The terminal's views: the page's own, in its order, each as tables. Values only."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from underround.cli import terminal_rows as rows_of
from underround.cli.terminal_rows import Row, Topics


class Table(Struct, frozen=True):
    """One table of a view; `numbers` are the columns that line up on the right.

    `narrow` is the order of columns in a narrow terminal.
    """

    name: str
    columns: Row
    rows: Callable[[Topics, int], list[Row]]
    numbers: frozenset[int] = frozenset()
    narrow: tuple[int, ...] = ()


_OPPORTUNITIES = ("", "Edge", "Sets", "Profit", "Return", "Age", "Pair", "Buy", "Why closed")
_MARKETS = ("", "Market", "Venue", "Bid", "Bid size", "Ask", "Ask size", "Book")
_WINDOWS = ("Window", "Closes in", "Fair YES", "YES costs", "NO costs", "Edge", "Strike")
_EXCHANGES = ("Exchange", "State", "Bid", "Ask", "Age")
_TRADES = ("State", "Quoted", "Booked", "Sets", "Begun, UTC", "Pair", "Legs, filled")
_POSITIONS = ("Position", "Venue", "Outcome", "Held", "Cost", "Worth now")
_FEEDS = ("Connection", "State", "Live", "Frames/s", "Quiet", "Connects", "Faults")
_STAGES = ("Stage", "Half within", "p99 within", "Timed")

VIEWS: Final[dict[str, tuple[str, tuple[Table, ...]]]] = {
    "opportunities": (
        "Opportunities",
        (
            Table(
                "opportunity",
                _OPPORTUNITIES,
                rows_of.opportunity_rows,
                frozenset(range(1, 6)),
                (0, 1, 3, 5, 6, 7, 2, 4, 8),
            ),
        ),
    ),
    "markets": (
        "Markets",
        (
            Table(
                "market",
                _MARKETS,
                rows_of.market_rows,
                frozenset(range(3, 7)),
                (0, 3, 5, 2, 1, 7, 4, 6),
            ),
        ),
    ),
    "bitcoin": (
        "Bitcoin",
        (
            Table(
                "window",
                (*_WINDOWS, "Venue", "Why not taken"),
                rows_of.window_rows,
                frozenset(range(1, 7)),
            ),
            Table("exchange", _EXCHANGES, rows_of.exchange_rows, frozenset((2, 3, 4))),
        ),
    ),
    "trades": (
        "Trades",
        (
            Table("trade", _TRADES, rows_of.trade_rows, frozenset((1, 2, 3))),
            Table("position", _POSITIONS, rows_of.position_rows, frozenset((3, 4, 5))),
        ),
    ),
    "pnl": ("P&L", (Table("profit", ("Profit", ""), rows_of.profit_rows, frozenset((1,))),)),
    "risk": (
        "Risk",
        (
            Table(
                "limit",
                ("Limit", "Used", "Of", "Share"),
                rows_of.limit_rows,
                frozenset((1, 2, 3)),
            ),
            Table("refusal", ("Not taken because", "Times"), rows_of.refusal_rows, frozenset((1,))),
        ),
    ),
    "feeds": (
        "Feeds",
        (
            Table("feed", _FEEDS, rows_of.feed_rows, frozenset(range(2, 7))),
            Table("stage", _STAGES, rows_of.stage_rows, frozenset((1, 2, 3))),
        ),
    ),
}
