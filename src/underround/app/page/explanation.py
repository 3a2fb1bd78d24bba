"""Why an opportunity is one, for the page: its sum, and its ladders with the walk.

Of an open one the ladders are those of now; of a closed one those that it was sized on last.
"""

from typing import Any

from underround.app.leg_ladders import leg_ladders
from underround.app.page.opportunity_table import Standing
from underround.core.engine import Engine
from underround.core.units import NS_PER_MS, SIZE_ONE_E6


def explanation(engine: Engine, standing: Standing, at_ns: int) -> dict[str, Any]:
    """Return an opportunity's figures and legs; times in ms, the rest in integer units."""
    signal, is_open = standing.signal, standing.closed_ns is None
    payoff_usd_e6 = signal.cost_usd_e6 + signal.edge_usd_e6
    return {
        "id": signal.id,
        "pair": signal.pair,
        "direction": signal.direction,
        "underround": signal.underround,
        "at_ms": at_ns // NS_PER_MS,
        "opened_ms": standing.opened_ns // NS_PER_MS,
        "closed_ms": _ms(standing.closed_ns),
        "resolves_ms": _ms(signal.resolves_at_ns),
        "is_open": is_open,
        "reason": standing.reason,
        "payoff_e6": payoff_usd_e6 * SIZE_ONE_E6 // signal.size_e6,
        "payoff_usd_e6": payoff_usd_e6,
        "cost_usd_e6": signal.cost_usd_e6,
        "fee_usd_e6": signal.fee_usd_e6,
        "edge_usd_e6": signal.edge_usd_e6,
        "edge_e6": signal.edge_e6,
        "edge_top_e6": signal.edge_top_e6,
        "peak_edge_e6": standing.peak_edge_e6,
        "size_e6": signal.size_e6,
        "return_bps": signal.return_bps,
        "annual_return_bps": signal.annual_return_bps,
        "held_for": signal.held_for,
        "held_ms": signal.held_ns // NS_PER_MS,
        "is_slow": signal.is_slow,
        "legs": leg_ladders(engine, signal) if is_open else standing.legs,
    }


def _ms(at_ns: int | None) -> int | None:
    return None if at_ns is None else at_ns // NS_PER_MS
