"""Fills of a market that the catalog lists no more: they still count, at the dearest fee."""

import pytest

from tests.venues.polymarket.test_orders import HASH, NOW_NS, ONE, intent
from underround.core.instrument import Outcome
from underround.venues.polymarket.order_messages import WireTrade
from underround.venues.polymarket.orders import fills_of


@pytest.mark.parametrize(
    ("known", "order", "outcome"),
    [({HASH: intent(id="ours")}, "ours", Outcome.NO), ({}, None, Outcome.YES)],
)
def test_a_fill_of_an_unlisted_market_is_told(known, order, outcome):
    trade = WireTrade(
        id="t",
        taker_order_id=HASH,
        asset_id="17",
        side="BUY",
        size="10",
        price="0.5",
        status="CONFIRMED",
    )
    (fill,) = fills_of(trade, known, {}, NOW_NS)
    assert (fill.order, fill.outcome, fill.instrument) == (order, outcome, "17")
    assert (fill.size_e6, fill.price_e4, fill.fee_usd_e6) == (10 * ONE, 5_000, 175_000)
