"""Polymarket's up-or-down markets: named by time, priced only with the oracle's opening price."""

import json
from datetime import UTC, datetime

import pytest

from underround.core.units import NS_PER_SECOND
from underround.core.windows.spot_event import Asset
from underround.core.windows.window import Oracle
from underround.venues.errors import UnreadableError
from underround.venues.polymarket.windows import decode_opening_price, is_as_wanted, up_downs


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_SECOND


def slugs(opens: str, closes: str, asset=Asset.BTC) -> list[tuple[str, Oracle]]:
    return [(each.slug, each.oracle) for each in up_downs(asset, at(opens), at(closes))]


def test_a_quarter_of_an_hour_is_named_by_its_start():
    start_s = at("2026-11-21 20:00") // NS_PER_SECOND
    assert slugs("2026-11-21 20:00", "2026-11-21 20:15") == [
        (f"btc-updown-15m-{start_s}", Oracle.CHAINLINK)
    ]
    assert slugs("2026-11-21 20:00", "2026-11-21 20:15", Asset.SOL)[0][0].startswith("sol-updown")


@pytest.mark.parametrize(
    ("closes", "slug"),
    [
        ("2026-04-05 06:00", "bitcoin-up-or-down-april-5-2026-1am-et"),  # daylight saving
        ("2026-01-05 06:00", "bitcoin-up-or-down-january-5-2026-12am-et"),
        ("2026-03-08 08:00", "bitcoin-up-or-down-march-8-2026-3am-et"),  # the hour is skipped
        ("2026-03-08 07:00", "bitcoin-up-or-down-march-8-2026-1am-et"),
        ("2026-11-01 06:00", "bitcoin-up-or-down-november-1-2026-1am-et"),
        ("2026-11-01 08:00", "bitcoin-up-or-down-november-1-2026-2am-et"),
        ("2026-06-05 19:00", "bitcoin-up-or-down-june-5-2026-2pm-et"),
    ],
)
def test_an_hour_is_named_by_its_start_in_new_york(closes, slug):
    opens_ns = at(closes) - 3_600 * NS_PER_SECOND
    [found] = up_downs(Asset.BTC, opens_ns, at(closes))
    assert (found.slug, found.oracle, found.opens_at_ns) == (slug, Oracle.BINANCE, opens_ns)


def test_what_ends_at_noon_there_ends_a_day_as_well():
    assert [slug for slug, _ in slugs("2026-11-20 17:00", "2026-11-21 17:00")] == [
        "bitcoin-up-or-down-november-21-2026-11am-et",
        "bitcoin-up-or-down-on-november-21-2026",
        "bitcoin-up-or-down-on-november-21",
    ]
    oracles = [oracle for _, oracle in slugs("2026-11-20 17:00", "2026-11-21 17:00")]
    assert oracles == [Oracle.BINANCE, Oracle.BINANCE_MINUTE, Oracle.BINANCE_MINUTE]


@pytest.mark.parametrize(
    ("noon", "noon_before"),
    [
        ("2026-03-08 16:00", "2026-03-07 17:00"),  # 23 hours
        ("2026-11-01 17:00", "2026-10-31 16:00"),  # 25 hours
        ("2026-11-21 17:00", "2026-11-20 17:00"),
    ],
)
def test_a_day_runs_from_noon_to_noon_also_when_clocks_change(noon, noon_before):
    _, day, _ = up_downs(Asset.BTC, at(noon) - 3_600 * NS_PER_SECOND, at(noon))
    assert day.opens_at_ns == at(noon_before)


BINANCE = "https://www.binance.com/en/trade/BTC_USDT"
CHAINLINK = "https://data.chain.link/streams/btc-usd"


@pytest.mark.parametrize(
    ("event", "is_it"),
    [
        ({}, True),
        ({"endDate": "2026-11-01T06:00:00Z", "resolutionSource": BINANCE}, True),
        ({"endDate": "2026-11-01T07:00:00Z"}, False),  # the second hour of that name
        ({"resolutionSource": CHAINLINK}, False),
        ({"markets": [{"resolutionSource": BINANCE}, {"resolutionSource": CHAINLINK}]}, False),
    ],
)
def test_a_market_of_another_end_or_source_is_not_taken_for_it(event, is_it):
    [hour] = up_downs(Asset.BTC, at("2026-11-01 05:00"), at("2026-11-01 06:00"))
    assert is_as_wanted(json.dumps(event).encode(), hour) is is_it


@pytest.mark.parametrize("told", [67628.9, "67628.9"])
def test_the_opening_price_is_the_oracle_s(told):
    body = json.dumps({"slug": "x", "eventMetadata": {"priceToBeat": told}}).encode()
    assert decode_opening_price(body) == 6_762_890_000_000


@pytest.mark.parametrize(
    "event",
    [{}, {"eventMetadata": None}, {"eventMetadata": {}}, {"eventMetadata": {"priceToBeat": 0}}],
)
def test_without_it_there_is_none(event):
    assert decode_opening_price(json.dumps(event).encode()) is None


@pytest.mark.parametrize("body", [b"<html>", b'{"eventMetadata":{"priceToBeat":"high"}}'])
def test_what_is_no_event_is_the_venue_s_fault(body):
    with pytest.raises(UnreadableError, match="event cannot be read"):
        decode_opening_price(body)
