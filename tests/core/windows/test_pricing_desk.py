"""The desk attached to an engine: prints, values, signals, endings; and none without an index."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.core.windows.days import (
    QUICK,
    START_NS,
    STEADY,
    World,
    a_polymarket_window,
    a_window,
    a_world,
    closed,
    opened,
)
from underround.core.effect import Noted
from underround.core.instrument import Outcome
from underround.core.units import NS_PER_SECOND
from underround.core.windows.index import IndexQuality
from underround.core.windows.index_exclusions import RefusalReason
from underround.core.windows.pricing_effect import (
    IndexTicked,
    OfficialCompared,
    ValueRaised,
    WindowEnded,
    WindowsPriced,
)
from underround.core.windows.reference_event import (
    SpotReceived,
    StrikeTold,
    WindowResolved,
)
from underround.core.windows.spot_event import Asset, Exchange, SpotFault, SpotFaultKind
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.value_signal import Grade
from underround.core.windows.view import Idea


def test_the_index_comes_five_times_a_second_and_once_as_a_print():
    world = a_world()
    ticks = [effect.tick for effect in world.all(IndexTicked)]
    assert len(ticks) == 25
    assert sum(tick.is_print for tick in ticks) == 5
    assert ticks[-1].value.quality is IndexQuality.FULL


def test_a_cheap_outcome_is_a_signal_after_fees():
    [signal] = opened(a_world())
    chance = signal.chance
    assert (chance.source, chance.grade) == ("fair value", Grade.ESTIMATE)
    [leg] = chance.legs
    assert (leg.outcome, leg.price_e4, leg.size_e6) == (Outcome.YES, 4_200, 50_000_000)
    assert leg.cost_e6 == 420_000 + 17_052  # 0.07 · 0.42 · 0.58
    assert chance.edge == pytest.approx(1 - chance.loss_probability - 0.437052)
    assert chance.confidence >= QUICK.least_confidence


def test_a_fair_quote_is_none():
    world = World()
    world.watch(a_window(strike=100.45))
    world.quote(a_window(), "KXBTC15M-A", 3_000, 7_000)
    world.live(STEADY)
    assert opened(world) == []
    [view] = [e.view for e in world.all(WindowsPriced)][-1:]
    assert view.windows[0].fair is not None


def test_without_a_strike_there_is_no_value_until_the_venue_tells_it():
    world = World()
    window = a_window(strike=None)
    world.watch(window)
    world.quote(window, window.yes, 4_000, 4_200)
    world.live(STEADY)
    assert world.all(WindowsPriced)[-1].view.windows[0].blocked == "no strike yet"
    assert opened(world) == []
    world.give(StrikeTold(window.id, 100 * ONE_E8, world.now_ns))
    world.tick()
    assert len(opened(world)) == 1


def test_a_listing_without_strike_does_not_forget_it():
    world = a_world()
    world.watch(a_window(strike=None))
    world.quote(a_window(), "KXBTC15M-A", 4_000, 4_200)
    world.tick()
    assert world.all(WindowsPriced)[-1].view.windows[0].fair is not None


def test_with_the_index_gone_every_signal_closes_and_none_opens():
    world = a_world()
    for name in Exchange:
        lost = SpotFault(name, SpotFaultKind.LOST, "gone", world.now_ns)
        world.give(SpotReceived(Asset.BTC, world.now_ns, [lost]))
    world.tick()
    last = world.all(IndexTicked)[-1].tick.value
    assert (last.index, last.quality) == (None, IndexQuality.NONE)
    assert [signal.reason for signal in closed(world)] == ["no index"]
    for _ in range(10):
        world.tick()
    assert len(opened(world)) == 1


@pytest.mark.parametrize("left", [7, 6, 4, 3, 1])
def test_each_constituent_lost_is_named_and_quality_falls(left):
    world = a_world()
    gone = list(Exchange)[left:]
    faults = [SpotFault(name, SpotFaultKind.LOST, "down", world.now_ns) for name in gone]
    world.give(SpotReceived(Asset.BTC, world.now_ns, faults))
    world.tick()
    value = world.all(IndexTicked)[-1].tick.value
    assert set(value.refused) == set(gone)
    assert {refusal.reason for refusal in value.refused.values()} == {RefusalReason.SUSPECT}
    expected = IndexQuality.REDUCED if left >= 4 else IndexQuality.THIN
    assert value.quality is expected
    # a thin index may be looked at, and carries no signal
    assert bool(closed(world)) == (expected is IndexQuality.THIN)


def test_official_values_are_compared_and_correct_the_proxy():
    world = a_world(settings=replace(QUICK, official_within_ns=3 * NS_PER_SECOND))
    for _ in range(12):
        world.live([100.5])
        stamp_ns = world.now_ns - world.now_ns % NS_PER_SECOND
        world.official(stamp_ns, 99.5)
    compared = [effect.compared for effect in world.all(OfficialCompared)]
    assert len(compared) == 12
    assert {round(each.difference, 6) for each in compared} == {1.0}
    view = world.all(WindowsPriced)[-1].view
    assert view.official == 99.5
    assert view.windows == ()  # its window is over
    reference = world.desk.index(Asset.BTC).reference(world.now_ns)
    assert reference.spot - reference.bias == pytest.approx(99.5)


def test_the_official_value_alone_still_prices():
    world = World()
    window = a_window()
    world.watch(window)
    world.quote(window, window.yes, 4_000, 4_200)
    for price in (100.5, 100.4, 100.6, 100.5, 100.4):
        world.tick(1_000)
        world.official(world.now_ns, price)
    world.tick()
    shown = world.all(WindowsPriced)[-1].view.windows[0]
    assert shown.fair is not None
    assert shown.fair.p_yes > 0.5


def ended(official: list[float], resolved_yes: bool) -> WindowEnded:
    world = a_world()
    for place, price in enumerate(official):
        world.official(START_NS + (9 + place) * NS_PER_SECOND, price)
    world.now_ns = START_NS + 16 * NS_PER_SECOND
    world.give(WindowResolved("KXBTC15M-A", resolved_yes, 100 * ONE_E8, world.now_ns))
    [effect] = world.all(WindowEnded)
    assert "KXBTC15M-A" not in world.desk.windows
    return effect


def test_a_window_ends_with_our_settlement_beside_the_venue_s():
    effect = ended([100.0] * 6, resolved_yes=True)
    assert (effect.value_e8, effect.said_yes, effect.is_wrong) == (100 * ONE_E8, True, False)
    assert effect.is_official
    assert ended([99.98] * 6, resolved_yes=True).is_wrong is True
    assert ended([100.0] * 5, resolved_yes=True).is_wrong is None


def test_a_window_that_closes_unresolved_closes_its_signals():
    world = a_world()
    for _ in range(11):
        world.quote(a_window(), "KXBTC15M-A", 4_000, 4_200)
        world.live([100.5])
    assert [signal.reason for signal in closed(world)] == ["closed"]


def test_a_book_that_falls_silent_closes_its_signals():
    world = a_world()
    world.live([100.5] * 9)
    assert [signal.reason for signal in closed(world)] == ["no quote"]


def test_a_plug_in_s_ideas_become_signals_of_its_name():
    def contrarian(view):
        for each in view.windows:
            if each.no is not None:
                yield Idea(window=each.window.id, outcome=Outcome.NO, edge=0.1, confidence=0.99)
        yield Idea(window="unknown", outcome=Outcome.NO, edge=0.1, confidence=0.99)

    world = a_world(strategies={"contrarian": contrarian})
    mine = [signal for signal in opened(world) if signal.chance.source == "contrarian"]
    assert [(s.chance.subject, s.chance.legs[0].outcome) for s in mine] == [
        ("KXBTC15M-A", Outcome.NO)
    ]


def test_a_plug_in_that_fails_is_named_and_off_while_the_rest_goes_on():
    def broken(view):
        raise RuntimeError("no")

    world = a_world(strategies={"broken": broken})
    [note] = world.all(Noted)
    assert note.kind == "strategy broken failed and is off"
    assert len(opened(world)) == 1


def test_a_pair_of_windows_is_priced_with_its_basis_risk():
    world = World()
    kalshi, polymarket = a_window(), a_polymarket_window()
    for window in (kalshi, polymarket):
        world.watch(window)
    world.quote(kalshi, kalshi.yes, 8_000, 8_200)
    world.quote(polymarket, "up", 7_000, 7_200)
    world.quote(polymarket, "down", 2_800, 3_000)
    world.live(STEADY)
    [signal] = [each for each in opened(world) if each.chance.source == "pair"]
    chance = signal.chance
    assert chance.grade is Grade.BASIS_RISK
    assert [(leg.instrument, leg.outcome) for leg in chance.legs] == [
        ("up", Outcome.YES),
        ("KXBTC15M-A", Outcome.NO),
    ]
    assert 0 < chance.loss_probability < QUICK.most_basis_risk
    assert chance.confidence == pytest.approx(1 - chance.loss_probability)


def test_without_the_other_oracle_s_strike_there_is_no_pair():
    world = World()
    kalshi, polymarket = a_window(), a_polymarket_window(strike=None)
    for window in (kalshi, polymarket):
        world.watch(window)
    world.quote(kalshi, kalshi.yes, 8_000, 8_200)
    world.quote(polymarket, "up", 7_000, 7_200)
    world.live(STEADY)
    assert [each for each in opened(world) if each.chance.source == "pair"] == []


def test_the_same_inputs_tell_the_same_byte_for_byte():
    told = [msgspec.json.encode([e.signal for e in a_world().all(ValueRaised)]) for _ in range(2)]
    assert told[0] == told[1]
    assert told[0] != b"[]"


def test_values_within_the_second_lead_but_are_no_prints():
    world = a_world()
    window = a_window()
    for place in range(6):
        stamp_ns = START_NS + (9 + place) * NS_PER_SECOND
        world.official(stamp_ns, 90.0, is_fast=True)
    assert world.desk.prints[window.id].settled(window.terms, 0) is None
    assert world.all(OfficialCompared) == []
    assert world.desk.index(Asset.BTC).official.value_e8 == 90 * ONE_E8


def test_a_print_that_arrives_after_a_later_value_still_counts():
    world = a_world()
    stamp_ns = world.now_ns - world.now_ns % NS_PER_SECOND
    world.official(stamp_ns + NS_PER_SECOND // 5, 100.7, is_fast=True)
    world.official(stamp_ns, 100.3)
    assert len(world.all(OfficialCompared)) == 1
    assert world.desk.index(Asset.BTC).official.value_e8 == 10_070_000_000
