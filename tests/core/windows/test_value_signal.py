"""A chance's life: opened once, told again when it moves, closed with a reason."""

from msgspec.structs import replace

from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import SignalKind
from underround.core.windows.value_signal import Chance, Grade, ValueLeg, ValueSignals

LEG = ValueLeg(Venue.KALSHI, "K", Outcome.YES, 4_000, 416_800, 1_000_000)
CHANCE = Chance(
    source="s",
    subject="K",
    grade=Grade.ESTIMATE,
    legs=(LEG,),
    edge=0.05,
    confidence=0.95,
    loss_probability=0.5,
    reason="cheap",
)


def kinds(said) -> list[tuple[SignalKind, str]]:
    return [(signal.kind, signal.reason) for signal in said]


def test_a_chance_lives_once():
    signals = ValueSignals()
    assert kinds(signals.update("s/K/", [CHANCE], 1)) == [(SignalKind.OPENED, "cheap")]
    assert signals.update("s/K/", [CHANCE], 2) == []
    moved = replace(CHANCE, edge=0.07)
    assert kinds(signals.update("s/K/", [moved], 3)) == [(SignalKind.CHANGED, "cheap")]
    assert kinds(signals.update("s/K/", [], 4, "no index")) == [(SignalKind.CLOSED, "no index")]
    assert signals.update("s/K/", [], 5) == []


def test_its_moments_share_a_name_and_the_next_one_has_another():
    signals = ValueSignals()
    [opened] = signals.update("s/K/", [CHANCE], 1)
    [closed] = signals.update("s/K/", [], 2)
    [again] = signals.update("s/K/", [CHANCE], 3)
    assert opened.id == closed.id != again.id


def test_what_no_longer_opens_keeps_what_is_open_and_opens_nothing():
    signals = ValueSignals()
    thin = replace(CHANCE, opens=False, edge=0.045)
    assert signals.update("s/K/", [thin], 1) == []
    signals.update("s/K/", [CHANCE], 2)
    assert signals.update("s/K/", [thin], 3) == []


def test_another_scope_is_left_alone():
    signals = ValueSignals()
    signals.update("s/K/", [CHANCE], 1)
    assert signals.update("s/L/", [], 2) == []
    assert list(signals.open) == ["s/K/yes"]
