"""The offset between a venue's clock and ours: learned from refusals that name a time."""

import pytest

from underround.venues.clock_offset import ClockOffset
from underround.venues.errors import RefusedError

NOW_MS = 1_795_301_100_000


def refusal(status: int, venue_ms: int | None) -> RefusedError:
    return RefusedError("kalshi", "refused", retryable=False, status=status, venue_ms=venue_ms)


@pytest.mark.parametrize(
    ("status", "venue_ms", "learned", "offset_ms"),
    [
        (401, NOW_MS + 90_000, True, 90_000),
        (401, NOW_MS - 90_000, True, -90_000),
        (401, NOW_MS + 1_500, False, 0),
        (401, None, False, 0),
        (403, NOW_MS + 90_000, False, 0),
        (503, NOW_MS + 90_000, False, 0),
    ],
)
def test_what_a_refusal_teaches(status, venue_ms, learned, offset_ms):
    offset = ClockOffset()
    assert offset.learn(refusal(status, venue_ms), NOW_MS) is learned
    assert offset.ms == offset_ms


def test_the_same_offset_again_mends_nothing():
    offset = ClockOffset()
    assert offset.learn(refusal(401, NOW_MS + 90_000), NOW_MS)
    assert not offset.learn(refusal(401, NOW_MS + 91_000), NOW_MS)
    assert offset.learn(refusal(401, NOW_MS), NOW_MS)
    assert offset.ms == 0
