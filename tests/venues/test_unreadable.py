"""What is said of frames that no codec can read: their words, their subject, a sample."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.event import FrameRejected
from underround.venues.unreadable import (
    NotJsonError,
    described,
    is_remark,
    loosely,
    no_json,
    sample,
)


@pytest.mark.parametrize("frame", [b"", b" \n", b"INVALID OPERATION", b"PONG", b"slow (9)!"])
def test_a_remark(frame: bytes):
    assert is_remark(frame)


@pytest.mark.parametrize(
    "frame", [b"{", b'{"a":1}', b"[", b"<html>", b"17", b"\x00", b"a\nb", b"x" * 65, "é".encode()]
)
def test_no_remark(frame: bytes):
    assert not is_remark(frame)


def test_a_remark_hurts_no_book_and_a_wreck_may_hurt_any():
    assert no_json("kalshi", b"PONG") == FrameRejected("kalshi remark", "PONG", ())
    assert no_json("kalshi", b"{") == FrameRejected("unreadable kalshi frame", "{", None)


def test_json_is_read_as_loosely_as_anybody_writes_it():
    found = loosely(b'{"a": NaN, "b": 1e999, "c": -Infinity, "a": 1}')
    assert found == {"a": 1, "b": math.inf, "c": -math.inf}


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 10_000, b"{}{}"])
def test_what_is_not_json(text: bytes):
    with pytest.raises(NotJsonError):
        loosely(text)


@given(st.binary(max_size=400))
def test_a_sample_is_short_text_whatever_the_bytes(frame: bytes):
    assert len(sample(frame)) <= 160
    assert len(sample(frame).splitlines()) <= 1
    assert described(ValueError("x"), frame) == f"x in {sample(frame)}"


def test_a_price_not_in_the_table_is_named():
    assert described(KeyError("2.5"), b"{}") == "price '2.5' unknown in {}"
