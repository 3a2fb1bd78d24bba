"""Every field of Kalshi's messages and answers: read by us, or not needed and why.

A message that carries any other field has changed since this was written: the run says so once.
"""

from typing import Any, Final

from underround.venues.kalshi.events import WireEventMarket, WireWholeEvent
from underround.venues.kalshi.listing import WireEvent as ListedEvent
from underround.venues.kalshi.listing import WireMarket, WireSeries
from underround.venues.kalshi.messages import (
    WireBooks,
    WireEvent,
    WireFee,
    WireIndex,
    WireLifecycle,
    WireMarketBook,
    WireMessage,
    WireReply,
    WireTicker,
    WireTrade,
)
from underround.venues.wire_fields import KnownFields, below, known_fields

_ENVELOPE: Final = "type sid seq id msg"
_OURS: Final = ("our own clock says when it came", "sending_ts_ms")
_SAME_ID: Final = "the ticker names the market"
_FOLLOWS: Final = "follows from what is read"
_SHOWN: Final = "for showing to people"
_VOLUME: Final = "a figure that nothing is computed from"
_BOOK: Final = "prices and sizes are the book's"

_BOOKS: Final = known_fields(
    (WireMessage,),
    (
        _OURS,
        (_SAME_ID, "msg.market_id"),
        ("`ts` or `clock` tells the groups", "msg.ts_ms"),
        ("our own orders are told of on their own channel", "msg.client_order_id msg.subaccount"),
    ),
)
_REPLY: Final = known_fields(
    (WireReply, _ENVELOPE), (_OURS, (_SAME_ID, "msg.market_ids msg.market_id"))
)
_LIFE: Final = known_fields(
    (WireLifecycle, _ENVELOPE),
    (
        _OURS,
        ("the catalog is asked when a market appears", "msg.exchange_index msg.open_ts"),
        ("the time of our own receiving counts", "msg.determination_ts msg.settled_ts"),
        (_FOLLOWS, "msg.price_level_structure"),
        ("how strikes are rounded is the series' own term", "msg.custom_strike"),
        (
            "the catalog is asked when a market appears",
            below(
                "msg.additional_metadata",
                "name yes_sub_title no_sub_title rules_primary rules_secondary can_close_early "
                "expected_expiration_ts strike_type floor_strike cap_strike "
                "custom_strike",
            ),
        ),
    ),
)
_INDEX: Final = known_fields(
    (WireIndex, _ENVELOPE),
    (
        _OURS,
        (
            "windows follow from the time of the print",
            "msg.avg_60s_data.window_start_ts_ms msg.avg_60s_data.window_end_ts_exclusive "
            "msg.last_60s_windowed_average_15min.window_start_ts_ms "
            "msg.last_60s_windowed_average_15min.window_end_ts_exclusive",
        ),
        ("stands in `data` as well", "msg.value_usd msg.source_ts_ms"),
    ),
)

KNOWN: Final[dict[str, KnownFields]] = {
    "orderbook_snapshot": _BOOKS,
    "orderbook_delta": _BOOKS,
    "subscribed": _REPLY,
    "ok": _REPLY,
    "unsubscribed": _REPLY,
    "error": _REPLY,
    "ticker": known_fields(
        (WireTicker, _ENVELOPE),
        (
            _OURS,
            (_SAME_ID, "msg.market_id"),
            ("trades and books say it exactly", "msg.price_dollars msg.last_trade_size_fp"),
            (_BOOK, "msg.yes_bid_size_fp msg.yes_ask_size_fp"),
            (
                _VOLUME,
                "msg.volume_fp msg.open_interest_fp msg.dollar_volume msg.dollar_open_interest",
            ),
            (_FOLLOWS, "msg.ts msg.time"),
        ),
    ),
    "trade": known_fields(
        (WireTrade, _ENVELOPE),
        (
            _OURS,
            (_FOLLOWS, "msg.no_price_dollars msg.taker_book_side"),
            ("nothing is counted twice by it: the stream is numbered", "msg.trade_id"),
        ),
    ),
    "market_lifecycle_v2": _LIFE,
    "multivariate_market_lifecycle": _LIFE,
    "event_lifecycle": known_fields(
        (WireEvent, _ENVELOPE),
        (
            _OURS,
            (
                "the catalog is asked when its markets appear",
                "msg.exchange_index msg.series_ticker msg.collateral_return_type msg.strike_date "
                "msg.strike_period",
            ),
            (_SHOWN, "msg.subtitle"),
        ),
    ),
    "event_fee_update": known_fields((WireFee, _ENVELOPE), (_OURS,)),
    "cfbenchmarks_value": _INDEX,
    "cfbenchmarks_value_5hz": _INDEX,
}
"""By `type`."""

BOOKS: Final = known_fields((WireBooks,))
"""The answer of `/markets/orderbooks`."""

BOOK: Final = known_fields((WireMarketBook,))
"""One book in it, and the answer of `/markets/{ticker}/orderbook`."""

MARKET: Final = known_fields(
    (WireMarket, WireEventMarket),
    (
        (
            _BOOK,
            "yes_bid_dollars yes_ask_dollars no_bid_dollars no_ask_dollars yes_bid_size_fp "
            "yes_ask_size_fp last_price_dollars previous_price_dollars previous_yes_bid_dollars "
            "previous_yes_ask_dollars",
        ),
        (_VOLUME, "volume_fp open_interest_fp liquidity_dollars"),
        (_SHOWN, "subtitle no_sub_title primary_participant_key"),
        (
            "what it settles on is for matching and for the index to judge",
            "rules_secondary functional_strike "
            "early_close_condition can_close_early settlement_timer_seconds "
            "settlement_bounds_type settlement_floor_dollars settlement_cap_dollars",
        ),
        (
            "dates that trading does not follow: a market closes at `close_time` or when told",
            "created_time updated_time open_time expiration_time "
            "latest_expiration_time occurrence_datetime",
        ),
        (
            "how it ended is told by its lifecycle",
            "expiration_value settlement_value_dollars settlement_ts",
        ),
        (_FOLLOWS, "price_level_structure fractional_trading_enabled response_price_units"),
        ("always one dollar", "notional_value_dollars"),
        ("always null", "fee_waiver_expiration_time"),
        ("combinations of legs are left out", "mve_collection_ticker mve_selected_legs"),
        ("the venue's own marker", "is_provisional"),
    ),
)
"""One market of `/markets`."""

EVENT: Final = known_fields(
    (ListedEvent, WireWholeEvent),
    (
        (_SHOWN, "sub_title category available_on_brokers product_metadata strike_period"),
        (
            "what it settles on is for matching to judge",
            "collateral_return_type strike_date settlement_sources",
        ),
        ("each market says it", "exchange_index"),
        ("asked anew when it matters", "last_updated_ts"),
    ),
)
"""One event of `/events`."""

SERIES: Final = known_fields(
    (WireSeries,),
    (
        (
            _SHOWN,
            "title category tags frequency product_metadata contract_url contract_terms_url "
            "settlement_sources additional_prohibitions volume volume_fp",
        ),
        ("each market says it", "exchange_index"),
        ("asked anew when it matters", "last_updated_ts"),
    ),
)
"""The series of `/series/{ticker}`."""


def unknown_fields(message: Any) -> list[str]:
    """Return "type: path" of every field in a decoded message that the table lacks."""
    if not isinstance(message, dict):
        return []
    kind = message.get("type")
    known = KNOWN.get(kind) if isinstance(kind, str) else None
    if known is None:
        return [f"{kind!r}: a kind of message that is not read"]
    return [f"{kind}: {path}" for path in known.unknown(message)]
