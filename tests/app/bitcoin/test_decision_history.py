"""Replayed decisions: what is known at a moment, and nothing that comes after it."""

import gzip
import random

import pytest

from tests.recordings import recording
from underround.app.bitcoin.calibration import score
from underround.app.bitcoin.decision_history import Replay, replayed_decisions
from underround.app.bitcoin.strike_history import WINDOW_NS, Window, parse_prices, parse_windows
from underround.core.windows.settlement import FIFTEEN_MINUTES
from underround.core.windows.spot_units import parse_e8

START_S = 1_778_500_800
SECOND_NS = 10**9


def made(bias=0.0, seed=6, minutes=60):
    """Make a second-by-second walk and the windows that an exact index of it would settle."""
    dice = random.Random(seed)
    index, price = {}, 80_000.0
    for second in range(START_S - 1_800, START_S + minutes * 60):
        price += dice.gauss(0, 4)
        index[second] = round(price, 2)
    windows = []
    for number in range(1, minutes // 15 + 1):
        close_s = START_S + number * 900
        strike, value = (
            parse_e8(round(sum(index[end - n] for n in range(1, 61)) / 60 + 1e-9, 2))
            for end in (close_s - 900, close_s)
        )
        windows.append(Window(f"W{number}", close_s * SECOND_NS, strike, value))
    return {second: price + bias for second, price in index.items()}, windows


def test_late_decisions_are_nearly_always_right():
    prices, windows = made()
    decisions = replayed_decisions(prices, windows, FIFTEEN_MINUTES, Replay(proxy_sd_bp=0.0))
    late = [each for each in decisions if each.close_at_ns - each.at_ns <= 15 * SECOND_NS]
    assert len(late) == len(windows) == 4
    assert all((each.p_model > 0.5) == each.outcome for each in late)
    assert len(decisions) == 4 * 13


def test_a_constant_bias_of_the_proxy_is_anchored_away():
    plain = replayed_decisions(*made(), FIFTEEN_MINUTES)
    biased = replayed_decisions(*made(bias=-40.0), FIFTEEN_MINUTES)
    assert [each.p_model for each in biased] == pytest.approx(
        [each.p_model for each in plain], abs=2e-3
    )


def test_what_comes_later_changes_nothing_said_before():
    prices, windows = made()
    cut_s = START_S + 2 * 900 + 300
    changed = {s: p if s <= cut_s else p * 1.5 for s, p in prices.items()}
    before = [
        [
            each.p_model
            for each in replayed_decisions(series, windows, FIFTEEN_MINUTES)
            if each.at_ns <= cut_s * SECOND_NS
        ]
        for series in (prices, changed)
    ]
    assert before[0] == before[1] != []


def test_windows_without_strike_outcome_or_opening_are_left_out():
    prices, windows = made()
    first, second, third, fourth = windows
    known = [
        Window("a", first.close_at_ns, None, first.value_e8),
        Window("b", second.close_at_ns, second.strike_e8, None),
        Window("d", fourth.close_at_ns, fourth.strike_e8, None),
    ]
    assert replayed_decisions(prices, known, FIFTEEN_MINUTES) == []
    chained = [*known[:2], third]
    found = replayed_decisions(prices, chained, FIFTEEN_MINUTES)
    assert {each.close_at_ns for each in found} == {second.close_at_ns, third.close_at_ns}
    assert all(each.opened_at_ns == each.close_at_ns - WINDOW_NS for each in found)


@pytest.mark.shared
def test_the_closed_form_beats_a_coin_on_the_recorded_windows():
    packed = recording("btc/coinbase_btcusd_1s_last_first_half.csv.gz").read_bytes()
    strikes = recording("btc/kalshi_KXBTC15M_strikes_2026-05-11_14.csv").read_text()
    decisions = replayed_decisions(
        parse_prices(gzip.decompress(packed).decode()), parse_windows(strikes), FIFTEEN_MINUTES
    )
    found = score([each.p_model for each in decisions], decisions)
    assert found.windows == 25
    assert found.brier < 0.1
