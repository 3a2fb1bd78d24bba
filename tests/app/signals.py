"""A signal as the engine raises it, for whoever is told of signals."""

from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg, Signal, SignalKind


def opened(*, edge_e6: int) -> Signal:
    """Return the opening of an underround of ten contracts with this edge a contract."""
    return Signal(
        kind=SignalKind.OPENED,
        id="rain/yes_no/1",
        pair="rain",
        direction="yes_no",
        at_ns=1_000,
        tick_at_ns=1_000,
        edge_top_e6=edge_e6,
        edge_e6=edge_e6,
        size_e6=10_000_000,
        cost_usd_e6=10 * (1_000_000 - edge_e6),
        fee_usd_e6=0,
        edge_usd_e6=10 * edge_e6,
        legs=(
            Leg(Venue.POLYMARKET, "yes", Outcome.YES, 4_000, 4_000),
            Leg(Venue.KALSHI, "KX", Outcome.NO, 6_000 - edge_e6 // 100, 6_000 - edge_e6 // 100),
        ),
    )
