"""What is doubtful is priced with its doubt, or opens nothing: old values, odd strikes and more."""

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
    spot_book,
)
from underround.core.units import NS_PER_SECOND
from underround.core.windows.pricing_effect import WindowsPriced
from underround.core.windows.reference_event import SpotReceived, StrikeTold, WindowListed
from underround.core.windows.settlement import Comparison
from underround.core.windows.spot_event import Asset, Exchange
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.value_strategy import value_strategy
from underround.core.windows.window import Oracle, Window


def test_the_official_value_alone_opens_nothing():
    world = World()
    window = a_window()
    world.watch(window)
    world.quote(window, window.yes, 1_000, 1_200)
    for price in STEADY:
        world.tick(1_000)
        world.official(world.now_ns, price)
    assert opened(world) == []


def test_an_official_value_stamped_long_ago_is_none_however_fresh_it_came():
    world = a_world()
    world.official(world.now_ns - 6 * NS_PER_SECOND, 99.5)
    desk = world.desk.index(Asset.BTC)
    assert not desk.has_official(world.now_ns)
    world.official(world.now_ns, 99.5)
    assert desk.has_official(world.now_ns)
    assert not desk.has_official(world.now_ns + 6 * NS_PER_SECOND)


def test_a_market_that_stands_still_is_not_believed_to_stay_so():
    world = World()
    window = a_window(strike=100.0005)
    world.watch(window)
    world.quote(window, window.yes, 100, 200)
    world.live([100.0] * 5)
    view = world.all(WindowsPriced)[-1].view
    assert view.sigma == pytest.approx(100.0 * QUICK.least_sigma_bp / 10_000)


def test_a_strike_told_keeps_the_catalog_s_rounding():
    world = World()
    finer = replace(a_window().terms, round_digits=4)
    world.watch(a_window(strike=None, terms=finer))
    usual, other = a_window().terms, replace(a_window().terms, comparison=Comparison.GREATER)
    world.give(StrikeTold("KXBTC15M-A", 100 * ONE_E8, world.now_ns, usual))
    assert world.desk.windows["KXBTC15M-A"].terms == finer
    world.give(StrikeTold("KXBTC15M-A", 100 * ONE_E8, world.now_ns, other))
    assert world.desk.windows["KXBTC15M-A"].terms == other


@pytest.mark.parametrize("strike", [40.0, 250.0])
def test_a_strike_that_cannot_be_one_is_not_priced(strike):
    world = a_world(a_window(strike=strike))
    assert world.all(WindowsPriced)[-1].view.windows[0].blocked == (
        "the strike cannot be this window's"
    )
    assert opened(world) == []


def test_a_close_that_was_moved_has_other_prints():
    world = a_world()
    stamp_ns = START_NS + 9 * NS_PER_SECOND
    world.official(stamp_ns, 100.0)
    moved = a_window(close_at_ns=START_NS + 12 * NS_PER_SECOND)
    world.give(WindowListed(moved, world.now_ns))
    for second in range(6, 12):
        world.official(START_NS + second * NS_PER_SECOND, 101.0)
    value_e8, is_official = world.desk.prints[moved.id].settled(moved.terms, 0)
    assert (value_e8, is_official) == (101 * ONE_E8, True)


def test_a_quote_that_is_only_asked_for_makes_less_sure():
    world = a_world()
    shown = world.all(WindowsPriced)[-1].view
    window = shown.windows[0]
    slow = replace(window, yes=replace(window.yes, is_slow=True))
    strategy = value_strategy(QUICK)
    [idea] = strategy(shown)
    [careful] = strategy(replace(shown, windows=(slow,)))
    assert (careful.edge, careful.outcome) == (idea.edge, idea.outcome)
    assert careful.confidence < idea.confidence


def test_a_tether_s_price_is_learnt_at_one_open_and_used_for_all_windows_in_it():
    world = a_world()
    hour = replace(a_polymarket_window(strike=101.0), oracle=Oracle.BINANCE, opens_at_ns=START_NS)
    day = replace(hour, id="day", oracle=Oracle.BINANCE_MINUTE, strike_e8=99 * ONE_E8)
    world.official(START_NS, 100.4)
    world.give(WindowListed(day, world.now_ns))
    assert world.desk.offset_of(day) is None
    world.give(WindowListed(hour, world.now_ns))
    assert world.desk.offset_of(hour) == world.desk.offset_of(day) == pytest.approx(0.6)


@pytest.mark.parametrize("seconds", [-3, 3])
def test_on_a_clock_that_is_off_nothing_is_priced(seconds):
    world = a_world()
    assert opened(world)
    for _ in range(5):
        events = [
            replace(
                spot_book(100.5, world.now_ns, name),
                exchange_at_ns=world.now_ns - seconds * NS_PER_SECOND,
            )
            for name in Exchange
        ]
        world.give(SpotReceived(Asset.BTC, world.now_ns, events))
        world.tick()
    assert world.all(WindowsPriced)[-1].view.windows[0].blocked == "this machine's clock is off"
    assert [signal.reason for signal in closed(world)] == ["this machine's clock is off"]


def test_one_exchange_s_clock_is_not_this_machine_s():
    world = a_world()
    off = replace(spot_book(100.5, world.now_ns), exchange_at_ns=world.now_ns - 3 * NS_PER_SECOND)
    world.give(SpotReceived(Asset.BTC, world.now_ns, [off]))
    world.tick()
    assert not world.desk.index(Asset.BTC).is_clock_off


def struck(strike, **facts) -> tuple[World, Window]:
    """Return a world that lived through the minute before a window's open, at 100."""
    world = World()
    opens_at_ns = START_NS + 8 * NS_PER_SECOND
    window = a_window(
        strike=None, opens_at_ns=opens_at_ns, close_at_ns=opens_at_ns + 15 * NS_PER_SECOND, **facts
    )
    world.watch(window)
    world.live([100.0] * 9)
    world.give(StrikeTold(window.id, round(strike * ONE_E8), world.now_ns))
    world.quote(window, window.yes, 4_000, 4_200)
    world.live([100.0])
    return world, window


def test_a_strike_at_the_open_tells_our_bias_where_nothing_else_does():
    world, window = struck(100.1)
    reference = world.desk.index(Asset.BTC).reference(world.now_ns)
    assert reference.spot - reference.bias == pytest.approx(100.1)
    shown = world.all(WindowsPriced)[-1].view.windows[0]
    assert shown.fair.mean == pytest.approx(100.1)
    corrected = replace(world.desk.windows[window.id], strike_e8=round(99.9 * ONE_E8))
    world.give(WindowListed(corrected, world.now_ns))
    assert world.desk.offset_of(window) == pytest.approx(-0.2)


def test_a_strike_fixed_beforehand_tells_nothing_of_the_index():
    ladder = replace(a_window().terms, comparison=Comparison.GREATER)
    world, window = struck(100.1, terms=ladder)
    assert world.desk.index(Asset.BTC).bias == 0.0
    assert world.desk.offset_of(window) is None


def test_a_strike_that_our_index_never_saw_is_not_priced():
    world, _ = struck(100.3)  # 30 basis points off the mean before the open
    assert world.all(WindowsPriced)[-1].view.windows[0].blocked == (
        "the strike cannot be this window's"
    )
    assert world.desk.index(Asset.BTC).bias == 0.0


def test_official_values_tell_the_bias_better_than_a_strike():
    world, _ = struck(100.1)
    desk = world.desk.index(Asset.BTC)
    assert desk.bias == pytest.approx(-0.1)
    for _ in range(12):
        world.live([100.0])
        world.official(world.now_ns - world.now_ns % NS_PER_SECOND, 100.05)
    assert desk.bias == pytest.approx(-0.05)
