"""Makes the markets of structured events: ids, events and terms in each venue's own words.

Facts only; which markets hang together, and how, is said elsewhere.
"""

import random
import uuid
from typing import Final, NamedTuple

from underround.simulation.market import (
    KalshiEvent,
    KalshiMarket,
    PolymarketEvent,
    PolymarketMarket,
)
from underround.simulation.questions import FEE_RATES_E4

FAR_AWAY_S: Final = 40 * 86_400.0


class Strike(NamedTuple):
    """The numbers of a Kalshi market: its type and the bounds that it has."""

    type: str
    floor: float | None = None
    cap: float | None = None


CUSTOM: Final = Strike("custom")


class PolymarketRoom(NamedTuple):
    """One event of Polymarket while its markets are being made."""

    event: PolymarketEvent
    category: str
    ends_at_s: int
    rules: str


class KalshiRoom(NamedTuple):
    """One event of Kalshi while its markets are being made."""

    event: KalshiEvent
    ticker: str
    category: str
    closes_at_s: int
    rules: str


def open_polymarket(
    rng: random.Random,
    title: str,
    category: str,
    ends_at_s: int,
    rules: str,
    *,
    neg_risk: bool = False,
    is_augmented: bool = False,
) -> PolymarketRoom:
    """Make an event of Polymarket; its slug is its title's words."""
    event = PolymarketEvent(
        id=str(rng.randrange(100_000, 900_000)),
        slug=_slug(title),
        title=title,
        neg_risk=neg_risk,
        neg_risk_id=f"0x{rng.getrandbits(248):062x}00" if neg_risk else "",
        is_augmented=is_augmented,
    )
    return PolymarketRoom(event, category, ends_at_s, rules)


def open_kalshi(
    title: str, ticker: str, category: str, closes_at_s: int, rules: str, *, is_exclusive: bool
) -> KalshiRoom:
    """Make an event of Kalshi; its series is what stands before the first dash of the ticker."""
    event = KalshiEvent(title=title, is_exclusive=is_exclusive)
    return KalshiRoom(event, ticker, category, closes_at_s, rules)


def token_market(
    rng: random.Random,
    room: PolymarketRoom,
    rank: int,
    label: str,
    question: str,
    *,
    rules: str | None = None,
    ends_at_s: int | None = None,
    is_other: bool = False,
) -> PolymarketMarket:
    """Make one market of a Polymarket event; a cent is its tick."""
    return PolymarketMarket(
        condition_id=f"0x{rng.getrandbits(256):064x}",
        gamma_id=str(rng.randrange(1_000_000, 3_000_000)),
        slug=_slug(question),
        question=question,
        category=room.category,
        tokens=(str(rng.randrange(10**76, 10**77)), str(rng.randrange(10**76, 10**77))),
        fee_rate_e4=FEE_RATES_E4[room.category],
        tick_e4=100,
        neg_risk=room.event.neg_risk,
        volume_24h=round(rng.lognormvariate(11.0, 0.8), 6),
        end_after_s=FAR_AWAY_S,
        event=room.event,
        label=label,
        rank=rank,
        is_other=is_other,
        description=room.rules if rules is None else rules,
        ends_at_s=ends_at_s or room.ends_at_s,
    )


def contract(
    rng: random.Random,
    room: KalshiRoom,
    suffix: str,
    sub_title: str,
    strike: Strike = CUSTOM,
    *,
    rules: str | None = None,
    closes_at_s: int | None = None,
) -> KalshiMarket:
    """Make one market of a Kalshi event on the linear grid of cents."""
    return KalshiMarket(
        ticker=f"{room.ticker}-{suffix}",
        event_ticker=room.ticker,
        series_ticker=room.ticker.split("-", 1)[0],
        market_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        title=room.event.title,
        yes_sub_title=sub_title,
        rules=rules or f"{room.rules} is {sub_title}, then the market resolves to Yes.",
        category=room.category,
        structure="linear_cent",
        series_multiplier_e4=10_000,
        volume_24h=round(rng.lognormvariate(10.0, 0.8), 2),
        closes_after_s=FAR_AWAY_S,
        strike_type=strike.type,
        strike=strike.floor,
        cap=strike.cap,
        event=room.event,
        closes_at_s=closes_at_s or room.closes_at_s,
    )


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
