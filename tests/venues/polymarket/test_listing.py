"""Gamma's markets: read exactly, both outcomes of each, skipped with reasons."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recordings import recording
from tests.venues.polymarket.answers import CONDITION, NO_TOKEN, YES_TOKEN, market, page
from underround.core.fees import PolymarketReading
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.venues.errors import UnreadableError
from underround.venues.polymarket.listing import decode_page


def one(**changes) -> Instrument:
    listing, _ = decode_page(page(market(**changes)))
    assert listing.skipped == ()
    return listing.instruments[0]


def test_a_market_gives_its_two_outcomes():
    listing, cursor = decode_page(page(market(), next_cursor="c2"))
    yes, no = listing.instruments
    assert yes == Instrument(
        venue=Venue.POLYMARKET,
        id=YES_TOKEN,
        market_id=CONDITION,
        outcome=Outcome.YES,
        title="Will it rain in Porto tomorrow?",
        ranges=((0, 10_000, 10),),
        fees=FeeTerms(kind="polymarket", rate_e4=500, exponent=1),
        complement_id=NO_TOKEN,
        event_id="77",
        series_id="rain",
        min_size_e6=5_000_000,
        neg_risk=True,
        volume_24h_e6=1_234_567_890,
    )
    assert (no.id, no.complement_id, no.outcome) == (NO_TOKEN, YES_TOKEN, Outcome.NO)
    assert cursor == "c2"


def test_arrays_may_be_real_and_tokens_of_the_second_protocol():
    yes = one(clobTokenIds=..., positionIds=[YES_TOKEN, NO_TOKEN], outcomes=["Up", "Down"])
    assert (yes.id, yes.title) == (YES_TOKEN, "Will it rain in Porto tomorrow? (Up)")
    assert one(clobTokenIds="", positionIds=[YES_TOKEN, NO_TOKEN]).id == YES_TOKEN


@pytest.mark.parametrize(
    ("changes", "rate_e4"),
    [
        ({"feesEnabled": False}, 0),
        ({"feesEnabled": ..., "feeSchedule": ...}, 0),
        ({"feesEnabled": ..., "feeSchedule": None}, 0),
        ({"feesEnabled": ...}, 500),
        ({"feeSchedule": {"rate": "0.0725", "exponent": "2"}}, 725),
    ],
)
def test_fees_come_from_the_market_s_own_schedule(changes: dict, rate_e4: int):
    assert one(**changes).fees.rate_e4 == rate_e4


def test_the_reading_of_the_fee_is_the_caller_s_choice():
    listing, _ = decode_page(page(market()), PolymarketReading.SHARES)
    assert listing.instruments[0].fees.kind == "polymarket_in_shares"


@pytest.mark.parametrize("tick", ["0.1", "0.01", "0.005", "0.0025", "0.001", "0.0001"])
def test_every_tick_of_the_venue(tick: str):
    for written in (tick, float(tick)):
        grid = one(orderPriceMinTickSize=written).grid
        assert len(grid) == round(1 / float(tick)) - 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"acceptingOrders": False}, "accepts no orders"),
        ({"acceptingOrders": ...}, "accepts no orders"),
        ({"enableOrderBook": False}, "has no order book"),
        ({"conditionId": ""}, "conditionId is missing"),
        ({"clobTokenIds": ...}, "0 tokens in place of 2"),
        ({"clobTokenIds": '["1"]'}, "1 tokens in place of 2"),
        ({"clobTokenIds": '["1","1"]'}, "1 tokens in place of 2"),
        ({"clobTokenIds": '["1","x"]'}, "not a number"),
        ({"clobTokenIds": "[1"}, "clobTokenIds is not a list"),
        ({"outcomes": '["A","B","C"]'}, "3 outcomes"),
        ({"orderPriceMinTickSize": ...}, "orderPriceMinTickSize is missing"),
        ({"orderPriceMinTickSize": 0}, "not a grid"),
        ({"orderPriceMinTickSize": 0.00001}, "orderPriceMinTickSize"),
        ({"orderPriceMinTickSize": 0.3}, "does not divide"),
        ({"orderPriceMinTickSize": 1}, "no prices"),
        ({"orderMinSize": None}, "orderMinSize is missing"),
        ({"orderMinSize": -5}, "orderMinSize"),
        ({"orderMinSize": "1e9999999"}, "orderMinSize"),
        ({"feeSchedule": ...}, "gives no feeSchedule"),
        ({"feeSchedule": {"exponent": 1}}, "gives no rate"),
        ({"feeSchedule": {"rate": 0.05, "exponent": 0.5}}, "exponent 0.5"),
        ({"feeSchedule": {"rate": 0.05, "exponent": "1e999999"}}, "exponent"),
        ({"feeSchedule": {"rate": 0.05, "exponent": "sNaN"}}, "exponent"),
        ({"feeSchedule": {"rate": 0.00001}}, "fee rate"),
        ({"feeSchedule": {"rate": "NaN"}}, "fee rate"),
        ({"acceptingOrders": "yes"}, "cannot be read"),
    ],
)
def test_an_odd_market_is_skipped_with_its_reason_and_the_next_is_read(changes: dict, reason: str):
    listing, _ = decode_page(page(market(**changes), market()))
    (skipped,) = listing.skipped
    assert skipped.reference == "rain-in-porto-tomorrow"
    assert reason in skipped.reason
    assert len(listing.instruments) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"markets":{}}', b"[" * 100_000])
def test_what_is_no_page_is_a_fault_of_the_venue(body: bytes):
    with pytest.raises(UnreadableError, match="polymarket: list of markets cannot be read"):
        decode_page(body)


words = st.text("aZ0.-é", max_size=4)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.sampled_from(sorted(market())), json_values, max_size=4))
def test_any_field_may_be_anything(changes: dict):
    listing, _ = decode_page(page(market(**changes)))
    assert len(listing.instruments) + 2 * len(listing.skipped) == 2


@pytest.mark.shared
def test_a_real_event_s_markets():
    text = recording("polymarket/fed-decision-in-june-825__gamma-event.json").read_text()
    markets = json.loads(text)["markets"]
    terms = json.loads(
        recording("polymarket/fed-decision-in-june-825__clob-markets.json").read_text()
    )
    listing, _ = decode_page(page(*markets))
    assert len(listing.instruments) + 2 * len(listing.skipped) == 2 * len(markets)
    tradable = [m for m in markets if m["acceptingOrders"] and m["enableOrderBook"]]
    assert len(listing.instruments) == 2 * len(tradable) > 0
    by_token = {instrument.id: instrument for instrument in listing.instruments}
    for each in terms:
        for token in each["t"]:
            instrument = by_token[token["t"]]
            assert instrument.market_id == each["c"]
            assert instrument.outcome == token["o"].lower()
            assert instrument.min_size_e6 == each["mos"] * 1_000_000
            assert instrument.ranges == ((0, 10_000, round(each["mts"] * 10_000)),)
            assert instrument.fees.rate_e4 == round(each["fd"]["r"] * 10_000)
            assert instrument.neg_risk == each["nr"]
