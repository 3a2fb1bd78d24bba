"""Verdicts of the watchdog, tick by tick, without a clock."""

from hypothesis import given
from hypothesis import strategies as st

from underround.venues.watchdog import Patience, Verdict, Watchdog


def patience(**changes) -> Patience:
    values = {
        "tick_s": 0.5,
        "ping_every_s": 5.0,
        "pong_within_s": 5.0,
        "silence_s": 30.0,
        "first_data_s": 10.0,
    }
    return Patience(**{**values, **changes})


def test_a_dead_peer_is_noticed_within_twelve_seconds_whenever_it_dies():
    for answered_ticks in range(25):
        watchdog, frames, dead_ticks = Watchdog(patience(silence_s=None, first_data_s=None)), 0, 0
        for tick in range(200):
            alive = tick < answered_ticks
            verdict = watchdog.tick(frames, 0, expecting=True)
            if verdict is not None:
                break
            if watchdog.ping_due() and alive:
                frames += 1  # the pong
            dead_ticks += not alive
        assert verdict is Verdict.HALF_OPEN
        assert dead_ticks * 0.5 <= 12.0


def test_a_peer_that_answers_is_never_half_open_however_quiet():
    watchdog, frames = Watchdog(patience(silence_s=None, first_data_s=None)), 0
    for _ in range(10_000):
        assert watchdog.tick(frames, 0, expecting=True) is None
        frames += watchdog.ping_due()


def test_silence_counts_from_the_last_data():
    watchdog = Watchdog(patience(ping_every_s=1e9))
    verdicts = [watchdog.tick(n, min(n, 5), expecting=True) for n in range(1, 80)]
    assert verdicts.index(Verdict.SILENT) == 4 + 60


def test_the_first_data_has_its_own_limit():
    watchdog = Watchdog(patience(ping_every_s=1e9))
    verdicts = [watchdog.tick(n, 0, expecting=True) for n in range(1, 30)]
    assert verdicts.index(Verdict.NO_FIRST_DATA) == 19


@given(st.lists(st.integers(0, 3), max_size=300))
def test_a_connection_that_expects_nothing_is_never_blamed_for_silence(steps: list[int]):
    watchdog, frames = Watchdog(patience()), 0
    for step in steps:
        frames += step
        verdict = watchdog.tick(frames, 0, expecting=False)
        assert verdict in (None, Verdict.HALF_OPEN)


@given(st.lists(st.booleans(), max_size=300))
def test_data_within_the_limit_keeps_a_connection(flows: list[bool]):
    watchdog, frames = Watchdog(patience(silence_s=2.0, first_data_s=2.0)), 0
    gap = 0
    for flow in flows:
        gap = 0 if flow or gap >= 2 else gap + 1
        frames += gap == 0
        assert watchdog.tick(frames, frames, expecting=True) is None
        watchdog.ping_due()
