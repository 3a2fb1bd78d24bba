"""Trading on both simulated venues: accounts, order entry, private channels, settlement.

Puts the pieces together over one exchange; what they do stands in the modules of each venue.
"""

from collections.abc import Callable

from underround.simulation.exchange import Exchange
from underround.simulation.kalshi.order_entry import OrderEntry
from underround.simulation.kalshi.portfolio import Portfolio
from underround.simulation.kalshi.private_channels import PrivateChannels
from underround.simulation.kalshi.publisher import KalshiPublisher


class Trading:
    """Both venues' order entries; `now_ns` is the venues' clock."""

    def __init__(
        self, exchange: Exchange, now_ns: Callable[[], int], kalshi: KalshiPublisher
    ) -> None:
        entry = OrderEntry(exchange, now_ns, PrivateChannels(kalshi))
        self.kalshi = Portfolio(entry, now_ns)
