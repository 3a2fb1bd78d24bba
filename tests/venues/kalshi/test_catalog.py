"""Kalshi's markets: read exactly, priced by series and event, paged, filtered; books in chunks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recordings import recording
from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.venues.errors import RefusedError, UnreadableError
from underround.venues.kalshi.catalog import MarketFilter, fetch_books, fetch_markets
from underround.venues.kalshi.listing import (
    FeeOverride,
    SeriesFees,
    decode_markets,
    decode_overrides,
    decode_series,
    to_instrument,
)

CLOSE_NS = 1_795_000_000_000_000_000  # 2026-11-18T11:06:40Z
TAPERED = [
    {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
    {"start": "0.1000", "end": "0.9000", "step": "0.0100"},
    {"start": "0.9000", "end": "1.0000", "step": "0.0010"},
]


def market(**changes) -> dict:
    fields = {
        "ticker": "KXRAINPORTO-26NOV18-T5",
        "event_ticker": "KXRAINPORTO-26NOV18",
        "title": "Rain in Porto on Nov 18?",
        "yes_sub_title": "5 mm or above",
        "status": "active",
        "market_type": "binary",
        "close_time": "2026-11-18T11:06:40Z",
        "price_ranges": TAPERED,
        "volume_24h_fp": "345.25",
    }
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not ...}


def page(*markets: dict, cursor: str = "") -> bytes:
    return json.dumps({"markets": list(markets), "cursor": cursor}).encode()


def series(
    fee_type: str = "quadratic", multiplier: object = 1, ticker: str = "KXRAINPORTO"
) -> bytes:
    fields = {"ticker": ticker, "fee_type": fee_type, "fee_multiplier": multiplier}
    return json.dumps({"series": fields}).encode()


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
        overrides, _ = decode_overrides(json.dumps({"events": [event], "cursor": ""}).encode())
        override = overrides["E"]
    assert decode_series(series(multiplier=0.5)).terms(override) == terms


def test_events_without_an_override_are_not_kept():
    event = {"event_ticker": "E", "fee_type_override": None, "fee_multiplier_override": None}
    body = json.dumps({"events": [event], "cursor": "next"}).encode()
    assert decode_overrides(body) == ({}, "next")


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
    for read in (decode_markets, decode_series, decode_overrides):
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


def venue(markets: dict[str, list[bytes]], fees: dict[str, bytes], events: bytes | None = None):
    """Answer like the venue: pages of markets by query, series, events without overrides."""

    def answer(asked: Asked) -> Reply:
        if asked.path == "/markets":
            pages = markets[asked.query.get("tickers", ["*"])[0]]
            return Reply(pages[int(asked.query.get("cursor", ["0"])[0])])
        if asked.path == "/events":
            return Reply(events or b'{"events":[],"cursor":""}')
        name = asked.path.removeprefix("/series/")
        return Reply(fees[name]) if name in fees else Reply(b"{}", 404)

    return answer


async def test_pages_fees_and_the_most_traded_first():
    markets = {
        "*": [
            page(market(ticker="KXA-1-X", event_ticker="KXA-1", volume_24h_fp="1"), cursor="1"),
            page(
                market(ticker="KXB-1-X", event_ticker="KXB-1", volume_24h_fp="3"),
                market(ticker="KXC-1-X", event_ticker="KXC-1", volume_24h_fp="2"),
                market(status="closed"),
            ),
        ]
    }
    fees = {name: series(ticker=name) for name in ("KXA", "KXB", "KXC")}
    override = {"events": [{"event_ticker": "KXB-1", "fee_multiplier_override": 0}], "cursor": ""}
    answer = venue(markets, fees, json.dumps(override).encode())
    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        listing = await fetch_markets(kalshi, top=2)
    assert [i.id for i in listing.instruments] == ["KXB-1-X", "KXC-1-X"]
    assert [i.fees.multiplier_e4 for i in listing.instruments] == [0, 10_000]
    assert [s.reason for s in listing.skipped] == ["is closed"]
    first = peer.asked[0]
    assert first.query == {"status": ["open"], "limit": ["1000"], "mve_filter": ["exclude"]}
    assert sorted({a.path for a in peer.asked}) == [
        "/events",
        "/markets",
        "/series/KXB",
        "/series/KXC",
    ]


async def test_the_filter_reaches_the_venue_and_is_checked_again():
    wanted = MarketFilter(
        series="KXRAINPORTO", closes_from_ns=CLOSE_NS - 5, closes_until_ns=CLOSE_NS + 1
    )
    late = market(ticker="LATE", close_time="2026-11-18T11:06:40.000001Z")
    answer = venue({"*": [page(market(), late)]}, {"KXRAINPORTO": series()})
    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        listing = await fetch_markets(kalshi, wanted)
    assert [i.id for i in listing.instruments] == ["KXRAINPORTO-26NOV18-T5"]
    query = peer.asked[0].query
    assert query["series_ticker"] == ["KXRAINPORTO"]
    assert query["min_close_ts"] == ["1794999999"]
    assert query["max_close_ts"] == ["1795000001"]


async def test_tickers_are_asked_a_hundred_at_a_time():
    names = tuple(f"KXA-1-{n}" for n in range(150))
    chunks = {",".join(names[:100]): [page(market())], ",".join(names[100:]): [page()]}
    answer = venue(chunks, {"KXRAINPORTO": series()})
    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        listing = await fetch_markets(kalshi, MarketFilter(tickers=names, event="KXA-1"))
    assert len(listing.instruments) == 1
    assert peer.asked[0].query["event_ticker"] == ["KXA-1"]


async def test_a_series_without_fees_costs_only_its_own_markets():
    other = market(ticker="KXB-1-X", event_ticker="KXB-1")
    answer = venue({"*": [page(market(), other)]}, {"KXRAINPORTO": series()})
    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        listing = await fetch_markets(kalshi)
    assert [i.series_id for i in listing.instruments] == ["KXRAINPORTO"]
    assert [s.reference for s in listing.skipped] == ["KXB", "KXB-1-X"]


@pytest.mark.parametrize("status", [403, 429])
async def test_being_turned_away_is_told_and_not_taken_for_an_empty_list(status: int):
    async with (
        http_peer(lambda asked: Reply(b"{}", status)) as peer,
        rest_client(peer.root, "kalshi") as kalshi,
    ):
        with pytest.raises(RefusedError, match=f"HTTP {status}"):
            await fetch_markets(kalshi)


async def test_books_are_asked_a_hundred_at_a_time_with_the_name_repeated():
    async with (
        http_peer(lambda asked: Reply(b'{"orderbooks":[]}')) as peer,
        rest_client(peer.root, "kalshi") as kalshi,
    ):
        bodies = [b async for b in fetch_books(kalshi, [f"T{n}" for n in range(101)])]
    assert bodies == [b'{"orderbooks":[]}'] * 2
    assert [len(asked.query["tickers"]) for asked in peer.asked] == [100, 1]
    assert peer.asked[1].path == "/markets/orderbooks"


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
    overrides, cursor = decode_overrides(events)
    assert (overrides, bool(cursor)) == ({}, True)
