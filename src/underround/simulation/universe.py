"""Draws the markets and pairs of one seeded world; makes facts only, no order and no message."""

import random
import uuid
from typing import Final

from underround.simulation.market import KalshiMarket, Pair, PolymarketMarket
from underround.simulation.questions import FEE_RATES_E4, HALF_FEE_SERIES, QUESTIONS, Question
from underround.simulation.wordings import OUTCOMES, worded

FAR_AWAY_S: Final = 40 * 86_400.0
BUSY_PAIRS: Final = 28
"""At most this many pairs are busy; the others trickle, so that a large world stays affordable."""

_FIRST_CLOSE_S: Final = {"btc-15m-a": 9.0, "btc-15m-b": 15.5}
_RETICKING: Final = "speaker-feb"
_QUIET: Final = frozenset({"mars-2030", "treaty-ratified", "yankees-series"})


def draw_pairs(rng: random.Random, count: int, *, calm: bool = False) -> list[Pair]:
    """Return `count` pairs; the first 24 are the table's, later ones ask it for later years.

    Calm ones neither close nor change their tick, and all of them are busy.
    """
    pairs = []
    for index in range(count):
        question = QUESTIONS[index % len(QUESTIONS)]
        pair = _draw_pair(rng, question, index // len(QUESTIONS), index, closes=not calm)
        if calm:
            pair.reticks = False
            pair.messages_per_s = pair.messages_per_s or rng.uniform(5.0, 14.0)
        pairs.append(pair)
    return pairs


def draw_extras(rng: random.Random, count: int, beyond: int) -> list[Pair]:
    """Return `count` more pairs that nothing compares and nothing closes, each trickling along.

    `beyond` is how many pairs there are already; every fourth extra has ids of the second kind.
    """
    extras = []
    for index in range(beyond, beyond + count):
        question = QUESTIONS[index % len(QUESTIONS)]
        extra = _draw_pair(rng, question, index // len(QUESTIONS), index, closes=False)
        extra.compared, extra.messages_per_s, extra.reticks = False, 0.0, False
        if (index - beyond) % 4 == 3:
            market = extra.polymarket
            market.version = "v2"
            market.condition_id, market.tokens = _positions(rng)
        extras.append(extra)
    return extras


def _draw_pair(
    rng: random.Random, question: Question, lap: int, index: int, *, closes: bool = True
) -> Pair:
    name = question.id if not lap else f"{question.id}-{lap + 1}"
    closes_after_s = _FIRST_CLOSE_S.get(question.id) if closes and not lap else None
    polymarket = _draw_polymarket(rng, question, lap, closes_after_s)
    kalshi = _draw_kalshi(rng, question, lap, closes_after_s)
    if question.id in _QUIET or index >= BUSY_PAIRS:
        messages_per_s = 0.0
    else:
        messages_per_s = rng.uniform(5.0, 14.0)
    return Pair(
        id=name,
        polymarket=polymarket,
        kalshi=kalshi,
        inverse=question.inverse,
        note="Same source, same cut-off; "
        + ("the wording is reversed." if question.inverse else "the wording agrees."),
        fair_e4=_draw_fair(rng, question),
        unit_e4=50 if question.regime in ("low", "high") else 100,
        messages_per_s=messages_per_s,
        closes=closes_after_s is not None,
        reticks=question.id == _RETICKING and not lap,
    )


def _draw_fair(rng: random.Random, question: Question) -> int:
    """Draw the fair price (e4, Polymarket YES scale); inverse pairs stay well off one half."""
    match question.regime:
        case "low":
            return rng.randrange(550, 751, 50)
        case "high":
            return 9_450 if question.id == _RETICKING else rng.randrange(9_250, 9_451, 50)
    if question.inverse:
        return rng.choice((rng.randrange(2_000, 3_501, 100), rng.randrange(6_500, 8_001, 100)))
    fair_e4 = rng.randrange(2_200, 7_801, 100)
    return fair_e4 + (rng.randrange(0, 100, 10) if question.regime == "fine" else 0)


def _draw_polymarket(
    rng: random.Random, question: Question, lap: int, closes_after_s: float | None
) -> PolymarketMarket:
    fine = question.regime in ("fine", "low", "high") and question.id != _RETICKING
    said = worded(question, lap)
    return PolymarketMarket(
        condition_id=f"0x{rng.getrandbits(256):064x}",
        gamma_id=str(rng.randrange(1_000_000, 3_000_000)),
        slug=_slug(question.polymarket, lap),
        question=said.polymarket,
        description=said.description,
        outcomes=OUTCOMES.get(question.id, ("Yes", "No")),
        category=question.category,
        tokens=(_token(rng), _token(rng)),
        fee_rate_e4=FEE_RATES_E4[question.category],
        tick_e4=10 if fine else 100,
        neg_risk=rng.random() < 0.3,
        volume_24h=round(rng.lognormvariate(11.0, 1.2), 6),
        end_after_s=FAR_AWAY_S if closes_after_s is None else closes_after_s,
    )


def _draw_kalshi(
    rng: random.Random, question: Question, lap: int, closes_after_s: float | None
) -> KalshiMarket:
    said = worded(question, lap)
    event = f"{question.series}-{said.event}"
    tapered = question.regime in ("taper", "low", "high")
    return KalshiMarket(
        ticker=f"{event}-{question.suffix}",
        event_ticker=event,
        series_ticker=question.series,
        market_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        title=said.kalshi,
        yes_sub_title=question.yes_sub_title,
        rules=said.rules,
        category=question.category,
        structure="tapered_deci_cent" if tapered else "linear_cent",
        series_multiplier_e4=5_000 if question.series in HALF_FEE_SERIES else 10_000,
        volume_24h=round(rng.lognormvariate(10.0, 1.2), 2),
        closes_after_s=FAR_AWAY_S if closes_after_s is None else closes_after_s,
    )


def _slug(question: str, lap: int) -> str:
    words = "".join(c if c.isalnum() else " " for c in question.lower()).split()
    return "-".join(words) + (f"-{lap + 1}" if lap else "")


def _token(rng: random.Random) -> str:
    """Draw a token id of 77 digits with no zero words, as the first id kind has them."""
    return str(rng.randrange(10**76, 10**77))


def _positions(rng: random.Random) -> tuple[str, tuple[str, str]]:
    """Draw a condition of 31 bytes and its two position ids, as the second id kind has them.

    A position is the condition and an outcome byte; the bits 40 to 103 are all zero.
    """
    condition = (1 << 240) | (rng.getrandbits(144) << 96) | rng.randrange(1, 1 << 24)
    return f"0x{condition:062x}", (str(condition << 8), str((condition << 8) | 1))
