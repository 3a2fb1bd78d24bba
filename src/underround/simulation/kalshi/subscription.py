"""Kalshi's channels, and one session's subscription to one of them.

State and its rules only; answers are written by the session.
"""

from enum import Enum
from typing import Any, Final, NamedTuple

from underround.simulation.kalshi.refusals import CommandError


class Filter(Enum):
    """What a channel can be narrowed to."""

    MARKETS = "the markets named, at least one"
    ANY_MARKETS = "the markets named, or all"
    NOTHING = "everything, a filter is not supported"
    INDICES = "the indices named"
    UNDERLYINGS = "the underlyings named"


class Channel(NamedTuple):
    """How a channel behaves: its filter, and whether its messages are numbered."""

    filter: Filter
    is_sequenced: bool = True


CHANNELS: Final = {
    "orderbook_delta": Channel(Filter.MARKETS),
    "ticker": Channel(Filter.ANY_MARKETS, is_sequenced=False),
    "trade": Channel(Filter.ANY_MARKETS),
    "market_lifecycle_v2": Channel(Filter.NOTHING),
    "cfbenchmarks_value": Channel(Filter.INDICES),
    "cfbenchmarks_value_5hz": Channel(Filter.INDICES),
    # Known, and silent here: no combos, no quotes by request, no Pyth, no group updates.
    "multivariate_market_lifecycle": Channel(Filter.NOTHING),
    "communications": Channel(Filter.NOTHING, is_sequenced=False),
    "order_group_updates": Channel(Filter.NOTHING),
    "pyth_value": Channel(Filter.UNDERLYINGS),
    "fill": Channel(Filter.ANY_MARKETS, is_sequenced=False),
    "market_positions": Channel(Filter.ANY_MARKETS, is_sequenced=False),
    "user_orders": Channel(Filter.ANY_MARKETS, is_sequenced=False),
}
INDEX_CHANNELS: Final = frozenset({"cfbenchmarks_value", "cfbenchmarks_value_5hz"})
ALL: Final = "all"


class Subscription:
    """One channel of a session: its sid, what it is narrowed to, and the last `seq` it used."""

    __slots__ = (
        "channel",
        "indices",
        "is_filtered",
        "names_ids",
        "seq",
        "sid",
        "skips_lists",
        "tickers",
        "underlyings",
        "use_yes_price",
    )

    def __init__(self, sid: int, channel: str, params: dict[str, Any]) -> None:
        self.sid = sid
        self.channel = channel
        self.use_yes_price = params.get("use_yes_price") is True
        self.skips_lists = params.get("skip_ticker_ack") is True
        self.names_ids = "market_id" in params or "market_ids" in params
        self.is_filtered = False
        self.tickers: set[str] = set()
        self.indices: set[str] = set()
        self.underlyings: set[str] = set()
        self.seq = 0

    @property
    def is_sequenced(self) -> bool:
        """Whether its messages carry a `seq`."""
        return CHANNELS[self.channel].is_sequenced

    def next_seq(self) -> int:
        """Return the next sequence number; one count over all the sid's markets."""
        self.seq += 1
        return self.seq

    def hears(self, ticker: str) -> bool:
        """Say whether messages about a market belong to it."""
        return ticker in self.tickers if self.is_filtered else self.channel != "orderbook_delta"

    def hears_index(self, index: str) -> bool:
        """Say whether an index's prints belong to it."""
        return index in self.indices or ALL in self.indices


def check_shards(params: dict[str, Any]) -> None:
    """Refuse shard parameters that make no sense; only `communications` takes them."""
    factor, key = params.get("shard_factor"), params.get("shard_key")
    if key is not None and factor is None:
        raise CommandError(20)
    if factor is None:
        return
    if not isinstance(factor, int) or factor <= 0:
        raise CommandError(19)
    if factor > 100:
        raise CommandError(22)
    if key is not None and (not isinstance(key, int) or not 0 <= key < factor):
        raise CommandError(21)


def names(params: dict[str, Any], one: str, many: str) -> list[str]:
    """Return what a pair of parameters names that exclude each other; an empty list for none."""
    single, several = params.get(one), params.get(many)
    if single is not None and several is not None:
        raise CommandError(11)
    if single is not None:
        return [str(single)]
    if several is None:
        return []
    if not isinstance(several, list):
        raise CommandError(11)
    return [str(name) for name in several]
