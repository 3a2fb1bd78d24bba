"""The strategy that comes with the program: fair value against the executable quote after fees.

A pure function of a view, as every strategy is.
"""

from collections.abc import Iterator

from underround.core.distributions import normal_cdf
from underround.core.fair_value import FairValue
from underround.core.instrument import Outcome
from underround.core.pricing_settings import PricingSettings
from underround.core.view import Idea, Strategy, View

NAME = "fair value"
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
                confidence = confidence_in(edge, each.fair)
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


def confidence_in(edge: float, fair: FairValue) -> float:
    """Return the probability that an edge is above 0, given the fair value's standard error."""
    return normal_cdf(edge / max(fair.standard_error, _CERTAIN_ERROR))
