"""Kalshi's markets asked for: paged, filtered, joined with their fees; books in chunks."""

import json

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from tests.venues.kalshi.answers import CLOSE_NS, market, page, series
from underround.venues.errors import RefusedError, UnreadableError
from underround.venues.kalshi.catalog import (
    EVERYTHING,
    MarketFilter,
    fetch_books,
    fetch_markets,
    fetch_status,
    fetch_unpriced,
)


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


async def test_everything_comes_from_the_events_and_the_most_traded_first():
    def event(number: int, volume: str, **changes) -> dict:
        nested = market(ticker=f"M{number}", event_ticker=f"E{number}", volume_24h_fp=volume)
        fields = {"event_ticker": f"E{number}", "series_ticker": f"S-{number}"}
        return {**fields, "markets": [nested, market(status="closed")], **changes}

    pages = {
        "": {"events": [event(1, "1"), event(2, "2")], "cursor": "x"},
        "x": {"events": [event(3, "9", fee_multiplier_override=0)], "cursor": ""},
    }
    fees = [json.loads(series(ticker=f"S-{n}"))["series"] for n in range(1, 4)]

    def answer(asked: Asked) -> Reply:
        if asked.path == "/events":
            return Reply(json.dumps(pages[asked.query.get("cursor", [""])[0]]).encode())
        return Reply(json.dumps({"series": fees[int(asked.path[-1]) - 1]}).encode())

    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        listing = await fetch_markets(kalshi, top=2)
    assert [(i.id, i.series_id) for i in listing.instruments] == [("M3", "S-3"), ("M2", "S-2")]
    assert [i.fees.multiplier_e4 for i in listing.instruments] == [0, 10_000]
    assert [s.reason for s in listing.skipped] == ["is closed"] * 3
    assert [asked.path for asked in peer.asked] == [
        "/events",
        "/events",
        "/series/S-2",
        "/series/S-3",
    ]
    query = {"status": ["open"], "limit": ["200"], "with_nested_markets": ["true"]}
    assert peer.asked[0].query == query


async def test_the_fees_of_many_series_are_one_request():
    events = [
        {
            "event_ticker": f"E{n}",
            "series_ticker": f"S{n}",
            "markets": [market(ticker=f"M{n}", event_ticker=f"E{n}")],
        }
        for n in range(5)
    ]
    fees = [json.loads(series(ticker=f"S{n}", multiplier=n))["series"] for n in range(4)]

    def answer(asked: Asked) -> Reply:
        body = {"series": [*fees, {"ticker": "S4"}]}
        return Reply(json.dumps(body if asked.path == "/series" else {"events": events}).encode())

    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        listing = await fetch_markets(kalshi)
    assert [asked.path for asked in peer.asked] == ["/events", "/series"]
    assert {i.id: i.fees.multiplier_e4 for i in listing.instruments} == {
        f"M{n}": n * 10_000 for n in range(4)
    }
    assert [s.reference for s in listing.skipped] == ["M4"]


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
        listing = await fetch_markets(kalshi, MarketFilter(closes_from_ns=0))
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


async def test_markets_without_their_fees_are_one_request():
    listed = page(market(ticker="A"), market(ticker="B", status="closed"))
    answer = venue({"A,B,C": [listed]}, {})
    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        listing = await fetch_unpriced(kalshi, ["A", "B", "C"])
    assert [(i.id, i.fees.kind, i.fees.multiplier_e4) for i in listing.instruments] == [
        ("A", "quadratic", 10_000)
    ]
    assert [skipped.reason for skipped in listing.skipped] == ["is closed"]
    assert [asked.path for asked in peer.asked] == ["/markets"]


async def test_a_venue_that_refuses_its_status_is_not_there():
    def answer(asked: Asked) -> Reply:
        return Reply(b"{}", 404)

    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        with pytest.raises(RefusedError, match="GET /exchange/status answered HTTP 404"):
            await fetch_status(kalshi)


@pytest.mark.parametrize("path", ["/markets", "/events"])
async def test_a_cursor_that_runs_in_a_circle_is_the_venue_s_fault(path: str):
    answers = {"/markets": {"markets": []}, "/events": {"events": []}}

    def answer(asked: Asked) -> Reply:
        return Reply(json.dumps(answers[asked.path] | {"cursor": "again"}).encode())

    wanted = MarketFilter(series="KXA") if path == "/markets" else EVERYTHING
    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        with pytest.raises(UnreadableError, match="cursor comes to no end"):
            await fetch_markets(kalshi, wanted)
    assert [asked.path for asked in peer.asked] == [path, path]
