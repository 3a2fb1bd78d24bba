"""Gamma's markets: read exactly, skipped with reasons, paged, looked up; books asked in chunks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recordings import recording
from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.core.fees import PolymarketReading
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.venues.errors import UnknownReferenceError, UnreadableError
from underround.venues.polymarket.catalog import (
    fetch_books,
    fetch_top,
    reference_kind,
    resolve,
)
from underround.venues.polymarket.listing import decode_page

YES_TOKEN = "71" + "3" * 74
NO_TOKEN = "28" + "9" * 74
CONDITION = "0x" + "ab" * 32


def market(**changes) -> dict:
    fields = {
        "id": "5012",
        "slug": "rain-in-porto-tomorrow",
        "question": "Will it rain in Porto tomorrow?",
        "conditionId": CONDITION,
        "outcomes": '["Yes", "No"]',
        "clobTokenIds": json.dumps([YES_TOKEN, NO_TOKEN]),
        "acceptingOrders": True,
        "enableOrderBook": True,
        "orderPriceMinTickSize": 0.001,
        "orderMinSize": 5,
        "negRisk": True,
        "volume24hr": 1234.5678901234,
        "volumeNum": 99999.5,
        "takerBaseFee": 1000,
        "feesEnabled": True,
        "feeSchedule": {"exponent": 1, "rate": 0.05, "takerOnly": True, "rebateRate": 0.25},
        "events": [{"id": "77", "slug": "rain-in-porto", "seriesSlug": "rain", "title": "Rain"}],
    }
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not ...}


def page(*markets: dict, **extra) -> bytes:
    return json.dumps({"markets": list(markets), **extra}).encode()


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


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("5012", "id"),
        (CONDITION, "condition_ids"),
        ("0x" + "ab" * 31, "condition_ids"),
        (YES_TOKEN, "clob_token_ids"),
        (str(7 << 200 | 1), "position_ids"),
        ("rain-in-porto-tomorrow", "slug"),
    ],
)
def test_a_reference_is_known_by_its_form(reference: str, kind: str):
    assert reference_kind(reference) == kind


@pytest.mark.parametrize("reference", ["...", "", "0xab", "a b", "9" * 79, "../etc", "x&y=z"])
def test_what_is_no_reference_is_said(reference: str):
    with pytest.raises(UnknownReferenceError, match="no Gamma id"):
        reference_kind(reference)


def other(number: int, **changes) -> dict:
    tokens = json.dumps([f"{number}1", f"{number}2"])
    return market(id=str(number), slug=f"m-{number}", clobTokenIds=tokens, **changes)


async def test_the_top_is_paged_until_there_are_enough_and_ordered_by_volume():
    pages = {
        None: page(other(1, volume24hr=10), other(2, acceptingOrders=False), next_cursor="a"),
        "a": page(other(3, volume24hr=30), other(1, volume24hr=10), next_cursor="b"),
        "b": page(other(4, volume24hr=20), next_cursor="c"),
    }

    def answer(asked: Asked) -> Reply:
        return Reply(pages[asked.query.get("after_cursor", [None])[0]])

    async with http_peer(answer) as peer, rest_client(peer.root) as gamma:
        listing = await fetch_top(gamma, 3)
    assert [i.id for i in listing.instruments] == ["31", "32", "41", "42", "11", "12"]
    assert [s.reason for s in listing.skipped] == ["accepts no orders"]
    assert len(peer.asked) == 3
    first = peer.asked[0]
    assert first.path == "/markets/keyset"
    assert first.query == {
        "closed": ["false"],
        "order": ["volume24hr"],
        "ascending": ["false"],
        "limit": ["100"],
        "version": ["v1", "v2"],
    }


async def test_a_cursor_that_never_ends_is_left():
    async with (
        http_peer(lambda asked: Reply(page(other(1), next_cursor="again"))) as peer,
        rest_client(peer.root) as gamma,
    ):
        listing = await fetch_top(gamma, 250)
    assert len(listing.instruments) == 2
    assert len(peer.asked) == 15


async def test_a_reference_is_looked_up_and_both_outcomes_come_back():
    async with (
        http_peer(lambda asked: Reply(page(market()))) as peer,
        rest_client(peer.root) as gamma,
    ):
        yes, no = await resolve(gamma, NO_TOKEN)
    assert (yes.id, no.id) == (YES_TOKEN, NO_TOKEN)
    assert peer.asked[0].query["clob_token_ids"] == [NO_TOKEN]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (page(), "no market 'rain'"),
        (page(market(acceptingOrders=False)), "market 'rain' accepts no orders"),
        (page(other(1), other(2)), "more than one market"),
    ],
)
async def test_a_name_of_nothing_tradable_is_said(body: bytes, words: str):
    async with http_peer(lambda asked: Reply(body)) as peer, rest_client(peer.root) as gamma:
        with pytest.raises(UnknownReferenceError, match=words):
            await resolve(gamma, "rain")


async def test_books_are_asked_five_hundred_at_a_time_and_given_back_raw():
    async with (
        http_peer(lambda asked: Reply(b" [] ")) as peer,
        rest_client(peer.root) as clob,
    ):
        bodies = [body async for body in fetch_books(clob, [str(n) for n in range(1001)])]
    assert bodies == [b" [] "] * 3
    sent = [json.loads(asked.body) for asked in peer.asked]
    assert [len(each) for each in sent] == [500, 500, 1]
    assert sent[2] == [{"token_id": "1000"}]
    assert peer.asked[0].path == "/books"


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
