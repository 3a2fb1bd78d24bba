"""Every field of Polymarket's messages and answers: read by us, or not needed and why.

A message that carries any other field has changed since this was written: the run says so once.
"""

from typing import Any, Final

from underround.venues.polymarket.events import WireEventMarket
from underround.venues.polymarket.listing import WireMarket
from underround.venues.polymarket.messages import (
    WireMessage,
    WireNewMarket,
    WireOldChanges,
    WireResolved,
    WireTick,
    WireTop,
    WireTrade,
)
from underround.venues.wire_fields import KnownFields, below, known_fields

_FOLLOWS: Final = "follows from what is read"
_MARKET: Final = "the market of the token, known from the catalog"
_CATALOG: Final = "asked of the catalog, which says it for every market alike"
_SHOWN: Final = "for showing to people"
_VOLUME: Final = "a figure that nothing is computed from"

KNOWN: Final[dict[str, KnownFields]] = {
    "book": known_fields(
        (WireMessage, "market hash last_trade_price min_order_size neg_risk"),
    ),
    "price_change": known_fields((WireMessage, WireOldChanges, "market hash price_changes[].hash")),
    "last_trade_price": known_fields(
        (WireTrade, "event_type"),
        (
            (_MARKET, "market"),
            ("unreliable: the catalog's schedule is the fee", "fee_rate_bps"),
            ("settlement on the chain is followed by order, not by print", "transaction_hash"),
        ),
    ),
    "tick_size_change": known_fields(
        (WireTick, "event_type"), ((_MARKET, "market"), (_FOLLOWS, "old_tick_size"))
    ),
    "best_bid_ask": known_fields(
        (WireTop, "event_type"), ((_MARKET, "market"), (_FOLLOWS, "spread"))
    ),
    "new_market": known_fields(
        (WireNewMarket, "event_type"),
        (
            (_FOLLOWS, "condition_id clob_token_ids position_ids"),
            (
                _CATALOG,
                "id outcomes active order_price_min_tick_size taker_base_fee fees_enabled "
                "fee_schedule sports_market_type line game_start_time version",
            ),
            (_SHOWN, "question description tags group_item_title"),
            (_SHOWN, below("event_message", "ticker slug title description")),
        ),
    ),
    "market_resolved": known_fields(
        (WireResolved, "event_type"),
        (
            (_MARKET, "market id"),
            (_FOLLOWS, "winning_outcome"),
            ("the time of our own receiving counts", "timestamp"),
            (_SHOWN, "event_message tags"),
        ),
    ),
}
"""By `event_type`. The hash and its inputs are read by `book_hash`, not by the codec."""

BOOK: Final = KNOWN["book"]
"""One book of `/book` and `/books`."""

MARKET: Final = known_fields(
    (WireMarket, WireEventMarket, "slug closed"),
    (
        (
            "internal to the venue",
            "groupItemThreshold umaBond umaReward submitted_by rfqEnabled negRiskRequestID "
            "requiresTranslation automaticallyActive pagerDutyNotificationEnabled",
        ),
        (
            "prices and spreads are the book's",
            "bestBid bestAsk spread lastTradePrice oneDayPriceChange "
            "oneHourPriceChange oneWeekPriceChange oneMonthPriceChange oneYearPriceChange "
            "competitive",
        ),
        (
            _VOLUME,
            "volume volumeNum volumeClob volumeAmm volume1wk volume1mo volume1yr volume24hrClob "
            "volume24hrAmm volume1wkClob volume1wkAmm volume1moClob volume1moAmm volume1yrClob "
            "volume1yrAmm liquidity liquidityNum liquidityClob liquidityAmm",
        ),
        (
            _SHOWN,
            "image icon twitterCardImage resolutionSource "
            "featured new cyom showGmpSeries showGmpOutcome manualActivation seriesColor "
            "customLiveness automaticallyResolved",
        ),
        (
            "dates that trading does not follow: a market closes by being resolved",
            "endDateIso startDate startDateIso createdAt updatedAt deployingTimestamp "
            "acceptingOrdersTimestamp hasReviewedDates eventStartTime gameStartTime closedTime",
        ),
        (
            "states of the listing; `acceptingOrders` and `closed` decide",
            "active archived restricted approved funded ready deploying pendingDeployment "
            "clearBookOnStart",
        ),
        (
            "how it is resolved is for matching to judge",
            "questionID resolvedBy umaResolutionStatus umaResolutionStatuses umaEndDate "
            "marketMakerAddress negRiskMarketID",
        ),
        (
            "what makers earn, and fees that are not the rate",
            "rewardsMinSize rewardsMaxSpread holdingRewardsEnabled clobRewards takerBaseFee "
            "makerBaseFee makerRebatesFeeShareBps feeType feeSchedule.rebateRate "
            "feeSchedule.takerOnly fee",
        ),
        (
            "of the event only its id and series are needed",
            below(
                "events[]",
                "ticker slug title description resolutionSource startDate creationDate endDate "
                "image icon active closed archived new featured restricted liquidity volume "
                "openInterest createdAt updatedAt competitive volume24hr volume1wk volume1mo "
                "volume1yr enableOrderBook liquidityClob negRisk negRiskMarketID negRiskAugmented "
                "commentCount cyom showAllOutcomes showMarketImages enableNegRisk "
                "automaticallyActive series tags gmpChartMode estimateValue pendingDeployment "
                "deploying requiresTranslation eventMetadata",
            ),
        ),
    ),
)
"""One market of Gamma's `/markets/keyset`."""


def unknown_fields(message: Any) -> list[str]:
    """Return "kind: path" of every field in a decoded message or array that the table lacks."""
    if isinstance(message, list):
        return sorted({line for each in message for line in unknown_fields(each)})
    if not isinstance(message, dict):
        return []
    kind = message.get("event_type", "book")
    known = KNOWN.get(kind) if isinstance(kind, str) else None
    if known is None:
        return [f"{kind!r}: a kind of message that is not read"]
    return [f"{kind}: {path}" for path in known.unknown(message)]
