"""Kalshi's index markets as windows: terms and strike from the catalog's fields alone."""

import json
from decimal import Decimal

import pytest

from tests.recordings import recording
from underround.core.units import NS_PER_SECOND
from underround.core.windows.settlement import Comparison, SettlementTerms
from underround.core.windows.spot_event import Asset
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.listing import SeriesFees
from underround.venues.kalshi.windows import asset_of, decode_windows, fetch_windows

FEES = SeriesFees("quadratic", Decimal(1))
TAPERED = [
    {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
    {"start": "0.1000", "end": "0.9000", "step": "0.0100"},
    {"start": "0.9000", "end": "1.0000", "step": "0.0010"},
]


def market(**changes):
    return {
        "ticker": "KXBTC15M-26NOV211515-15",
        "event_ticker": "KXBTC15M-26NOV211515",
        "title": "BTC price up in next 15 mins?",
        "market_type": "binary",
        "open_time": "2026-11-21T20:00:00Z",
        "close_time": "2026-11-21T20:15:00Z",
        "price_ranges": TAPERED,
        "strike_type": "greater_or_equal",
        "floor_strike": 67628.899999,
        "custom_strike": {"round_digits": "2"},
        "status": "active",
        "result": "",
        "expiration_value": "",
    } | changes


def windows(*markets, series="KXBTC15M"):
    body = json.dumps({"markets": list(markets), "cursor": "next"}).encode()
    return decode_windows(body, series, FEES, 60)


def test_a_window_with_its_terms():
    [listed], cursor = windows(market())
    window = listed.window
    assert cursor == "next"
    assert window.terms == SettlementTerms(60, 2, Comparison.GREATER_OR_EQUAL)
    assert window.strike_e8 == 6_762_889_999_900
    assert window.close_at_ns - window.opens_at_ns == 900 * NS_PER_SECOND
    assert (window.asset, window.yes, window.no) == (Asset.BTC, window.id, None)
    assert listed.instrument.fees.rate_e4 == 700
    assert (listed.resolved_yes, listed.value_e8) == (None, None)


def test_a_strike_yet_to_come_is_none():
    unsaid = market(floor_strike=None, strike_type="", custom_strike=None)
    [listed], _ = windows(unsaid)
    assert listed.window.strike_e8 is None
    # a strike whose comparison is not said means nothing either
    [listed], _ = windows(market(strike_type=""))
    assert listed.window.strike_e8 is None


def test_a_ladder_is_strictly_greater_and_has_no_rounding_clause():
    one = market(strike_type="greater", floor_strike=74299.99, custom_strike=None)
    [listed], _ = windows(one, series="KXBTCD")
    assert listed.window.terms == SettlementTerms(60, None, Comparison.GREATER)


def test_a_settled_window_has_the_venue_s_word():
    [listed], _ = windows(market(status="finalized", result="no", expiration_value="67"))
    assert (listed.resolved_yes, listed.value_e8) == (False, 67 * 10**8)


@pytest.mark.parametrize(
    "changes",
    [
        {"market_type": "scalar"},
        {"close_time": None},
        {"open_time": None},
        {"price_ranges": []},
        {"strike_type": "between"},
        {"floor_strike": "much"},
        {"ticker": ""},
    ],
)
def test_what_is_no_such_window_is_left_out(changes):
    found, _ = windows(market(**changes), market())
    assert [listed.window.id for listed in found] == ["KXBTC15M-26NOV211515-15"]


def test_what_is_no_list_is_the_venue_s_fault():
    with pytest.raises(UnreadableError, match="list of windows cannot be read"):
        decode_windows(b"<html>", "KXBTC15M", FEES)


@pytest.mark.parametrize(
    ("series", "asset"),
    [("KXBTC15M", Asset.BTC), ("KXBTCD", Asset.BTC), ("KXETH15M", Asset.ETH), ("KXFED", None)],
)
def test_a_series_has_an_asset(series, asset):
    assert asset_of(series) == asset


@pytest.mark.shared
def test_a_recorded_page_is_read():
    body = recording("kalshi/rest_real/GET_markets_KXBTCD_2026-07-25.json").read_bytes()
    found, cursor = decode_windows(body, "KXBTCD", FEES)
    markets = json.loads(body)["markets"]
    assert len(found) == len(markets)
    assert cursor
    assert {listed.window.terms.comparison for listed in found} == {Comparison.GREATER}
    assert all(listed.window.strike_e8 % 10**8 == 99_000_000 for listed in found)


def test_a_strike_of_nothing_is_no_strike():
    [listed], _ = windows(market(floor_strike=0))
    assert listed.window.strike_e8 is None


async def test_a_series_without_a_market_that_can_be_priced_is_named():
    class Bands:
        async def get(self, path, query):
            bands = [market(strike_type="between"), market(strike_type="less")]
            return json.dumps({"markets": bands, "cursor": ""}).encode()

    with pytest.raises(UnreadableError, match=r"KXBTC: no market is priced here.* between is not"):
        await fetch_windows(Bands(), "KXBTC", FEES, 0, 10**18)
