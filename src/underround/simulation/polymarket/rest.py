"""Gamma's catalog and the CLOB's public answers, in the shapes of production.

Gamma writes lists as JSON inside strings and mixes numbers with numbers as text; this keeps all
of it. Reads the markets, changes nothing.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4
from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.messages import rest_book

_MOST_PER_PAGE = 100


class PolymarketRest:
    """The Gamma and CLOB applications over one set of markets."""

    def __init__(
        self,
        markets: Sequence[PolymarketMarket],
        now_ns: Callable[[], int],
        after_s_as_ns: Callable[[float], int],
    ) -> None:
        self._markets = sorted(markets, key=lambda market: -market.volume_24h)
        self._by_token = {token: market for market in markets for token in market.tokens}
        self._now_ns = now_ns
        self._after_s_as_ns = after_s_as_ns
        self.gamma = Starlette(
            routes=[
                Route("/markets/keyset", self._keyset),
                Route("/markets/slug/{slug}", self._one_by_slug),
                Route("/markets/{id}", self._one),
                Route("/markets", self._list),
            ]
        )
        self.clob = Starlette(
            routes=[
                Route("/book", self._book),
                Route("/books", self._books, methods=["POST"]),
                Route("/clob-markets/{condition_id}", self._clob_market),
                Route("/time", self._time),
            ]
        )

    def gamma_market(self, market: PolymarketMarket) -> dict[str, Any]:
        """Return one market as Gamma lists it."""
        bid_e4, ask_e4 = market.book.top()
        bid, ask = (bid_e4 or 0) / PRICE_ONE_E4, (ask_e4 or PRICE_ONE_E4) / PRICE_ONE_E4
        middle = round((bid + ask) / 2, 4)
        end = datetime.fromtimestamp(
            self._after_s_as_ns(market.end_after_s) // NS_PER_SECOND, tz=UTC
        )
        return {
            "id": market.gamma_id,
            "question": market.question,
            "conditionId": market.condition_id,
            "slug": market.slug,
            "endDate": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "liquidity": f"{market.volume_24h / 3:.5f}",
            "startDate": "2026-11-02T21:45:58.522699Z",
            "description": f"This market resolves according to its title: {market.question}",
            "outcomes": json.dumps(["Yes", "No"]),
            "outcomePrices": json.dumps([f"{middle:.4f}", f"{1 - middle:.4f}"]),
            "volume": f"{market.volume_24h * 9:.6f}",
            "active": True,
            "closed": not market.accepting,
            "archived": False,
            "restricted": True,
            "category": market.category,
            "enableOrderBook": True,
            "orderPriceMinTickSize": market.tick_e4 / PRICE_ONE_E4,
            "orderMinSize": market.min_size_e6 // 1_000_000,
            "volumeNum": round(market.volume_24h * 9, 6),
            "liquidityNum": round(market.volume_24h / 3, 5),
            "volume24hr": market.volume_24h,
            "clobTokenIds": json.dumps(list(market.tokens)),
            "makerBaseFee": 1000,
            "takerBaseFee": 1000,
            "acceptingOrders": market.accepting,
            "negRisk": market.neg_risk,
            "umaResolutionStatuses": "[]",
            "spread": round(ask - bid, 4),
            "lastTradePrice": (market.last_trade_price_e4 or 0) / PRICE_ONE_E4,
            "bestBid": bid,
            "bestAsk": ask,
            "feesEnabled": market.fee_rate_e4 > 0,
            "feeType": f"{market.category.lower()}_fees",
            "feeSchedule": {
                "exponent": market.fee_exponent,
                "rate": market.fee_rate_e4 / 10_000,
                "takerOnly": True,
                "rebateRate": 0.25,
            },
            "version": "v1",
        }

    async def _keyset(self, request: Request) -> Response:
        query = request.query_params
        if "offset" in query:
            return JSONResponse(
                {"type": "validation error", "error": "offset is not allowed"}, status_code=422
            )
        found = self._matching(request)
        if query.get("ascending") == "true":
            found.reverse()
        cursor = query.get("after_cursor", "")
        start = int(cursor) if cursor.isdigit() else 0
        limit = _limit(query.get("limit"))
        page: dict[str, Any] = {
            "markets": [self.gamma_market(market) for market in found[start : start + limit]]
        }
        if start + limit < len(found):
            page["next_cursor"] = str(start + limit)
        return JSONResponse(page)

    async def _list(self, request: Request) -> Response:
        offset = request.query_params.get("offset", "0")
        start = int(offset) if offset.isdigit() else 0
        found = self._matching(request)[start : start + _limit(request.query_params.get("limit"))]
        return JSONResponse([self.gamma_market(market) for market in found])

    def _matching(self, request: Request) -> list[PolymarketMarket]:
        """Return the markets that the query's filters leave, greatest volume first."""
        query = request.query_params
        wanted = {name: set(query.getlist(name)) for name in query}
        closed = query.get("closed", "false") == "true"
        found = [market for market in self._markets if market.accepting is not closed]
        for name, facts in _FILTERS.items():
            if name in wanted:
                found = [m for m in found if not wanted[name].isdisjoint(facts(m))]
        return found

    async def _one(self, request: Request) -> Response:
        return self._found("gamma_id", request.path_params["id"])

    async def _one_by_slug(self, request: Request) -> Response:
        return self._found("slug", request.path_params["slug"])

    def _found(self, attribute: str, value: str) -> Response:
        for market in self._markets:
            if getattr(market, attribute) == value:
                return JSONResponse(self.gamma_market(market))
        return JSONResponse({"type": "not found error", "error": "id not found"}, status_code=404)

    async def _book(self, request: Request) -> Response:
        token = request.query_params.get("token_id", "")
        market = self._by_token.get(token)
        if market is None:
            message = "No orderbook exists for the requested token id"
            return JSONResponse({"error": message}, status_code=404)
        return JSONResponse(rest_book(market, token))

    async def _books(self, request: Request) -> Response:
        try:
            wanted = [str(entry["token_id"]) for entry in await request.json()]
        except (ValueError, TypeError, KeyError):
            return JSONResponse({"error": "Invalid payload"}, status_code=400)
        known = [token for token in wanted[:500] if token in self._by_token]
        return JSONResponse([rest_book(self._by_token[token], token) for token in known])

    async def _clob_market(self, request: Request) -> Response:
        for market in self._markets:
            if market.condition_id == request.path_params["condition_id"]:
                return JSONResponse(_clob_market(market))
        return JSONResponse({"error": "market not found"}, status_code=404)

    async def _time(self, _request: Request) -> Response:
        return PlainTextResponse(str(self._now_ns() // NS_PER_SECOND))


_FILTERS: dict[str, Callable[[PolymarketMarket], tuple[str, ...]]] = {
    "id": lambda market: (market.gamma_id,),
    "slug": lambda market: (market.slug,),
    "condition_ids": lambda market: (market.condition_id,),
    "clob_token_ids": lambda market: market.tokens,
}


def _limit(text: str | None) -> int:
    return min(int(text), _MOST_PER_PAGE) if text and text.isdigit() else 20


def _clob_market(market: PolymarketMarket) -> dict[str, Any]:
    """Return tokens, minimum size, tick, neg-risk and fee as `/clob-markets` abbreviates them."""
    yes, no = market.tokens
    return {
        "t": [{"t": yes, "o": "Yes"}, {"t": no, "o": "No"}],
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
