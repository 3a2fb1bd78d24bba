"""The fair value of one window from what is known of its index: prints locked, price, volatility.

Joins `fair_value`'s closed form with a proxy's error, on the prints to come and on those that only
a proxy told. Pure; judges no quote.
"""

from math import hypot

from msgspec.structs import replace

from underround.core.units import NS_PER_SECOND
from underround.core.windows.distributions import normal_cdf, normal_density
from underround.core.windows.fair_value import FairValue, Model, Situation, fair_value
from underround.core.windows.index_desk import Reference
from underround.core.windows.oracle_distance import SAME, OracleDistance
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.settlement import boundary_e8
from underround.core.windows.spot_units import ONE_E8, from_e8
from underround.core.windows.window import Locked, Window


def seconds_to_close(window: Window, now_ns: int) -> int:
    """Return whole seconds to the close, rounded up, 0 after it."""
    return max(-(-(window.close_at_ns - now_ns) // NS_PER_SECOND), 0)


def window_value(
    window: Window,
    locked: Locked,
    reference: Reference,
    sigma: float,
    sigma_error: float,
    now_ns: int,
    settings: PricingSettings,
    distance: OracleDistance = SAME,
) -> FairValue | None:
    """Return the fair value of YES at `now_ns`; None without a strike or with no price above 0.

    `sigma` in USD per square root of a second, `sigma_error` relative. The price's own error
    widens the law of the mean and is part of the standard error as well, and so does the
    `distance` of the window's oracle from the index, which reaches the whole mean.
    """
    strike_e8, terms = window.strike_e8, window.terms
    if strike_e8 is None or reference.spot - reference.bias <= 0:
        return None
    # The oracle's price against its strike is the index against the strike less the shift.
    strike_e8 -= round(distance.shift * ONE_E8)
    remaining = terms.prints - locked.count
    if not remaining and (locked.proxies or distance.sd):
        sd = hypot(reference.sd * locked.proxies / terms.prints, distance.sd)
        return _settled_nearly(window, strike_e8, locked, sd)
    remaining_share = remaining / terms.prints
    proxied_share = locked.proxies / terms.prints
    # One error for all that the proxy tells, past and to come: its bias, not a noise. The model
    # spreads it over the prints to come alone.
    error = hypot(reference.sd * (remaining_share + proxied_share), distance.sd)
    proxy_sd = error / remaining_share if remaining else 0.0
    seconds = seconds_to_close(window, now_ns) + window.oracle.late_s
    situation = Situation(
        spot=reference.spot,
        strike_e8=strike_e8,
        sigma=sigma,
        seconds_to_close=min(seconds, terms.prints) if locked.count else seconds,
        locked_count=locked.count,
        locked_sum_e8=locked.sum_e8,
        terms=terms,
    )
    model = Model(
        tails=settings.tails,
        degrees=settings.degrees,
        proxy_bias=reference.bias,
        proxy_sd=proxy_sd,
        sigma_error=sigma_error,
        spot_error=proxy_sd,
    )
    return fair_value(situation, model)


def _settled_nearly(window: Window, strike_e8: int, locked: Locked, sd: float) -> FairValue:
    """Return the value when all is past, but known of a proxy or of another index only."""
    mean = locked.sum_e8 / window.terms.prints / ONE_E8
    distance = mean - from_e8(boundary_e8(strike_e8, window.terms))
    spread = max(sd, 1e-9)
    z = distance / spread
    value = FairValue(normal_cdf(z), mean, spread, 0.0, 0.0)
    return replace(value, standard_error=min(normal_density(z), 0.5))
