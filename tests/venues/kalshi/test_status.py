"""Kalshi's exchange status and schedule: when trading is off, for all or for one shard."""

import json
from datetime import UTC, datetime

import pytest

from tests.recordings import recording
from underround.core.venue_status import VenueState
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.status import OPEN, decode_schedule, decode_status

PAUSED = VenueState.PAUSED
DAY = [{"open_time": "00:00", "close_time": "24:00"}]
THURSDAY = [
    {"open_time": "00:00", "close_time": "03:00"},
    {"open_time": "05:00", "close_time": "00:00"},
]


def status(**fields) -> dict:
    answer = {"exchange_active": True, "trading_active": True} | fields
    return decode_status(json.dumps(answer).encode())


def shard(number: int, exchange: bool = True, trading: bool = True) -> dict:
    return {"exchange_index": number, "exchange_active": exchange, "trading_active": trading}


@pytest.mark.parametrize(
    ("fields", "verdicts"),
    [
        ({}, {None: OPEN}),
        ({"trading_active": False}, {None: (PAUSED, "trading is paused")}),
        ({"exchange_active": False}, {None: (PAUSED, "the exchange is down")}),
        (
            {"exchange_index_statuses": [shard(0), shard(2, trading=False)]},
            {0: OPEN, 2: (PAUSED, "trading is paused")},
        ),
        (
            {"trading_active": False, "exchange_index_statuses": [{"exchange_index": 0}]},
            {0: (PAUSED, "trading is paused")},
        ),
        (
            {
                "exchange_active": False,
                "exchange_estimated_resume_time": "2026-11-26T10:00:00Z",
                "exchange_index_statuses": [shard(0, exchange=False), shard(1)],
            },
            {
                0: (PAUSED, "the exchange is down, until about 2026-11-26T10:00:00Z"),
                1: OPEN,
                None: (PAUSED, "the exchange is down, until about 2026-11-26T10:00:00Z"),
            },
        ),
    ],
)
def test_status(fields: dict, verdicts: dict):
    assert status(**fields) == verdicts


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"exchange_active":1}'])
def test_unreadable_status(body: bytes):
    with pytest.raises(UnreadableError, match=r"^kalshi: exchange status cannot be read: "):
        decode_status(body)


@pytest.mark.shared
def test_a_recorded_status():
    body = recording("kalshi/rest_real/GET_exchange_status_excerpt_2026-09-26.json").read_bytes()
    assert decode_status(body) == dict.fromkeys(range(4), OPEN)


def schedule(maintenance=(), **days):
    week = dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), DAY
    )
    hours = week | {"start_time": "2026-01-01T00:00:00Z", "end_time": "2027-12-31T00:00:00Z"}
    plan = {"standard_hours": [hours | days], "maintenance_windows": list(maintenance)}
    return decode_schedule(json.dumps({"schedule": plan}).encode())


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-26T07:59:59", True),  # Thursday 02:59:59 in New York, winter
        ("2026-11-26T08:00:00", False),
        ("2026-11-26T09:59:59", False),
        ("2026-11-26T10:00:00", True),
        ("2026-07-23T06:59:59", True),  # Thursday 02:59:59 in summer
        ("2026-07-23T07:00:00", False),
        ("2026-07-23T09:00:00", True),
        ("2026-11-27T04:59:59", True),  # the last second of Thursday
        ("2026-11-25T08:30:00", True),
        ("2028-11-30T08:30:00", True),  # beyond the weeks that are told
    ],
)
def test_the_gap_on_thursdays(moment: str, is_open: bool):
    verdict = schedule(thursday=THURSDAY).verdict(at(moment))
    assert verdict == (OPEN if is_open else (PAUSED, "outside the scheduled hours"))


def test_a_session_over_midnight_belongs_to_the_day_it_began():
    over = schedule(wednesday=[{"open_time": "18:00", "close_time": "02:00"}], thursday=[])
    assert over.verdict(at("2026-11-26T06:59:00")) == OPEN
    assert over.verdict(at("2026-11-26T07:00:00"))[0] is PAUSED


def test_maintenance():
    window = {"start_datetime": "2026-11-24T06:00:00Z", "end_datetime": "2026-11-24T07:00:00Z"}
    plan = schedule([window])
    assert plan.verdict(at("2026-11-24T05:59:59")) == OPEN
    assert plan.verdict(at("2026-11-24T06:00:00")) == (PAUSED, "scheduled maintenance")
    assert plan.verdict(at("2026-11-24T07:00:00")) == OPEN


def test_without_hours_trading_is_always_planned():
    assert decode_schedule(b'{"schedule":{}}').verdict(at("2026-11-26T08:30:00")) == OPEN


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"schedule":[]}',
        json.dumps(
            {
                "schedule": {
                    "standard_hours": [
                        {
                            "start_time": "2026-01-01T00:00:00Z",
                            "end_time": "2027-01-01T00:00:00Z",
                            "monday": [{"open_time": "soon", "close_time": "late"}],
                        }
                    ]
                }
            }
        ).encode(),
    ],
)
def test_unreadable_schedule(body: bytes):
    with pytest.raises(UnreadableError, match=r"^kalshi: exchange schedule cannot be read: "):
        decode_schedule(body)
