"""Kalshi's markets, series and events: read exactly, priced, skipped with reasons."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recordings import recording
from tests.venues.kalshi.answers import CLOSE_NS, market, page, series
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.listing import (
    EventPage,
    FeeOverride,
    SeriesFees,
    decode_all_series,
    decode_events,
    decode_markets,
    decode_series,
    to_instrument,
)


def test_a_market_is_one_instrument_on_the_yes_scale():
    (listed,), skipped, cursor = decode_markets(page(market(), cursor="c2"))
    fees = {"KXRAINPORTO": decode_series(series(multiplier=0.5))}
    assert (skipped, cursor) == ([], "c2")
    assert to_instrument(listed, fees, {}) == Instrument(
        venue=Venue.KALSHI,
        id="KXRAINPORTO-26NOV18-T5",
        market_id="KXRAINPORTO-26NOV18-T5",
        outcome=Outcome.YES,
        title="Rain in Porto on Nov 18? (5 mm or above)",
        ranges=((0, 1000, 10), (1000, 9000, 100), (9000, 10_000, 10)),
        fees=FeeTerms(kind="quadratic", rate_e4=700, multiplier_e4=5_000),
        event_id="KXRAINPORTO-26NOV18",
        series_id="KXRAINPORTO",
        close_at_ns=CLOSE_NS,
        volume_24h_e6=345_250_000,
    )


def test_a_subtitle_that_the_title_has_already_is_not_repeated():
    (listed,), _, _ = decode_markets(page(market(title="Rain: 5 mm or above?")))
    assert listed.title == "Rain: 5 mm or above?"


@pytest.mark.parametrize(
    ("override", "terms"),
    [
        (None, FeeTerms("quadratic", 700, 5_000)),
        (FeeOverride(None, None), FeeTerms("quadratic", 700, 5_000)),
        ('{"fee_multiplier_override":1}', FeeTerms("quadratic", 700, 10_000)),
        ('{"fee_multiplier_override":0}', FeeTerms("quadratic", 700, 0)),
        (
            '{"fee_type_override":"quadratic_with_maker_fees"}',
            FeeTerms("quadratic_with_maker_fees", 700, 5_000),
        ),
        ('{"fee_type_override":"flat"}', FeeTerms("flat", 350, 5_000)),
    ],
)
def test_an_event_overrides_its_series_fees(override: object, terms: FeeTerms):
    if isinstance(override, str):
        event = {"event_ticker": "E", **json.loads(override)}
        page = decode_events(json.dumps({"events": [event], "cursor": ""}).encode())
        override = page.overrides["E"]
    assert decode_series(series(multiplier=0.5)).terms(override) == terms


def test_events_without_an_override_are_not_kept():
    event = {"event_ticker": "E", "fee_type_override": None, "fee_multiplier_override": None}
    body = json.dumps({"events": [event], "cursor": "next"}).encode()
    assert decode_events(body) == EventPage([], [], {}, "next")


def test_a_fee_type_that_is_not_known_costs_the_market():
    (listed,), _, _ = decode_markets(page(market()))
    fees = decode_series(series("cubic"))
    skipped = to_instrument(listed, {"KXRAINPORTO": fees}, {})
    assert skipped.reference == "KXRAINPORTO-26NOV18-T5"
    assert "cubic" in skipped.reason
    assert "not known" in to_instrument(listed, {}, {}).reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ticker": ""}, "ticker or event_ticker is missing"),
        ({"event_ticker": ...}, "ticker or event_ticker is missing"),
        ({"status": "finalized"}, "is finalized"),
        ({"status": ...}, "without a status"),
        ({"market_type": "scalar"}, "type scalar"),
        ({"close_time": None}, "close_time is missing"),
        ({"close_time": "soon"}, "cannot be read"),
        ({"price_ranges": []}, "price_ranges is missing"),
        ({"price_ranges": [{"start": "0.5", "end": "0.4", "step": "0.01"}]}, "not a grid"),
        ({"price_ranges": [{"start": "0", "end": "1", "step": "0"}]}, "not a grid"),
        ({"price_ranges": [{"start": "0", "end": "1", "step": "0.03"}]}, "does not divide"),
        ({"price_ranges": [{"start": "0", "end": "1"}]}, "cannot be read"),
        ({"price_ranges": [{"start": "0", "end": "NaN", "step": "0.01"}]}, "price_ranges.end"),
        ({"volume_24h_fp": "-1"}, "volume_24h_fp"),
    ],
)
def test_an_odd_market_is_skipped_with_its_reason_and_the_next_is_read(changes: dict, reason: str):
    listed, (skipped,), _ = decode_markets(page(market(**changes), market()))
    assert reason in skipped.reason
    assert len(listed) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"markets":{}}', b"[" * 100_000])
def test_what_is_no_answer_is_a_fault_of_the_venue(body: bytes):
    for read in (decode_markets, decode_series, decode_events, decode_all_series):
        with pytest.raises(UnreadableError, match="cannot be read"):
            read(body)


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
    listed, skipped, _ = decode_markets(page(market(**changes)))
    assert len(listed) + len(skipped) == 1


@pytest.mark.shared
def test_real_markets_and_series():
    for name in ("GET_markets_KXBTCD_2026-07-25.json", "GET_market_single_2026-08-09.json"):
        body = json.loads(recording(f"kalshi/rest_real/{name}").read_text())
        markets = body.get("markets") or [body["market"]]
        listed, skipped, _ = decode_markets(page(*markets))
        assert [m.ticker for m in listed] == [m["ticker"] for m in markets]
        assert skipped == []
        assert {m.ranges for m in listed} == {((0, 10_000, 100),)}
    for name, multiplier_e4 in (("KXBTCD_2026-07-25", 10_000), ("KXMLBGAME_2026-08-20", 5_000)):
        fees = decode_series(recording(f"kalshi/rest_real/GET_series_{name}.json").read_bytes())
        assert isinstance(fees, SeriesFees)
        assert fees.terms(None).multiplier_e4 == multiplier_e4
    events = recording("kalshi/rest_real/GET_events_2026-07-25.json").read_bytes()
    page_of_events = decode_events(events)
    assert page_of_events.overrides == {}
    assert page_of_events.cursor
    assert len(page_of_events.markets) + len(page_of_events.skipped) == sum(
        len(event["markets"]) for event in json.loads(events)["events"]
    )
    assert {m.series for m in page_of_events.markets} <= {
        event["series_ticker"] for event in json.loads(events)["events"]
    }
    assert page_of_events.markets
