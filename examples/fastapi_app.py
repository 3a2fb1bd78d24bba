"""A FastAPI application on live prices: `uvicorn examples.fastapi_app:app`, then /docs.

The lifespan streams Polymarket's busiest markets and both sides of every pair while the
application runs, and hands on each signal. Needs FastAPI and uvicorn, and a Redis or
UNDERROUND__STORAGE__REDIS_URL=memory://. It only looks; a signal knows neither sizes nor fees.
"""

from collections import deque
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from underround.scheduler import lifespan_with

latest: deque[dict[str, Any]] = deque(maxlen=100)


def on_signal(signal: dict[str, Any]) -> None:
    """Keep a signal; a coroutine function is awaited, and what it raises is logged."""
    latest.append(signal)


app = FastAPI(title="prices", lifespan=lifespan_with(on_signal, limit=20, check_every_s=1.0))


@app.get("/prices/{platform}/{market}")
async def price(request: Request, platform: str, market: str) -> dict[str, float]:
    """Return what a platform asks for YES and NO of a market, in dollars."""
    found = await request.state.price_cache.get_price(market, platform)
    if found is None:
        raise HTTPException(404, f"nobody offers {market} on {platform} now")
    price_yes, price_no, timestamp = found
    return {"yes": price_yes, "no": price_no, "at": timestamp}


@app.get("/signals")
async def signals() -> list[dict[str, Any]]:
    """Return the latest signals, the newest last."""
    return list(latest)


@app.get("/health")
async def health(request: Request) -> dict[str, Any]:
    """Return how cache and stream are."""
    return {
        "cache": await request.state.price_cache.get_stats(),
        "stream": await request.state.poly_stream.get_stats(),
    }
