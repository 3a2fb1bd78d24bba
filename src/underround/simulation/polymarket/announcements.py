"""Polymarket's messages beside books: best prices, new markets, resolutions.

Sent only to those who asked for `custom_feature_enabled`. Builds messages only: no socket, no
clock. See https://docs.polymarket.com/api-reference/wss/market
"""

from typing import Any

from underround.core.units import PRICE_ONE_E4
from underround.simulation.book import Top, mirrored_top
from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.messages import price_text


def token_top(market: PolymarketMarket, token: str) -> Top:
    """Return one token's best bid and ask."""
    top = market.book.top()
    return top if token == market.tokens[0] else mirrored_top(top)


def best_bid_ask(market: PolymarketMarket, token: str, at_ms: int) -> dict[str, Any]:
    """Return one token's best prices; an empty side shows 0 or 1."""
    bid_e4, ask_e4 = token_top(market, token)
    bid_e4, ask_e4 = bid_e4 or 0, PRICE_ONE_E4 if ask_e4 is None else ask_e4
    return {
        "market": market.condition_id,
        "asset_id": token,
        "best_bid": price_text(bid_e4),
        "best_ask": price_text(ask_e4),
        "spread": price_text(ask_e4 - bid_e4),
        "timestamp": str(at_ms),
        "event_type": "best_bid_ask",
    }


def new_market(market: PolymarketMarket, at_ms: int) -> dict[str, Any]:
    """Return the announcement of a market, its ids of either kind."""
    return {
        "id": market.gamma_id,
        "question": market.question,
        "market": market.condition_id,
        "slug": market.slug,
        "description": f"This market resolves according to its title: {market.question}",
        "assets_ids": list(market.tokens),
        "outcomes": list(market.outcomes),
        "event_message": _event(market),
        "timestamp": str(at_ms),
        "event_type": "new_market",
        "tags": [market.category],
        "condition_id": market.condition_id,
        "active": market.accepting,
        "clob_token_ids": list(market.tokens),
        "sports_market_type": "",
        "line": "",
        "game_start_time": "",
        "order_price_min_tick_size": price_text(market.tick_e4),
        "group_item_title": "",
        "taker_base_fee": "1000",
        "fees_enabled": market.fee_rate_e4 > 0,
        "fee_schedule": {
            "exponent": str(market.fee_exponent),
            "rate": f"{market.fee_rate_e4 / 10_000:g}",
            "taker_only": True,
            "rebate_rate": "0.25",
        },
    }


def market_resolved(market: PolymarketMarket, at_ms: int) -> dict[str, Any]:
    """Return the announcement of which token pays."""
    assert market.winner is not None, f"{market.slug} is not resolved"
    return {
        "id": market.gamma_id,
        "market": market.condition_id,
        "assets_ids": list(market.tokens),
        "winning_asset_id": market.tokens[market.winner],
        "winning_outcome": market.outcomes[market.winner],
        "event_message": _event(market),
        "timestamp": str(at_ms),
        "event_type": "market_resolved",
        "tags": [market.category],
    }


def _event(market: PolymarketMarket) -> dict[str, str]:
    event = market.event
    if event is None:
        name, slug, title = f"9{market.gamma_id}", market.slug, market.question
    else:
        name, slug, title = event.id, event.slug, event.title
    return {"id": name, "ticker": slug, "slug": slug, "title": title, "description": ""}
