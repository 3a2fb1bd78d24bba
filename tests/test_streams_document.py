"""Every Python block of the document on streams, run as it stands against simulated venues."""

import asyncio
import re

import httpx
import pytest

from tests.app.streams.watched import offered
from tests.app.venue_thread import environment, venues_in_a_thread
from tests.house_style import ROOT

TEXT = (ROOT / "docs/how-to/streams.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def run(number: int) -> dict:
    """Run a block as a program of its own; return its names."""
    space = {"__name__": "__main__"}
    exec(compile(BLOCKS[number], f"block {number}", "exec"), space)
    return space


def name_as_the_document(venues) -> None:
    venues.pairs[0].polymarket.gamma_id = "12345"
    venues.pairs[1].polymarket.slug = "will-the-fed-hold-rates"


@pytest.fixture
def venues(monkeypatch, tmp_path, redis_url):
    with venues_in_a_thread(name_as_the_document, pairs=4) as venues:
        (tmp_path / "pairs.toml").symlink_to(venues.addresses["pairs_toml"])
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        for name, setting in environment(venues, redis_url).items():
            monkeypatch.setenv(name, setting)
        monkeypatch.delenv("UNDERROUND__PAIRS")
        yield venues


def test_there_are_four_blocks():
    assert len(BLOCKS) == 4


def test_a_stream_into_the_cache(venues, capsys):
    run(0)
    yes, no = offered(venues.pairs[0].polymarket)
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"YES {yes} NO {no} at \d+\.\d+", lines[0])
    assert lines[1].startswith("{'status': 'connected', 'total_cached': ")


def test_both_venues_and_their_signals(venues, capsys):
    pair = venues.pairs[1]
    asked_e4 = pair.polymarket.book.top()[1]
    venues.exchange.kalshi = None  # its books change before anybody listens
    for price_e4 in [price for price in pair.kalshi.book.asks if price <= asked_e4 + 1_000]:
        pair.kalshi.book.apply([("ask", price_e4, 0)])
    pair.kalshi.book.apply([("bid", asked_e4 + 1_000, 9_000_000)])
    run(1)
    cost = f"{0.9:g}"
    line = f"{pair.id}: YES on polymarket and NO on kalshi for {cost} dollars"
    assert line in capsys.readouterr().out.splitlines()


def test_a_web_application(venues):
    app = run(2)["app"]
    market = venues.pairs[2].polymarket

    async def ask() -> list[float]:
        async with (
            app.router.lifespan_context(app) as state,
            httpx.AsyncClient(
                transport=httpx.ASGITransport(_with(state, app)), base_url="http://app"
            ) as web,
        ):
            while (answer := (await web.get(f"/price/{market.condition_id}")).json()) is None:
                pass
            return answer

    assert tuple(asyncio.run(ask())[:2]) == offered(market)


def _with(state: dict, app):
    """Give requests the lifespan's state, as a server does."""

    async def served(scope, receive, send):
        await app({**scope, "state": dict(state)}, receive, send)

    return served


def test_streams_without_a_web_application(venues, capsys):
    run(3)
    lines = capsys.readouterr().out.splitlines()
    ranked = sorted(venues.pairs, key=lambda pair: pair.polymarket.volume_24h, reverse=True)
    assert lines[0] == str([pair.polymarket.condition_id for pair in ranked[:3]])
    assert lines[1].startswith("{'connected': True, 'messages_processed': ")
    assert re.fullmatch(r"\d+ signals", lines[2])
