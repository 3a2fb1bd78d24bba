"""A strategy of one's own: buy what is nearly certain late in a window, while it is still cheap.

Name it in the configuration and it runs beside the one that comes with the program:

    [bitcoin]
    strategies = ["examples/custom_signal.py:late_and_sure"]

A strategy is a pure function of a view: no clock, no file, no network, nothing remembered. What it
reads is all there is, so a replay of the recording has the same ideas at the same moments.
"""

from collections.abc import Iterator

from underround.core.instrument import Outcome
from underround.core.windows.view import Idea, View

LATEST_S = 30
SURE = 0.97
LEAST_EDGE_USD = 0.01


def late_and_sure(view: View) -> Iterator[Idea]:
    """Yield outcomes that are worth 97 cents or more in the last half minute, and cost less."""
    for each in view.windows:
        if each.seconds_to_close > LATEST_S or each.fair is None:
            continue
        for outcome in Outcome:
            offer, probability = each.offer(outcome), each.probability(outcome)
            if offer is None or probability is None or probability < SURE:
                continue
            edge = probability - offer.cost
            if edge >= LEAST_EDGE_USD:
                yield Idea(
                    window=each.window.id,
                    outcome=outcome,
                    edge=edge,
                    confidence=probability,
                    reason=f"{each.seconds_to_close} s left",
                )
