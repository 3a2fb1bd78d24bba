"""The tables of known fields: what a typed reader covers, what is named, what is left over."""

from typing import Any

import pytest
from msgspec import Raw, Struct, field

from underround.venues.kalshi import fields as kalshi
from underround.venues.polymarket import fields as polymarket
from underround.venues.wire_fields import known_fields, paths_of


class Level(Struct):
    price: str


class Read(Struct):
    name: str = field(name="wireName")
    levels: list[Level] | None = None
    inner: Level | None = None
    rows: list[Raw] = []
    anything: Any = None
    pair: tuple[str, float] = ("", 0.0)


KNOWN = known_fields(
    (Read, "envelope"), (("not for us", "noise inner.noise"), ("too much", "levels[].more"))
)


@pytest.mark.parametrize(
    ("message", "unknown"),
    [
        ({}, []),
        ({"wireName": "a", "levels": [{"price": "1"}], "envelope": 1, "pair": ["a", 1]}, []),
        ({"name": "a"}, ["name"]),
        ({"levels": [{"price": "1"}, {"size": 1}]}, ["levels[].size"]),
        ({"inner": {"price": "1", "noise": 2, "signal": 3}}, ["inner.signal"]),
        ({"noise": {"deep": [{"down": 1}]}}, []),
        ({"levels": [{"more": {"x": 1}}]}, []),
        ({"rows": [{"whatever": {"x": 1}}], "anything": {"y": [1]}}, []),
        ({"noisy": 1}, ["noisy"]),
    ],
)
def test_unknown(message: dict, unknown: list[str]):
    assert KNOWN.unknown(message) == unknown


def test_paths():
    message = {"a": 1, "b": {"c": [{"d": 1}, {"d": 2}, 3]}, "e": [[{"f": 1}]]}
    assert sorted(set(paths_of(message))) == ["a", "b", "b.c", "b.c[].d", "e", "e[][].f"]


@pytest.mark.parametrize("table", [polymarket, kalshi])
def test_nothing_is_both_read_and_not_needed(table):
    tables = [*table.KNOWN.values(), *(x for x in vars(table).values() if type(x) is type(KNOWN))]
    assert len(tables) > 5
    for known in tables:
        assert known.read & known.not_needed.keys() == set()


def test_unknown_kinds_and_fields_are_named():
    book = {"event_type": "book", "asset_id": "1", "depth": 5}
    assert polymarket.unknown_fields([book, book]) == ["book: depth"]
    assert polymarket.unknown_fields({"event_type": "crash"}) == [
        "'crash': a kind of message that is not read"
    ]
    assert kalshi.unknown_fields({"type": "ticker", "sid": 1, "msg": {"theta": 1}}) == [
        "ticker: msg.theta"
    ]
    assert kalshi.unknown_fields({"type": "fill", "msg": {}}) == [
        "'fill': a kind of message that is not read"
    ]
    assert polymarket.unknown_fields(7) == kalshi.unknown_fields([]) == []
