"""Venue answers as decoded JSON: arrays, arrays written as strings, nested events, odd markets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.contracts import poly
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import (
    Skipped,
    entries_of_listings,
    kalshi_entries,
    polymarket_entries,
)

GAMMA = {
    "conditionId": "0x1",
    "question": "Hawks vs. Celtics",
    "slug": "nba-atl-bos-2026-02-03",
    "description": "In the upcoming NBA game …",
    "endDate": "2026-02-04T00:00:00Z",
    "outcomes": '["Hawks", "Celtics"]',
}
KALSHI = {
    "ticker": "KXNBAGAME-26FEB03ATLBOS-BOS",
    "title": "Atlanta at Boston Winner?",
    "yes_sub_title": "Boston",
    "rules_primary": "If Boston wins …",
    "rules_secondary": "If cancelled …",
    "close_time": "2026-02-17T00:00:00Z",
    "event_ticker": "KXNBAGAME-26FEB03ATLBOS",
}


@pytest.mark.parametrize("outcomes", ['["Hawks", "Celtics"]', ["Hawks", "Celtics"]])
def test_outcomes_may_be_an_array_or_a_string_of_one(outcomes):
    (market,), skipped = polymarket_entries([{**GAMMA, "outcomes": outcomes}])
    assert skipped == []
    assert [(side.outcome, side.outcomes) for side in market.listings()] == [
        ("Hawks", ("Hawks", "Celtics")),
        ("Celtics", ("Hawks", "Celtics")),
    ]


def test_only_yes_of_a_yes_no_market_is_a_side():
    (market,), _ = polymarket_entries([{**GAMMA, "outcomes": ["Yes", "No"]}])
    assert [side.outcome for side in market.listings()] == ["Yes"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outcomes": "Yes, No"}, "neither an array nor JSON"),
        ({"outcomes": '["Yes"]'}, "1 outcomes, not 2"),
        ({"outcomes": [1, 2]}, "no array of strings"),
        ({"question": ""}, "question is missing"),
        ({"endDate": "soon"}, "endDate 'soon' is not a date"),
    ],
)
def test_an_odd_market_is_skipped_by_name_and_the_others_are_kept(change, reason):
    good = {**GAMMA, "conditionId": "0x2"}
    found, skipped = polymarket_entries({"markets": [{**GAMMA, **change}, good]})
    assert [market.id for market in found] == ["0x2"]
    assert [each.reference for each in skipped] == ["0x1"]
    assert reason in skipped[0].reason


@pytest.mark.parametrize(
    "answer",
    [
        KALSHI,
        [KALSHI],
        {"markets": [KALSHI], "cursor": ""},
        {"events": [{"event_ticker": "KXNBAGAME-26FEB03ATLBOS", "markets": [KALSHI]}]},
    ],
)
def test_kalshi_markets_come_alone_in_pages_or_nested(answer):
    (market,), skipped = kalshi_entries(answer)
    assert skipped == []
    assert (market.venue, market.id, market.subtitle) == (Venue.KALSHI, KALSHI["ticker"], "Boston")
    assert market.rules == "If Boston wins … If cancelled …"
    assert len(market.listings()) == 1


@pytest.mark.parametrize(
    ("strike", "words"),
    [
        ({"strike_type": "less", "cap_strike": 79}, "below 79"),
        ({"strike_type": "greater", "floor_strike": 79}, "above 79"),
        ({"strike_type": "greater_or_equal", "floor_strike": 79}, "at least 79"),
        ({"strike_type": "less_or_equal", "cap_strike": 79}, "at most 79"),
        ({"strike_type": "between", "floor_strike": 78, "cap_strike": 79}, "between 78 and 79"),
        ({"strike_type": "structured"}, ""),
    ],
)
def test_a_strike_is_put_in_words_where_the_title_has_none(strike, words):
    (market,), _ = kalshi_entries({**KALSHI, "yes_sub_title": "", **strike})
    assert market.subtitle == words


def test_what_is_no_answer_gives_nothing():
    assert kalshi_entries("none") == ([], [])
    assert kalshi_entries({"markets": [None, {}]}) == (
        [],
        [Skipped("(no name)", "ticker or title is missing")],
    )


def test_sides_from_a_file_are_put_in_the_order_of_the_title():
    sides = [poly("Hawks vs. Celtics", side, id="0x1") for side in ("Celtics", "Hawks")]
    (market,) = entries_of_listings(sides)
    assert market.outcomes == ("Hawks", "Celtics")


@pytest.mark.parametrize(
    ("entries", "market", "change"),
    [
        (polymarket_entries, GAMMA, {"closed": True}),
        (polymarket_entries, GAMMA, {"archived": True}),
        (kalshi_entries, KALSHI, {"status": "finalized"}),
    ],
)
def test_what_trades_no_more_is_left_out(entries, market, change):
    found, (skipped,) = entries([{**market, **change}])
    assert found == []
    assert skipped.reason in ("is closed", "is finalized")


@pytest.mark.parametrize("status", ["active", "inactive", "initialized", None])
def test_what_is_paused_or_to_come_is_kept(status):
    (market,), _ = kalshi_entries([{**KALSHI, "status": status}])
    assert market.id == KALSHI["ticker"]


def test_a_market_in_no_event_of_the_answer_names_its_own():
    (market,), _ = polymarket_entries({"markets": [{**GAMMA, "events": [{"slug": "nba-finals"}]}]})
    assert market.event_id == "nba-finals"


@given(
    st.dictionaries(
        st.sampled_from(sorted({**GAMMA, **KALSHI, "status": 0, "closed": 0, "events": 0})),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(max_size=8)
            | st.sampled_from(["\ud800", "[]", "[1]", '["a", "b"]', "2026-99-99"]),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2)
            ),
            max_leaves=4,
        ),
    )
)
def test_whatever_a_field_holds_a_market_is_kept_whole_or_named(changes):
    for entries, market in ((polymarket_entries, GAMMA), (kalshi_entries, KALSHI)):
        found, skipped = entries([{**market, **changes}])
        assert len(found) + len(skipped) == 1
        with Catalog() as catalog:
            for each in found:
                catalog.refresh(each.venue, [each], 1)
                assert catalog.listed(each.venue) == [each]
