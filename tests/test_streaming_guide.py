"""The streaming guide's own blocks, run as written against simulated venues and a real Redis.

Nothing is patched but addresses, through the variables that the program documents; the markets
that the guide names exist at the simulated venues. Without the guide these tests are skipped.
"""

import ast
import asyncio
import inspect
import logging
import os
import re
import signal
import subprocess
import sys

import pytest

from tests.app.streams.watched import offered, shows
from tests.app.venue_thread import environment, venues_in_a_thread
from tests.house_style import ROOT
from underround.scheduler import get_top_markets_by_volume
from underround.stores.prices import decode_price

GUIDE = ROOT.parent / "shared" / "guides" / "websocket-streaming-guide.md"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not GUIDE.is_file(), reason="the streaming guide is not beside the checkout"
    ),
]

PLACEHOLDER = "redis://your-redis-host:6379"
URL, BASIC, SCHEDULER, CACHE, STREAM, LOGGING, HEALTH, DEBUG = range(8)


def block(number: int) -> str:
    """Return one of the guide's Python blocks, to the letter."""
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 8
    return blocks[number]


async def run_block(number: int, space: dict, *changes: tuple[str, str]) -> None:
    """Run a block in `space`, awaiting at the top where it does."""
    text = block(number)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    code = compile(text, f"block {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = eval(code, space)
    if inspect.iscoroutine(running):
        await running


def name_as_the_guide(venues) -> None:
    """Let the markets that the guide names be listed."""
    first, second, third, fourth = (pair.polymarket for pair in venues.pairs)
    first.gamma_id, second.gamma_id = "12345", "67890"
    third.slug, fourth.slug = "market_1", "market_2"


@pytest.fixture
def venues(monkeypatch, tmp_path, redis_url):
    with venues_in_a_thread(name_as_the_guide, pairs=4) as venues:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        for name, setting in environment(venues, redis_url).items():
            monkeypatch.setenv(name, setting)
        yield venues


async def test_a_cache_elsewhere(redis_url):
    space: dict = {}
    await run_block(URL, space, (PLACEHOLDER, redis_url))
    assert (await space["cache"].get_stats())["status"] == "connected"
    await space["cache"].close()


def test_the_basic_example_runs_until_it_is_interrupted(venues, tmp_path, redis_client):
    program = tmp_path / "basic.py"
    program.write_text(block(BASIC))
    with subprocess.Popen(
        [sys.executable, program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        for pair, name in zip(venues.pairs, ("12345", "67890"), strict=False):
            while (entry := redis_client.get(f"price:{{{name}}}:polymarket")) is None:
                assert running.poll() is None, running.stderr.read()
            price = decode_price(entry.encode())
            assert (price.yes_e4 / 1e4, price.no_e4 / 1e4) == offered(pair.polymarket)
        running.send_signal(signal.SIGINT)
        said = running.stderr.read().splitlines()
    assert said[0] == "⚠️ `...` stands for your own market ids; skipped"
    assert said[1] == "Traceback (most recent call last):"  # Python's own, of Ctrl+C
    assert said[-1] == "KeyboardInterrupt"
    assert [line for line in said if "never retrieved" in line or "destroyed" in line] == []


async def test_the_scheduler_s_functions(venues, caplog):
    caplog.set_level(logging.INFO)
    space = {
        "asyncio": asyncio,
        "logger": logging.getLogger("of the application"),
        "get_top_markets_by_volume": get_top_markets_by_volume,
    }
    await run_block(SCHEDULER, space)
    await space["init_realtime_streams"]()
    cache = space["price_cache"]
    for pair in venues.pairs:
        market = pair.polymarket
        await shows(cache, market.condition_id, "polymarket", offered(market))
    await cache.update_price(123, "polymarket", 0.4, 0.6)
    await cache.update_price(123, "kalshi", 0.45, 0.5)
    await space["check_arbitrage_signals"]()
    (line,) = [r.getMessage() for r in caplog.records if r.name == "of the application"]
    assert line.startswith("🚨 Arbitrage: {'market_id': 123, 'buy_yes': 'polymarket'")
    await space["check_arbitrage_signals"]()
    assert sum(record.name == "of the application" for record in caplog.records) == 1
    await space["poly_stream"].close()
    await cache.close()


async def test_the_reference_s_examples_one_after_the_other(venues, caplog, capsys):
    space: dict = {}
    exec("import asyncio\nfrom data_pipeline.streams import PriceCache, PolymarketStream", space)
    await run_block(LOGGING, space)
    caplog.set_level(logging.DEBUG)
    await run_block(CACHE, space)
    assert (space["price_yes"], space["price_no"]) == (0.65, 0.35)
    await run_block(STREAM, space)
    cache, stream = space["cache"], space["stream"]
    for pair, name in zip(venues.pairs[2:], ("market_1", "market_2"), strict=True):
        await shows(cache, name, "polymarket", offered(pair.polymarket))
    await run_block(HEALTH, space)
    await cache.update_price(123, "kalshi", 0.7, 0.3)
    await run_block(DEBUG, space)
    said = [record.getMessage() for record in caplog.records if record.name.startswith("under")]
    assert said[:4] == [
        "✅ Redis price cache connected",
        "✅ Connected to Polymarket WebSocket",
        "📡 Subscribed to 2 new markets",
        "🚨 ARBITRAGE: Market 123 | Spread: 5.00%",
    ]
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Cached: 1 markets"
    assert re.fullmatch(r"Messages: \d+", told[1])
    # Each market under the name it was asked for by, under its condition id, under its pair's.
    assert told[2:] == ["Polymarket: 7", "Kalshi: 1", "Spread: 5.0%"]
    await stream.close()
    await cache.close()
