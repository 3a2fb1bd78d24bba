"""Kalshi's messages beside the order book: tickers, lives of markets, fees, index values.

Field by field as https://docs.kalshi.com/asyncapi.yaml requires them. Builds message bodies only:
no socket, no clock.
"""

from collections.abc import Mapping
from typing import Any

from underround.core.units import PRICE_ONE_E4, SIZE_ONE_E6
from underround.simulation.index import Average, Print
from underround.simulation.kalshi.messages import compact, contracts, dollars, timestamp
from underround.simulation.market import KalshiMarket


def volume_e6(market: KalshiMarket) -> int:
    """Return all contracts ever traded, size_e6, what traded here included."""
    return round(market.volume_24h * 6) * SIZE_ONE_E6 + market.traded_e6


def last_price_e4(market: KalshiMarket) -> int:
    """Return the last trade's price, before any trade the best bid (0 when there is none)."""
    return market.trades[-1].price_e4 if market.trades else market.book.top()[0] or 0


def ticker_body(market: KalshiMarket, at_ms: int) -> dict[str, Any]:
    """Return a ticker's `msg`; an empty side shows 0 or 1 with no contracts."""
    bid_e4, ask_e4 = market.book.top()
    traded_e6, last_e4 = volume_e6(market), last_price_e4(market)
    return {
        "market_id": market.market_id,
        "market_ticker": market.ticker,
        "price_dollars": dollars(last_e4),
        "yes_bid_dollars": dollars(bid_e4 or 0),
        "yes_ask_dollars": dollars(PRICE_ONE_E4 if ask_e4 is None else ask_e4),
        "yes_bid_size_fp": contracts(0 if bid_e4 is None else market.book.bids[bid_e4]),
        "yes_ask_size_fp": contracts(0 if ask_e4 is None else market.book.asks[ask_e4]),
        "last_trade_size_fp": contracts(market.trades[-1].size_e6 if market.trades else 0),
        "volume_fp": contracts(traded_e6),
        "open_interest_fp": contracts(traded_e6 // 2),
        "dollar_volume": traded_e6 * last_e4 // (SIZE_ONE_E6 * PRICE_ONE_E4),
        "dollar_open_interest": traded_e6 // 2 // SIZE_ONE_E6,
        "ts": at_ms // 1_000,
        "ts_ms": at_ms,
        "time": timestamp(at_ms * 1_000_000),
    }


def lifecycle_body(market: KalshiMarket, kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `msg` of one step of a market's life, with the facts that belong to it."""
    return {"market_ticker": market.ticker, "event_type": kind, **facts}


def created_facts(market: KalshiMarket, open_s: int, close_s: int) -> dict[str, Any]:
    """Return what only a creation tells; times are epoch seconds."""
    facts: dict[str, Any] = {
        "exchange_index": market.shard,
        "open_ts": open_s,
        "close_ts": close_s,
        "additional_metadata": {
            "name": market.title,
            "title": market.title,
            "yes_sub_title": market.yes_sub_title,
            "no_sub_title": market.yes_sub_title,
            "rules_primary": market.rules,
            "rules_secondary": "",
            "can_close_early": True,
            "event_ticker": market.event_ticker,
            "expected_expiration_ts": close_s + 300,
            "strike_type": market.strike_type,
        },
    }
    return facts | grid_facts(market)


def grid_facts(market: KalshiMarket) -> dict[str, Any]:
    """Return a market's price structure and its bands."""
    return {"price_level_structure": market.structure, "price_ranges": price_ranges(market)}


def price_ranges(market: KalshiMarket) -> list[dict[str, str]]:
    """Return the bands of prices with their steps, in dollars."""
    return [
        {"start": dollars(start), "end": dollars(end), "step": dollars(step)}
        for start, end, step in market.grid.ranges
    ]


def strike_facts(market: KalshiMarket) -> dict[str, Any]:
    """Return what a change of metadata tells of a market whose strike has become known."""
    return {
        "strike_type": market.strike_type,
        "floor_strike": market.strike,
        "custom_strike": {"round_digits": "2"},
        "yes_sub_title": market.yes_sub_title,
    }


def event_body(market: KalshiMarket) -> dict[str, Any]:
    """Return the `msg` that announces a market's new event."""
    return {
        "event_ticker": market.event_ticker,
        "exchange_index": market.shard,
        "title": market.title,
        "subtitle": market.yes_sub_title,
        "collateral_return_type": "",
        "series_ticker": market.series_ticker,
    }


def fee_body(event_ticker: str, multiplier_e4: int | None) -> dict[str, Any]:
    """Return the `msg` of an event's fee override, nulls when it is cleared."""
    return {
        "event_ticker": event_ticker,
        "fee_type_override": None if multiplier_e4 is None else "quadratic",
        "fee_multiplier_override": None if multiplier_e4 is None else multiplier_e4 / 10_000,
    }


def index_body(print_: Print, received_ms: int) -> dict[str, Any]:
    """Return the `msg` of one print a second, with its averages."""
    body: dict[str, Any] = {
        "index_id": print_.name,
        "received_at": received_ms,
        "data": _upstream(print_),
        "avg_60s_data": _average(print_.trailing),
    }
    if print_.closing is not None:
        body["last_60s_windowed_average_15min"] = _average(print_.closing)
    return body


def fast_index_body(print_: Print, received_ms: int) -> dict[str, Any]:
    """Return the `msg` of one of five prints a second, without averages."""
    return {
        "index_id": print_.name,
        "value_usd": f"{print_.value:.8f}",
        "source_ts_ms": print_.at_ms,
        "received_at": received_ms,
        "data": _upstream(print_),
    }


def _upstream(print_: Print) -> str:
    value = f"{print_.value:.2f}"
    return compact({"type": "value", "time": print_.at_ms, "id": print_.name, "value": value})


def _average(average: Average) -> dict[str, Any]:
    return {
        "value": f"{average.value:.8f}",
        "window_size": average.size,
        "window_start_ts_ms": average.start_ms,
        "window_end_ts_exclusive": average.end_ms,
    }
