"""The rows of the terminal's tables, made from a page's topics.

Pure: topics in, text out. What is absent is a dash; what a run does not do is said in a row.
"""

from typing import Any, Final

from underround.app.wording import clock_time
from underround.core.units import NS_PER_MS, format_price, format_size, format_usd

Topics = dict[str, Any]
Row = tuple[str, ...]
NONE: Final = "–"
CLOSED_SHOWN: Final = 15
LONGEST_TITLE: Final = 44


def opportunity_rows(topics: Topics, now_ms: int) -> list[Row]:
    """Return what is open (●), then what closed lately (○)."""
    rows = [*(topics.get("opportunities") or []), *(topics.get("closed") or [])[:CLOSED_SHOWN]]
    return [
        (
            "●" if row["closed_ms"] is None else "○",
            _cents(row["edge_e6"]),
            format_size(row["size_e6"]),
            format_usd(row["edge_usd_e6"]),
            f"{row['return_bps'] / 100:.2f}%",
            f"{((row['closed_ms'] or now_ms) - row['opened_ms']) / 1_000:.1f} s",
            _short(row["title"]),
            _legs(row["legs"]),
            "" if row["closed_ms"] is None else f"closed: {row['reason']}",
        )
        for row in rows
    ]


def market_rows(topics: Topics, _: int) -> list[Row]:
    """Return every market's best prices, the paired ones first; a book that is not live has !."""
    books, found = topics.get("books") or {}, []
    for name, fact in (topics.get("markets") or {}).items():
        unknown: list[Any] = [None, None, None, None, "no book yet", "", 0]
        bid, bid_size, ask, ask_size, state, why, _second = books.get(name) or unknown
        cells = (_price(bid), _size(bid_size), _price(ask), _size(ask_size))
        is_live = state == "live"
        told = f"{state}: {why}" if why and not is_live else state
        key = (fact["pair"] is None, fact["pair"] or "", fact["venue"])
        title = _short(fact["title"])
        found.append((key, ("●" if is_live else "!", title, fact["venue"], *cells, told)))
    return [row for _, row in sorted(found, key=lambda each: each[0])]


def window_rows(topics: Topics, now_ms: int) -> list[Row]:
    """Return every Bitcoin window with its fair value and what it costs."""
    bitcoin = topics.get("bitcoin")
    if not bitcoin:
        return [("no windows: underround pipeline --web has them", *[""] * 8)]
    return [
        (
            row["id"],
            _countdown(row["close_ms"] - now_ms),
            NONE
            if row["p_yes"] is None
            else f"{row['p_yes'] * 100:.1f}% ±{row['error'] * 100:.1f}%",
            _price(row["yes_e4"]),
            _price(row["no_e4"]),
            NONE if row["edge_e6"] is None else _cents(row["edge_e6"]),
            _dollars(row["strike"]),
            row["venue"],
            row["blocked"] or "",
        )
        for row in bitcoin["windows"]
    ]


def exchange_rows(topics: Topics, _: int) -> list[Row]:
    """Return our index and the official one, then every exchange that ours is made of."""
    bitcoin = topics.get("bitcoin")
    if not bitcoin:
        return []
    return [
        ("our index", f"quality: {bitcoin['quality']}", _dollars(bitcoin["index"]), "", ""),
        ("official", "", _dollars(bitcoin["official"]), "", ""),
        *(
            (
                row["exchange"],
                "● in the index" if row["used"] else f"○ left out: {row['why']}",
                _dollars(row["bid"]),
                _dollars(row["ask"]),
                NONE if row["age_ms"] is None else f"{row['age_ms'] / 1_000:.1f} s",
            )
            for row in bitcoin["exchanges"]
        ),
    ]


def trade_rows(topics: Topics, _: int) -> list[Row]:
    """Return trades, newest first."""
    trading = topics.get("trading")
    if not trading:
        return [("this run does not trade", *[""] * 6)]
    return [
        (
            row["state"].replace("_", " "),
            format_usd(row["quoted_usd_e6"]),
            format_usd(row["booked_usd_e6"]),
            format_size(row["size_e6"]),
            clock_time(row["begun_ms"] * NS_PER_MS)[:8],
            row["pair"],
            " + ".join(
                f"{leg['outcome'].upper()} {leg['venue']} {format_size(leg['filled_e6'])}"
                for leg in row["legs"]
            ),
        )
        for row in trading["trades"]
    ]


def position_rows(topics: Topics, _: int) -> list[Row]:
    """Return what is held, with what it cost and would bring now."""
    return [
        (
            _short(row["title"]),
            row["venue"],
            row["outcome"].upper(),
            format_size(row["size_e6"]),
            _usd(row["cost_usd_e6"]),
            _usd(row["worth_usd_e6"]),
        )
        for row in (topics.get("trading") or {}).get("positions", [])
    ]


def profit_rows(topics: Topics, _: int) -> list[Row]:
    """Return booked against quoted profit, fees, and what is at risk."""
    trading = topics.get("trading")
    if not trading:
        return [("this run does not trade", "")]
    pnl = trading["pnl"]
    return [
        ("booked", format_usd(pnl["booked_usd_e6"])),
        ("quoted", format_usd(pnl["quoted_usd_e6"])),
        ("fees, in booked", format_usd(pnl["fee_usd_e6"])),
        ("at risk, unsettled", format_usd(pnl["open_usd_e6"])),
    ]


def limit_rows(topics: Topics, _: int) -> list[Row]:
    """Return every limit with its use; a full one says so."""
    trading = topics.get("trading")
    if not trading:
        return [("this run does not trade: no limit is in use", "", "", "")]
    return [
        (
            row["name"],
            _amount(row["used"], row["unit"]),
            _amount(row["limit"], row["unit"]),
            "FULL" if row["used"] >= row["limit"] else f"{row['used'] * 100 // row['limit']}%",
        )
        for row in trading["limits"]
    ]


def refusal_rows(topics: Topics, _: int) -> list[Row]:
    """Return why signals were not taken, and how often."""
    refusals = (topics.get("trading") or {}).get("refusals", {})
    return [(why.replace("_", " "), str(times)) for why, times in refusals.items()]


def feed_rows(topics: Topics, _: int) -> list[Row]:
    """Return every connection."""
    return [
        (
            row["name"],
            "connected" if row["up"] else "NOT CONNECTED",
            NONE if row["books"] is None else f"{row['live']}/{row['books']}",
            f"{row['frames_per_s']:.0f}",
            NONE if row["quiet_ms"] is None else f"{row['quiet_ms'] / 1_000:.1f} s",
            str(row["connects"]),
            str(row["errors"]),
        )
        for row in (topics.get("feeds") or {}).get("connections", [])
    ]


def stage_rows(topics: Topics, _: int) -> list[Row]:
    """Return how long each stage takes."""
    return [
        (name, _duration(stage["p50_s"]), _duration(stage["p99_s"]), str(sum(stage["counts"])))
        for name, stage in (topics.get("feeds") or {}).get("stages", {}).items()
    ]


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def _legs(legs: list[dict[str, Any]]) -> str:
    return " + ".join(
        f"{leg['outcome'].upper()} {leg['venue']} {format_price(leg['price_e4'])}" for leg in legs
    )


def _cents(edge_e6: int) -> str:
    return f"{edge_e6 / 10_000:.2f}¢"


def _price(price_e4: int | None) -> str:
    return NONE if price_e4 is None else format_price(price_e4)


def _size(size_e6: int | None) -> str:
    return NONE if size_e6 is None else format_size(size_e6)


def _usd(usd_e6: int | None) -> str:
    return NONE if usd_e6 is None else format_usd(usd_e6)


def _amount(value: int, unit: str) -> str:
    return format_usd(value) if unit == "usd_e6" else f"{value:,}"


def _chance(p_yes: float | None, error: float | None) -> str:
    if p_yes is None or error is None:
        return NONE
    return f"{p_yes * 100:.1f}% ±{error * 100:.1f}%"


def _dollars(value: float | None) -> str:
    return NONE if value is None else f"${value:,.2f}"


def _countdown(left_ms: int) -> str:
    left_s = -(-left_ms // 1_000)
    return "closed" if left_s <= 0 else f"{left_s // 60}:{left_s % 60:02}"


def _duration(value_s: float | None) -> str:
    return NONE if value_s is None else f"{value_s * 1_000:g} ms"
