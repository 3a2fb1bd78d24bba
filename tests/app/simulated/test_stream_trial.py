"""The trial of the streams: figures where all is well, and words where something is not."""

import pytest

from tests.app.venue_thread import environment
from underround.app.simulated.stream_trial import try_streams
from underround.simulation.venues import SimulatedVenues


@pytest.fixture
async def venues(monkeypatch, redis_url, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    async with SimulatedVenues(7, pairs=4) as venues:
        for name, setting in environment(venues, redis_url).items():
            monkeypatch.setenv(name, setting)
        yield venues


async def test_the_figures_of_streams_that_work(venues, redis_client):
    figures = await try_streams(1.0, 2, None)
    assert figures["polymarket"]["connected"] is True
    assert figures["polymarket"]["messages_processed"] > 0
    assert figures["polymarket"]["subscribed_markets"] == 4  # two by volume, the rest by pairs
    assert figures["kalshi"]["subscribed_markets"] == 4
    assert figures["cache"]["status"] == "connected"
    assert figures["cache"]["kalshi_cached"] == 8
    assert figures["cache"]["polymarket_cached"] >= 8  # the condition id, the pair, any other name
    assert 0 < figures["update_ms"]["p50"] <= figures["update_ms"]["p99"]
    assert [problem for problem in figures["problems"] if "half of" not in problem] == []
    assert redis_client.keys("price:*trial*") == []


async def test_silence_is_a_problem_in_words(venues, monkeypatch):
    for pair in venues.pairs:
        pair.polymarket.accepting = False
    monkeypatch.setenv("UNDERROUND__PAIRS", "pairs.toml")
    figures = await try_streams(0.05, 2, "memory://")
    assert figures["problems"][0] == "no message came; do the subscribed markets still trade?"
    assert figures["kalshi"] is None
