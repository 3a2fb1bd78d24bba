"""The FastAPI example over simulated venues: its lifespan streams, its routes answer."""

import asyncio
import runpy

import httpx
import pytest

from tests.app.streams.watched import offered
from tests.app.venue_thread import environment, venues_in_a_thread
from tests.house_style import ROOT


@pytest.fixture
def venues(monkeypatch, tmp_path):
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    with venues_in_a_thread(pairs=3) as venues:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        for name, setting in environment(venues, "memory://").items():
            monkeypatch.setenv(name, setting)
        yield venues


async def ask(app, market: str) -> tuple[dict, dict, list, int]:
    """Ask every route while the application runs, the price until it is there."""
    async with app.router.lifespan_context(app) as state:

        async def served(scope, receive, send):
            await app({**scope, "state": dict(state)}, receive, send)

        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as web:
            while (price := await web.get(f"/prices/polymarket/{market}")).status_code == 404:
                pass
            unknown = await web.get("/prices/polymarket/nobody-knows-it")
            health, signals = await web.get("/health"), await web.get("/signals")
            return price.json(), health.json(), signals.json(), unknown.status_code


def test_prices_health_and_signals_are_served(venues):
    example = runpy.run_path(str(ROOT / "examples/fastapi_app.py"))
    market = venues.pairs[0].polymarket
    price, health, signals, unknown = asyncio.run(ask(example["app"], market.condition_id))
    assert (price["yes"], price["no"]) == offered(market)
    assert health["cache"]["status"] == "connected"
    assert health["stream"]["connected"] is True
    assert signals == list(example["latest"])
    assert unknown == 404
