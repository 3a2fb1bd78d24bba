"""Simulated windows as both venues list them: tickers, slugs, terms, strikes that come later.

Makes and changes market objects; sends nothing and reads no clock.
"""

import random
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from underround.simulation.bitcoin_world.windows import NS_PER_SECOND, SimulatedWindow
from underround.simulation.kalshi.messages import timestamp
from underround.simulation.market import KalshiMarket, PolymarketMarket

_EASTERN_OFFSET: Final = timezone(timedelta(hours=-5))


def kalshi_markets(window: SimulatedWindow, rng: random.Random) -> list[KalshiMarket]:
    """Return a window's markets at Kalshi, one a strike, not yet open."""
    plan = window.plan
    close = datetime.fromtimestamp(window.closes_at_ns // NS_PER_SECOND, UTC)
    close = close.astimezone(_EASTERN_OFFSET)
    event = f"{plan.ticker}-{close:%y%b%d%H%M%S}".upper()
    suffixes = [f"{close:%S}"]
    if plan.is_ladder:
        suffixes = [f"T{cents // 100}.{cents % 100:02d}" for cents in window.strikes_cents]
    markets = []
    for place, suffix in enumerate(suffixes):
        market = KalshiMarket(
            ticker=f"{event}-{suffix}",
            event_ticker=event,
            series_ticker=plan.ticker,
            market_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            title=f"BTC price up in next {plan.length_s} secs?",
            yes_sub_title="Target Price: TBD",
            rules=f"If the simple average of the last {plan.prints} prints of the index before the "
            "close meets the target price, then the market resolves to Yes.",
            category="Crypto",
            structure="linear_cent" if plan.is_ladder else "tapered_deci_cent",
            series_multiplier_e4=10_000,
            volume_24h=round(rng.lognormvariate(10.0, 1.2), 2),
            closes_after_s=window.closes_at_ns / NS_PER_SECOND,
            status="initialized",
        )
        market.listing = {"open_time": timestamp(window.opens_at_ns), "strike_type": ""}
        if plan.is_ladder:
            market.listing |= strike_facts(window, place, rng)
        markets.append(market)
    return markets


def strike_facts(window: SimulatedWindow, place: int, rng: random.Random) -> dict[str, Any]:
    """Return the catalog's fields of a strike; now and then a millionth short, as the venue has it.

    A ladder's strikes are exact and have no rounding clause.
    """
    cents = window.strikes_cents[place]
    shown = f"${cents // 100:,}.{cents % 100:02d}"
    if window.plan.is_ladder:
        facts: dict[str, Any] = {"strike_type": "greater", "floor_strike": cents / 100}
        return facts | {"yes_sub_title": f"above {shown}"}
    short = 0.000001 if rng.random() < 0.1 else 0.0
    return {
        "strike_type": "greater_or_equal",
        "floor_strike": round(cents / 100 - short, 6),
        "custom_strike": {"round_digits": "2"},
        "yes_sub_title": f"Target Price: {shown}",
    }


def settle(market: KalshiMarket, window: SimulatedWindow, place: int) -> None:
    """Resolve a window's market by the window's value."""
    value = window.value_cents
    assert value is not None
    market.status = "finalized"
    market.result = "yes" if window.pays_yes(window.strikes_cents[place]) else "no"
    market.expiration_value = f"{value // 100}.{value % 100:02d}"


def polymarket_market(window: SimulatedWindow, rng: random.Random) -> PolymarketMarket:
    """Return a window's market at Polymarket: Up or Down, Up on a tie."""
    opens_s = window.opens_at_ns // NS_PER_SECOND
    slug = f"btc-updown-{window.plan.length_s}s-{opens_s}"
    market = PolymarketMarket(
        condition_id=f"0x{rng.getrandbits(256):064x}",
        gamma_id=str(rng.randrange(1_000_000, 3_000_000)),
        slug=slug,
        question=f"Bitcoin Up or Down - {opens_s}",
        category="Crypto",
        tokens=(str(rng.randrange(10**76, 10**77)), str(rng.randrange(10**76, 10**77))),
        fee_rate_e4=700,
        tick_e4=100,
        neg_risk=False,
        volume_24h=round(rng.lognormvariate(11.0, 1.2), 6),
        end_after_s=window.closes_at_ns / NS_PER_SECOND,
        outcomes=("Up", "Down"),
    )
    market.changed_at_ms = window.opens_at_ns // 1_000_000
    return market
