"""Turns strategies' ideas, and pairs of windows across venues, into chances with legs and prices.

Checks what a plug-in says before it becomes a signal. Pure.
"""

from collections.abc import Iterable, Iterator

from underround.core.instrument import Outcome, Venue
from underround.core.windows.index_desk import IndexDesk
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.value_signal import Chance, Grade, ValueLeg
from underround.core.windows.view import Idea, Offer, View, WindowView
from underround.core.windows.window_pair import PairValue, WindowPair, pair_values, pair_windows


def chances_of(source: str, ideas: Iterable[Idea], view: View) -> list[Chance]:
    """Return the ideas that can be carried out: a known window, an outcome on offer."""
    shown = {each.window.id: each for each in view.windows}
    found = []
    for idea in ideas:
        each = shown.get(idea.window)
        offer = None if each is None else each.offer(idea.outcome)
        if each is None or offer is None:
            continue
        probability = each.probability(idea.outcome)
        found.append(
            Chance(
                source=source,
                subject=idea.window,
                grade=Grade.ESTIMATE,
                legs=(_leg(each, idea.outcome, offer),),
                edge=idea.edge,
                confidence=idea.confidence,
                loss_probability=1.0 if probability is None else 1 - probability,
                reason=idea.reason,
                opens=idea.opens,
            )
        )
    return found


def pair_chances(view: View, desk: IndexDesk, settings: PricingSettings) -> Iterator[Chance]:
    """Yield the complete sets across two oracles that are worth more than they cost.

    Never riskless: the probability that neither leg pays is priced and bounded.
    """
    sigma = view.sigma
    if sigma is None or desk.reference(view.at_ns) is None:
        return
    shown = {each.window.id: each for each in view.windows}
    for pair in pair_windows(each.window for each in view.windows):
        kalshi, polymarket = shown[pair.kalshi.id], shown[pair.polymarket.id]
        if kalshi.fair is None or polymarket.fair is None:
            continue
        for value in pair_values(pair, kalshi.fair, sigma, settings, polymarket.oracle_offset):
            chance = _pair_chance(view, pair, value, kalshi, polymarket, settings)
            if chance is not None:
                yield chance


def _pair_chance(
    view: View,
    pair: WindowPair,
    value: PairValue,
    kalshi: WindowView,
    polymarket: WindowView,
    settings: PricingSettings,
) -> Chance | None:
    on_polymarket = polymarket.offer(value.set_of)
    on_kalshi = kalshi.offer(value.set_of.complement)
    if on_polymarket is None or on_kalshi is None:
        return None
    edge = value.expected - on_polymarket.cost - on_kalshi.cost
    keeps = edge >= settings.least_edge / 2
    if not keeps or value.loss > settings.most_basis_risk:
        return None
    return Chance(
        source="pair",
        subject=f"{view.asset}/{pair.id}",
        grade=Grade.BASIS_RISK,
        legs=(
            _leg(polymarket, value.set_of, on_polymarket),
            _leg(kalshi, value.set_of.complement, on_kalshi),
        ),
        edge=edge,
        confidence=1 - value.loss,
        loss_probability=value.loss,
        reason=(
            f"pays nothing with {value.loss:.2%}, twice with {value.p_both:.2%}; "
            f"strikes {_strike(pair.polymarket.strike_e8)} and {_strike(pair.kalshi.strike_e8)}"
        ),
        opens=edge >= settings.least_edge,
    )


def _leg(each: WindowView, outcome: Outcome, offer: Offer) -> ValueLeg:
    venue: Venue = each.window.venue
    return ValueLeg(venue, offer.instrument, outcome, offer.price_e4, offer.cost_e6, offer.size_e6)


def _strike(strike_e8: int | None) -> str:
    return "unknown" if strike_e8 is None else f"{strike_e8 / 10**8:.2f}"
