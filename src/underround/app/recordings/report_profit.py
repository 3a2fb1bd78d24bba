"""The part of a recording's report about money: what was quoted, what came of it, trade by trade.

Draws what it is given; everything of the recording is escaped. Reads nothing and writes nothing.
"""

from collections import Counter
from typing import Any, Final

from underround.app.recordings.report_form import dollars, note, table
from underround.app.trading.reports import MONEY
from underround.app.wording import grouped

MOST_TRADES: Final = 200
_SAID: Final = (
    "Quoted = booked + missed + unwind + alone + basis + slippage. Missed: quoted edge of what was "
    "never hedged. Unwind: what giving a leg back cost. Alone: paid for contracts that no other "
    "leg covers; they count nothing until they settle. Basis: settlement against what was "
    "presumed. Until both venues have settled a complete set is presumed to pay in full."
)


def profit_parts(profit: dict[str, Any], trades: list[dict[str, Any]]) -> list[str]:
    """Return the section's HTML; a sentence where nothing was traded."""
    if not profit:
        return [note("Nothing was traded in this session.")]
    days = {"all": profit["all"], **profit["days"]}
    names = [name.removesuffix("_usd_e6") for name in MONEY]
    sums = [
        [day, each["trades"], *(dollars(each[name]) for name in MONEY)]
        for day, each in days.items()
    ]
    shown = trades[-MOST_TRADES:]
    cut = f", the latest {len(shown)} of {len(trades)}" if len(shown) < len(trades) else ""
    return [
        note(_SAID),
        table(("day, UTC", "trades", *names), sums, range(1, 10)),
        "<h3>How trades ended</h3>",
        _ends(trades),
        f"<h3>Trade by trade{cut}</h3>",
        _table_of(shown),
    ]


def _ends(trades: list[dict[str, Any]]) -> str:
    counts = Counter(each["state"] for each in trades)
    booked: Counter[str] = Counter()
    for each in trades:
        booked[each["state"]] += each["booked_usd_e6"]
    rows = [
        [state.replace("_", " "), count, dollars(booked[state])]
        for state, count in counts.most_common()
    ]
    return table(("state", "trades", "booked"), rows, (1, 2))


def _table_of(trades: list[dict[str, Any]]) -> str:
    rows = [
        [
            each["time_utc"].replace("T", " ").removesuffix("Z"),
            each["pair"],
            each["state"].replace("_", " "),
            f"{grouped(each['hedged'])} of {grouped(each['size'])}",
            dollars(each["quoted_usd_e6"]),
            dollars(each["booked_usd_e6"]),
            each["payout"],
        ]
        for each in trades
    ]
    heads = ("begun, UTC", "pair", "state", "sets of", "quoted", "booked", "payout")
    return table(heads, rows, (3, 4, 5), whole=(0, 2))
