"""The strategy that comes with the program: fair value against the executable quote after fees.

A pure function of a view, as every strategy is.
"""

from collections.abc import Iterator
from math import hypot, sqrt

from underround.core.instrument import Outcome
from underround.core.windows.distributions import normal_cdf
from underround.core.windows.fair_value import FairValue
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.view import Idea, Offer, Strategy, View

NAME = "fair value"
SLOW_QUOTE_S = 3.0
"""How old a quote may be that is asked for every two seconds."""

_CERTAIN_ERROR = 1e-6
_KEEPS = 0.5  # of the least edge: so much is left of it before an open chance closes


def value_strategy(settings: PricingSettings) -> Strategy:
    """Return the strategy under these settings."""

    def ideas(view: View) -> Iterator[Idea]:
        for each in view.windows:
            if each.fair is None:
                continue
            for outcome in Outcome:
                offer, probability = each.offer(outcome), each.probability(outcome)
                if offer is None or probability is None:
                    continue
                edge = probability - offer.cost
                confidence = confidence_in(edge, each.fair, _slowness(offer, each.fair, view))
                if edge >= _KEEPS * settings.least_edge:
                    yield Idea(
                        window=each.window.id,
                        outcome=outcome,
                        edge=edge,
                        confidence=confidence,
                        reason=f"worth {probability:.3f}, costs {offer.cost:.3f}",
                        opens=edge >= settings.least_edge
                        and confidence >= settings.least_confidence,
                    )

    return ideas


def confidence_in(edge: float, fair: FairValue, quote_error: float = 0.0) -> float:
    """Return the probability that an edge is above 0, given the fair value's standard error.

    `quote_error` is how far the quote may have moved unseen, USD.
    """
    return normal_cdf(edge / max(hypot(fair.standard_error, quote_error), _CERTAIN_ERROR))


def _slowness(offer: Offer, fair: FairValue, view: View) -> float:
    """Return how far a quote that is only asked for may have followed the index since."""
    if not offer.is_slow or view.sigma is None:
        return 0.0
    return fair.delta * view.sigma * sqrt(SLOW_QUOTE_S)
