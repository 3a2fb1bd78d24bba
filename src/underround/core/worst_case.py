"""What a signal's whole size pays at worst: its legs and its pair's terms put into the void model.

Pure; the model itself is `contract_terms`.
"""

from msgspec.structs import replace

from underround.core.contract_terms import Bought, PairTerms, worst_payoff_e6
from underround.core.opportunity import Signal
from underround.core.units import SIZE_ONE_E6


def bought_of(signal: Signal) -> tuple[Bought, ...]:
    """Return what one set of a signal buys."""
    return tuple(
        Bought(
            leg.venue,
            leg.outcome,
            leg.price_e4,
            leg.size_e6 * SIZE_ONE_E6 // signal.size_e6 if leg.size_e6 else SIZE_ONE_E6,
        )
        for leg in signal.legs
    )


def payoff_per_set_e6(signal: Signal) -> int:
    """Return what one set of a signal surely pays when all is settled as asked, in usd_e6."""
    return (signal.cost_usd_e6 + signal.edge_usd_e6) * SIZE_ONE_E6 // signal.size_e6


def with_worst_case(signal: Signal, terms: PairTerms | None) -> Signal:
    """Return a signal with the least that its whole size pays in any case of the model."""
    worst_e6 = worst_payoff_e6(bought_of(signal), payoff_per_set_e6(signal), terms)
    return replace(signal, worst_payoff_usd_e6=worst_e6 * signal.size_e6 // SIZE_ONE_E6)
