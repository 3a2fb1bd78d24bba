"""Kalshi's listings as plain objects: a market, an event, a series, with the venue's fields.

Reads the markets' facts and tops; serves nothing and changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4
from underround.simulation.kalshi.announcements import last_price_e4, price_ranges, volume_e6
from underround.simulation.kalshi.messages import contracts, dollars, timestamp
from underround.simulation.market import KalshiMarket

_LISTED = "2026-11-02T15:00:00Z"
_WEEK_NS = 7 * 86_400 * NS_PER_SECOND


class Catalog:
    """What `/markets`, `/events` and `/series` tell of a set of markets."""

    def __init__(
        self, markets: Mapping[str, KalshiMarket], after_s_as_ns: Callable[[float], int]
    ) -> None:
        self._markets = markets
        self._after_s_as_ns = after_s_as_ns

    def close_at_ns(self, market: KalshiMarket) -> int:
        """Return when a market closes, in epoch ns."""
        if market.closes_at_s is not None:
            return market.closes_at_s * NS_PER_SECOND
        return self._after_s_as_ns(market.closes_after_s)

    def market(self, market: KalshiMarket) -> dict[str, Any]:
        """Return one market as `/markets` lists it."""
        close_ns = self.close_at_ns(market)
        bid_e4, ask_e4 = market.book.top()
        bid, ask = bid_e4 or 0, ask_e4 or PRICE_ONE_E4
        traded_e6 = volume_e6(market)
        listed: dict[str, Any] = {
            "ticker": market.ticker,
            "event_ticker": market.event_ticker,
            "market_type": "binary",
            "title": market.title,
            "yes_sub_title": market.yes_sub_title,
            "no_sub_title": market.yes_sub_title,
            "created_time": _LISTED,
            "updated_time": _LISTED,
            "open_time": _LISTED,
            "close_time": timestamp(close_ns),
            "expected_expiration_time": timestamp(close_ns + 300 * NS_PER_SECOND),
            "expiration_time": timestamp(close_ns + _WEEK_NS),
            "latest_expiration_time": timestamp(close_ns + _WEEK_NS),
            "settlement_timer_seconds": 60,
            "status": market.status,
            "can_close_early": True,
            "early_close_condition": "This market will close and expire early if the event occurs.",
            "result": market.result,
            "expiration_value": market.expiration_value,
            "settlement_bounds_type": "default",
            "exchange_index": market.shard,
            "notional_value_dollars": "1.0000",
            "yes_bid_dollars": dollars(bid),
            "yes_bid_size_fp": contracts(market.book.bids.get(bid, 0)),
            "yes_ask_dollars": dollars(ask),
            "liquidity_dollars": "0.0000",  # gone from the document, but clients still want it
            "yes_ask_size_fp": contracts(market.book.asks.get(ask, 0)),
            "no_bid_dollars": dollars(PRICE_ONE_E4 - ask),
            "no_ask_dollars": dollars(PRICE_ONE_E4 - bid),
            "last_price_dollars": dollars(last_price_e4(market)),
            "previous_price_dollars": dollars(bid),
            "previous_yes_bid_dollars": dollars(bid),
            "previous_yes_ask_dollars": dollars(ask),
            "volume_fp": contracts(traded_e6),
            "volume_24h_fp": f"{market.volume_24h:.2f}",
            "open_interest_fp": contracts(traded_e6 // 2),
            "price_level_structure": market.structure,
            "price_ranges": price_ranges(market),
            "rules_primary": market.rules,
            "rules_secondary": "",
            "strike_type": market.strike_type,
        }
        if market.strike is not None:
            listed |= {"floor_strike": market.strike, "custom_strike": {"round_digits": "2"}}
        if market.cap is not None:
            listed |= {"cap_strike": market.cap, "custom_strike": {"round_digits": "2"}}
        return listed | market.listing

    def events(self) -> list[list[KalshiMarket]]:
        """Return the markets grouped by event, in listing order."""
        grouped: dict[str, list[KalshiMarket]] = {}
        for market in self._markets.values():
            grouped.setdefault(market.event_ticker, []).append(market)
        return list(grouped.values())

    def event(self, markets: Sequence[KalshiMarket], *, nested: bool) -> dict[str, Any]:
        """Return one event, with its markets inside when asked for."""
        first = markets[0]
        event: dict[str, Any] = {
            "event_ticker": first.event_ticker,
            "series_ticker": first.series_ticker,
            "title": first.title,
            "sub_title": first.yes_sub_title,
            "category": first.category,
            "collateral_return_type": "",
            "mutually_exclusive": False,
            "strike_period": "",
            "settlement_sources": [],
            "available_on_brokers": True,
            "exchange_index": first.shard,
            "last_updated_ts": _LISTED,
        }
        if first.event is not None:
            exclusive = first.event.is_exclusive
            event |= {"title": first.event.title, "mutually_exclusive": exclusive}
            event["collateral_return_type"] = "MECNET" if exclusive else ""
        if first.event_multiplier_e4 is not None:
            event["fee_type_override"] = "quadratic"
            event["fee_multiplier_override"] = first.event_multiplier_e4 / 10_000
        if nested:
            event["markets"] = [self.market(market) for market in markets]
        return event

    def series(self) -> list[dict[str, Any]]:
        """Return every series with its fee type and multiplier."""
        first: dict[str, KalshiMarket] = {}
        for market in self._markets.values():
            first.setdefault(market.series_ticker, market)
        return [
            {
                "ticker": ticker,
                "title": market.title,
                "category": market.category,
                "categories": [market.category],
                "frequency": "custom",
                "tags": [market.category],
                "fee_type": "quadratic",
                "fee_multiplier": _shortest(market.series_multiplier_e4 / 10_000),
                "exchange_index": market.shard,
                "contract_url": f"https://example.invalid/{ticker}.pdf",
                "contract_terms_url": f"https://example.invalid/{ticker}-terms.pdf",
                "settlement_sources": [],
                "additional_prohibitions": [],
                "last_updated_ts": _LISTED,
            }
            for ticker, market in first.items()
        ]


def _shortest(number: float) -> float | int:
    return int(number) if number.is_integer() else number
