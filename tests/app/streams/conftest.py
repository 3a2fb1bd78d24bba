"""Venues for the tests of the streams, and no configuration but the test's own."""

import logging
from pathlib import Path

import pytest

from underround.app.pairs.file import load_pairs
from underround.simulation.venues import SimulatedVenues


@pytest.fixture(autouse=True)
def _nobody_s_configuration(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.INFO, "underround")


@pytest.fixture
async def venues():
    """Give two quiet venues with four pairs; the third pair is inverse."""
    async with SimulatedVenues(7, pairs=4) as venues:
        yield venues


@pytest.fixture
def pairs(venues):
    """Give the entries of the venues' own pairs file."""
    entries, problems = load_pairs(Path(venues.addresses["pairs_toml"]))
    assert problems == []
    return entries
