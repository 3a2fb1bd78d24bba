"""Polymarket's fingerprint of a book: SHA-1 of its JSON, over inputs that no one message carries.

Market channel messages name the hash of each token's book after the whole message; the smallest
order and whether the market is of a negative-risk event come from the catalog, tick and last trade
from the opening book and what followed it. A mismatch is no proof that a book is wrong: a trade can
enter the venue's hash before it is announced. Pure.
https://docs.polymarket.com/developers/CLOB/websocket/market-channel
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha1
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.event import Level
from underround.core.units import PRICE_ONE_E4, format_size

NO_TRADE_E4: Final = 0
"""Stands for the last trade of a market that has not traded."""

_Ranges = tuple[tuple[int, int, int], ...]


class HashClaim(Struct, frozen=True):
    """What a message says a token's book hashes to after it."""

    asset: str
    market: str
    time_ms: int
    hash: str


class HashInputs(Struct, frozen=True):
    """What of a market enters its books' hashes besides their levels."""

    ranges: _Ranges
    min_size_e6: int
    neg_risk: bool
    last_trade_e4: int


class _Entry(Struct, gc=False):
    asset_id: str = ""
    hash: str = ""


class _Message(Struct, gc=False):
    market: str = ""
    asset_id: str = ""
    hash: str = ""
    timestamp: int = 0
    price_changes: list[_Entry] = []


_object = msgspec.json.Decoder(_Message, strict=False).decode
_array = msgspec.json.Decoder(list[_Message], strict=False).decode


def claims_of(frame: bytes) -> list[HashClaim]:
    """Return every hash that a frame names, in its order; none for what cannot be read."""
    try:
        messages = _array(frame) if frame.lstrip()[:1] == b"[" else [_object(frame)]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return []
    found = []
    for message in messages:
        entries: Sequence[_Entry] = message.price_changes or (
            _Entry(message.asset_id, message.hash),
        )
        found += [
            HashClaim(entry.asset_id, message.market, message.timestamp, entry.hash)
            for entry in entries
            if entry.hash and entry.asset_id and message.market and message.timestamp
        ]
    return found


def matches(
    claim: HashClaim, inputs: HashInputs, bids: Iterable[Level], asks: Iterable[Level]
) -> bool:
    """Tell whether levels, best first, hash to what was claimed.

    The last trade is tried in every way the venue writes a price.
    """
    return _matches(claim, inputs, bids, asks, _price_texts(inputs.last_trade_e4))


def matches_after_a_trade(
    claim: HashClaim, inputs: HashInputs, bids: Iterable[Level], asks: Iterable[Level]
) -> bool:
    """Tell whether levels hash to what was claimed after a trade that is yet to be announced.

    Tries every price of the grid as the last trade's: the levels are proven as by `matches`.
    """
    step_e4 = inputs.ranges[0][2]
    texts = (
        text for price in range(step_e4, PRICE_ONE_E4, step_e4) for text in _price_texts(price)
    )
    return _matches(claim, inputs, bids, asks, texts)


def _matches(
    claim: HashClaim,
    inputs: HashInputs,
    bids: Iterable[Level],
    asks: Iterable[Level],
    last_trades: Iterable[str],
) -> bool:
    tick = tick_text(inputs.ranges)
    if tick is None:
        return False
    beginning = (
        f'{{"market":"{claim.market}","asset_id":"{claim.asset}","timestamp":"{claim.time_ms}",'
        f'"hash":"","bids":{_levels(bids)},"asks":{_levels(asks)},'
        f'"min_order_size":"{format_size(inputs.min_size_e6)}","tick_size":"{tick}",'
        f'"neg_risk":{"true" if inputs.neg_risk else "false"},"last_trade_price":"'
    )
    begun = sha1(beginning.encode(), usedforsecurity=False)
    for text in last_trades:
        whole = begun.copy()
        whole.update(f'{text}"}}'.encode())
        if whole.hexdigest() == claim.hash:
            return True
    return False


def tick_text(ranges: _Ranges) -> str | None:
    """Return a grid's one tick as the venue writes it ("0.001"); None when it has several."""
    if len(ranges) != 1 or ranges[0][:2] != (0, PRICE_ONE_E4):
        return None
    return _short(ranges[0][2])


def _levels(levels: Iterable[Level]) -> str:
    """Write levels the venue's way: the worst first."""
    rows = [
        f'{{"price":"{_short(price_e4)}","size":"{format_size(size_e6)}"}}'
        for price_e4, size_e6 in levels
    ]
    rows.reverse()
    return f"[{','.join(rows)}]"


def _short(price_e4: int) -> str:
    """Write a price with the fewest decimals ("0.5", "0.001")."""
    return f"{price_e4 // PRICE_ONE_E4}.{price_e4 % PRICE_ONE_E4:04d}".rstrip("0").rstrip(".")


def _price_texts(price_e4: int) -> Iterator[str]:
    if price_e4 == NO_TRADE_E4:
        yield ""
        return
    shortest = _short(price_e4)
    yield shortest
    decimals = len(shortest.partition(".")[2])
    for count in range(decimals + 1, 4):
        yield f"{price_e4 / PRICE_ONE_E4:.{count}f}"
