"""The fingerprint of a run's signals: every field and the order count."""

import hashlib

import msgspec
from msgspec.structs import replace

from tests.core.desk import Desk, signals
from underround.app.recordings.digest import SignalDigest


def some_signals() -> list:
    desk = Desk()
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    desk.tick(20_000)
    return signals(desk.heard)


def digest(*given) -> tuple[int, str]:
    made = SignalDigest()
    for signal in given:
        made.add(signal)
    return made.count, made.hex


def test_it_is_the_sha256_of_the_signals_as_lines():
    lines = b"".join(msgspec.json.encode(signal) + b"\n" for signal in some_signals())
    assert digest(*some_signals()) == (2, hashlib.sha256(lines).hexdigest())
    assert digest() == (0, hashlib.sha256().hexdigest())


def test_any_difference_shows():
    opened, closed = some_signals()
    found = {
        digest(*given)
        for given in (
            [opened, closed],
            [closed, opened],
            [opened],
            [opened, closed, closed],
            [replace(opened, at_ns=opened.at_ns + 1), closed],
            [opened, replace(closed, reason="another")],
        )
    }
    assert len(found) == 6
