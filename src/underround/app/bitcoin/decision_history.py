"""What the closed form would have said in recorded windows, from prices known at the time.

Replays a one-second price series of one exchange through volatility and fair value. The proxy's
bias is anchored at each window's open, where the strike is an exact reading of the index; no
price, strike or outcome after the decision is looked at.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from underround.app.bitcoin.calibration import Decision
from underround.app.bitcoin.strike_history import WINDOW_NS, Window, settlement_mean
from underround.core.units import NS_PER_SECOND
from underround.core.windows.fair_value import Model, Situation, Tails, fair_value
from underround.core.windows.settlement import SettlementTerms, resolves_yes, rounded_strike_e8
from underround.core.windows.spot_units import from_e8, parse_e8
from underround.core.windows.volatility import EwmaVolatility

SECONDS_BEFORE_CLOSE: tuple[int, ...] = (840, 720, 600, 480, 360, 240, 180, 120, 90, 60, 45, 30, 15)


class Replay(Struct, frozen=True):
    """How to replay: the estimator's times, the proxy's error in basis points, tails."""

    half_life_s: float = 1_200.0
    sample_s: float = 10.0
    proxy_sd_bp: float = 0.7
    tails: Tails = Tails.NORMAL
    degrees: float = 5.0
    least_returns: int = 30
    seconds_before_close: Sequence[int] = SECONDS_BEFORE_CLOSE


def replayed_decisions(
    prices: Mapping[int, float],
    windows: Iterable[Window],
    terms: SettlementTerms,
    replay: Replay = Replay(),  # noqa: B008 - frozen
) -> list[Decision]:
    """Return the decisions of every window whose strike and outcome are known.

    The outcome comes from the official value, or from the next window's strike, which is the same.
    """
    ordered = sorted(windows, key=lambda window: window.close_at_ns)
    by_close = {window.close_at_ns: window for window in ordered}
    ewma = EwmaVolatility(replay.half_life_s, replay.sample_s)
    seconds = sorted(prices)
    fed = 0
    decisions = []
    for window in ordered:
        outcome = _outcome(window, by_close, terms)
        opening_ns = window.close_at_ns - WINDOW_NS
        opening = settlement_mean(prices, opening_ns, terms, terms.prints * 5 // 6)
        if outcome is None or opening is None or window.strike_e8 is None:
            continue
        strike_e8 = rounded_strike_e8(window.strike_e8, terms)
        bias = opening - from_e8(strike_e8)
        for before_s in replay.seconds_before_close:
            at_s = window.close_at_ns // NS_PER_SECOND - before_s
            while fed < len(seconds) and seconds[fed] <= at_s:
                ewma.take(seconds[fed] * NS_PER_SECOND, prices[seconds[fed]])
                fed += 1
            if at_s not in prices or ewma.returns < replay.least_returns:
                continue
            p_model = _said(prices, window, strike_e8, bias, before_s, ewma, terms, replay)
            at_ns = at_s * NS_PER_SECOND
            features = (before_s / 900,)
            decisions.append(
                Decision(window.close_at_ns, opening_ns, at_ns, p_model, outcome, None, features)
            )
    return decisions


def _said(
    prices: Mapping[int, float],
    window: Window,
    strike_e8: int,
    bias: float,
    before_s: int,
    ewma: EwmaVolatility,
    terms: SettlementTerms,
    replay: Replay,
) -> float:
    """Return the closed form's probability at a moment, prints so far taken from the proxy."""
    close_s = window.close_at_ns // NS_PER_SECOND
    at_s = close_s - before_s
    seen = [
        prices[second] - bias
        for second in range(close_s - terms.prints, at_s + 1)
        if second in prices
    ]
    spot = prices[at_s]
    situation = Situation(
        spot=spot,
        strike_e8=strike_e8,
        sigma=ewma.sigma_usd(spot) or 0.0,
        seconds_to_close=before_s,
        locked_count=len(seen),
        locked_sum_e8=parse_e8(sum(seen)),
        terms=terms,
    )
    model = Model(
        tails=replay.tails,
        degrees=replay.degrees,
        proxy_bias=bias,
        proxy_sd=replay.proxy_sd_bp * spot / 10_000,
    )
    return fair_value(situation, model).p_yes


def _outcome(window: Window, by_close: Mapping[int, Window], terms: SettlementTerms) -> bool | None:
    value_e8 = window.value_e8
    if value_e8 is None:
        following = by_close.get(window.close_at_ns + WINDOW_NS)
        if following is None or following.strike_e8 is None:
            return None
        value_e8 = rounded_strike_e8(following.strike_e8, terms)
    if window.strike_e8 is None:
        return None
    return resolves_yes(value_e8, window.strike_e8, terms)
