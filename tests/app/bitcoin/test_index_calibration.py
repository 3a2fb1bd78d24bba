"""Readings fitted to official values: the best is named, and advised only beyond chance."""

import random

import pytest

from underround.app.bitcoin.index_calibration import Calibration, name_of, readings
from underround.core.errors import UnderroundError
from underround.core.windows.index_parameters import IndexParameters

NAMES = [name for name, _ in readings(IndexParameters())]
IN_USE = name_of(IndexParameters())
OTHER = NAMES[-1]


def a_calibration(seconds, error_in_use, error_other=0.0) -> Calibration:
    """Return prints whose readings differ from the official value by an error and noise."""
    dice, calibration = random.Random(4), Calibration()
    calibration.in_use = IN_USE
    for second in range(seconds):
        noise = dice.gauss(0, 0.3)
        calibration.official[second] = 80_000.0
        calibration.prints[second] = dict.fromkeys(NAMES, 80_000.0 + 5.0)
        calibration.prints[second][IN_USE] = 80_000.0 + error_in_use + noise
        calibration.prints[second][OTHER] = 80_000.0 + error_other + dice.gauss(0, 0.3)
    return calibration


def test_there_are_sixteen_readings_and_one_is_in_use():
    assert len(set(NAMES)) == 16
    assert IN_USE in NAMES


def test_a_reading_that_is_clearly_nearer_is_distinct():
    best = a_calibration(600, error_in_use=2.0).fits()[0]
    assert (best.reading, best.is_distinct, best.is_in_use) == (OTHER, True, False)
    assert best.rms == pytest.approx(0.3, abs=0.05)


def test_a_reading_that_is_nearer_by_chance_is_not():
    fits = a_calibration(600, error_in_use=0.0).fits()
    assert {fits[0].reading, fits[1].reading} == {IN_USE, OTHER}
    assert not fits[0].is_distinct


def test_a_few_seconds_prove_nothing():
    best = a_calibration(200, error_in_use=2.0).fits()[0]
    assert (best.reading, best.is_distinct) == (OTHER, False)


def test_without_official_values_there_is_one_line():
    with pytest.raises(UnderroundError, match="record with a Kalshi key"):
        Calibration().fits()
