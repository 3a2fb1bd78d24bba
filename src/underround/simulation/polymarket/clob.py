"""The CLOB's public answers: books, prices, a market's terms, the time.

`engine` says what the matching engine is doing; orders are the business of `account_rest`. Reads
the markets, changes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4
from underround.simulation.book import Book
from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.announcements import token_top
from underround.simulation.polymarket.listing import Listing
from underround.simulation.polymarket.messages import price_text, rest_book, trade_price_text

_MOST_BOOKS: Final = 500
_PER_10_S: Final = {"/books": 500, "/book": 1_500, "/price": 1_500, "/midpoint": 1_500}


class Engine(Enum):
    """What the matching engine is doing; a restart ends in two minutes of post-only."""

    RUNNING = "running"
    RESTARTING = "restarting"
    POST_ONLY = "post-only"


class Clob:
    """The CLOB's application. Set from outside: `engine`, and books to show in place of the true
    ones by condition id (`shown`).
    """

    def __init__(self, listing: Listing, now_ns: Callable[[], int]) -> None:
        self.engine = Engine.RUNNING
        self.shown: dict[str, Book] = {}
        self._listing = listing
        self._now_ns = now_ns
        self._asked: dict[str, list[int]] = {}
        self.app = Starlette(
            routes=[
                Route("/book", self._book),
                Route("/books", self._books, methods=["POST"]),
                Route("/midpoint", self._midpoint),
                Route("/price", self._price),
                Route("/spread", self._spread),
                Route("/last-trade-price", self._last_trade_price),
                Route("/tick-size", self._tick_size),
                Route("/neg-risk", self._neg_risk),
                Route("/markets-by-token/{token_id}", self._market_by_token),
                Route("/clob-markets/{condition_id}", self._clob_market),
                Route("/time", self._time),
            ]
        )

    async def _calm(self, path: str) -> None:
        """Delay a request beyond the limit of a path, as the venue's edge does, seldom at all."""
        now_ns = self._now_ns()
        recent = [at for at in self._asked.get(path, []) if now_ns - at < 10 * NS_PER_SECOND]
        recent.append(now_ns)
        self._asked[path] = recent
        excess = len(recent) - _PER_10_S[path]
        if excess > 0:
            await asyncio.sleep(min(excess * 10 / _PER_10_S[path], 10.0))

    def _token(self, request: Request) -> tuple[PolymarketMarket, str] | None:
        token = request.query_params.get("token_id", "")
        market = self._listing.by_token.get(token)
        return None if market is None else (market, token)

    async def _book(self, request: Request) -> Response:
        await self._calm("/book")
        found = self._token(request)
        return _no_book() if found is None else JSONResponse(self._answer(found[1]))

    async def _books(self, request: Request) -> Response:
        await self._calm("/books")
        try:
            wanted = [str(entry["token_id"]) for entry in await request.json()]
        except (ValueError, TypeError, KeyError):
            return JSONResponse({"error": "Invalid payload"}, status_code=400)
        by_token = self._listing.by_token
        known = [token for token in wanted[:_MOST_BOOKS] if token in by_token]
        return JSONResponse([self._answer(token) for token in known])

    def _answer(self, token: str) -> dict[str, Any]:
        market = self._listing.by_token[token]
        book = self.shown.get(market.condition_id)
        return rest_book(market if book is None else replace(market, book=book), token)

    async def _midpoint(self, request: Request) -> Response:
        await self._calm("/midpoint")
        found = self._token(request)
        if found is None:
            return _no_book()
        bid_e4, ask_e4 = token_top(*found)
        middle = ((bid_e4 or 0) + (PRICE_ONE_E4 if ask_e4 is None else ask_e4)) / 2 / PRICE_ONE_E4
        return JSONResponse({"mid": f"{middle:g}"})

    async def _price(self, request: Request) -> Response:
        """Answer the best price of a side: that of the resting BUYs or of the resting SELLs."""
        await self._calm("/price")
        found, side = self._token(request), request.query_params.get("side", "")
        if side not in ("BUY", "SELL"):
            return JSONResponse({"error": "Invalid side"}, status_code=400)
        if found is None:
            return _no_book()
        bid_e4, ask_e4 = token_top(*found)
        price_e4 = (bid_e4 or 0) if side == "BUY" else (ask_e4 or PRICE_ONE_E4)
        return JSONResponse({"price": price_text(price_e4)})

    async def _spread(self, request: Request) -> Response:
        found = self._token(request)
        if found is None:
            return _no_book()
        bid_e4, ask_e4 = token_top(*found)
        return JSONResponse({"spread": price_text((ask_e4 or PRICE_ONE_E4) - (bid_e4 or 0))})

    async def _last_trade_price(self, request: Request) -> Response:
        found = self._token(request)
        if found is None:
            return _no_book()
        return JSONResponse(
            {"price": trade_price_text(found[0].last_trade_price_e4) or "0.5", "side": "BUY"}
        )

    async def _tick_size(self, request: Request) -> Response:
        found = self._token(request)
        if found is None:
            return _no_book()
        return JSONResponse({"minimum_tick_size": found[0].tick_e4 / PRICE_ONE_E4})

    async def _neg_risk(self, request: Request) -> Response:
        found = self._token(request)
        return _no_book() if found is None else JSONResponse({"neg_risk": found[0].neg_risk})

    async def _market_by_token(self, request: Request) -> Response:
        market = self._listing.by_token.get(request.path_params["token_id"])
        if market is None:
            return JSONResponse({"error": "market not found"}, status_code=404)
        yes, no = market.tokens
        return JSONResponse(
            {
                "condition_id": market.condition_id,
                "primary_token_id": yes,
                "secondary_token_id": no,
            }
        )

    async def _clob_market(self, request: Request) -> Response:
        market = self._listing.by_condition.get(request.path_params["condition_id"])
        if market is None:
            return JSONResponse({"error": "market not found"}, status_code=404)
        return JSONResponse(_clob_market(market))

    async def _time(self, _request: Request) -> Response:
        return PlainTextResponse(str(self._now_ns() // NS_PER_SECOND))


def _no_book() -> Response:
    message = "No orderbook exists for the requested token id"
    return JSONResponse({"error": message}, status_code=404)


def _clob_market(market: PolymarketMarket) -> dict[str, Any]:
    """Return tokens, minimum size, tick, neg-risk and fee as `/clob-markets` abbreviates them."""
    tokens: Sequence[tuple[str, str]] = list(zip(market.tokens, market.outcomes, strict=True))
    return {
        "t": [{"t": token, "o": outcome} for token, outcome in tokens],
        "c": market.condition_id,
        "mos": market.min_size_e6 // 1_000_000,
        "mts": market.tick_e4 / PRICE_ONE_E4,
        "mbf": 1000,
        "tbf": 1000,
        "ao": market.accepting,
        "nr": market.neg_risk,
        "cbos": True,
        "ibce": True,
        "fd": {
            "r": market.fee_rate_e4 / 10_000,
            "e": market.fee_exponent,
            "to": True,
        },
    }
