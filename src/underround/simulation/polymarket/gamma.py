"""Gamma, Polymarket's catalog, in the shapes of production.

Gamma writes lists as JSON inside strings and mixes numbers with numbers as text; this keeps all
of it. Reads the markets, changes nothing. Events with several markets are shaped in `events`.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4
from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.events import event_answer, grouping, grouping_of
from underround.simulation.polymarket.listing import Listing

_MOST_EVENTS: Final = 500
_MOST_PER_PAGE: Final = 100


class Gamma:
    """The catalog's application; `after_s_as_ns` turns the flow's seconds into epoch ns."""

    def __init__(self, listing: Listing, after_s_as_ns: Callable[[float], int]) -> None:
        self._listing = listing
        self._after_s_as_ns = after_s_as_ns
        self.app = Starlette(
            routes=[
                Route("/markets/keyset", self._keyset),
                Route("/markets/slug/{slug}", self._one_by_slug),
                Route("/markets/{id}", self._one),
                Route("/markets", self._list),
                Route("/events/keyset", self._events_keyset),
                Route("/events/slug/{slug}", self._one_event),
                Route("/events/{id}", self._one_event),
                Route("/events", self._list_events),
            ]
        )

    def market(self, market: PolymarketMarket) -> dict[str, Any]:
        """Return one market as Gamma lists it."""
        bid_e4, ask_e4 = market.book.top()
        bid, ask = (bid_e4 or 0) / PRICE_ONE_E4, (ask_e4 or PRICE_ONE_E4) / PRICE_ONE_E4
        listed = {
            "id": market.gamma_id,
            "question": market.question,
            "conditionId": market.condition_id,
            "slug": market.slug,
            "endDate": self._end(market),
            "liquidity": f"{market.volume_24h / 3:.5f}",
            "startDate": "2026-11-02T21:45:58.522699Z",
            "description": market.description
            or f"This market resolves according to its title: {market.question}",
            "outcomes": json.dumps(list(market.outcomes)),
            "outcomePrices": json.dumps(_outcome_prices(market, (bid + ask) / 2)),
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
            "makerBaseFee": 1000,
            "takerBaseFee": 1000,
            "acceptingOrders": market.accepting,
            "negRisk": market.neg_risk,
            "umaResolutionStatuses": "[]" if market.winner is None else '["resolved"]',
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
            "version": market.version,
        }
        if market.winner is not None:
            listed["umaResolutionStatus"] = "resolved"
        return listed | _ids(market) | grouping_of(market)

    def _end(self, market: PolymarketMarket) -> str:
        end_s = market.ends_at_s or self._after_s_as_ns(market.end_after_s) // NS_PER_SECOND
        return f"{datetime.fromtimestamp(end_s, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"

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
            "markets": [self.market(market) for market in found[start : start + limit]]
        }
        if start + limit < len(found):
            page["next_cursor"] = str(start + limit)
        return JSONResponse(page)

    async def _events_keyset(self, request: Request) -> Response:
        query = request.query_params
        if "offset" in query:
            return JSONResponse(
                {"type": "validation error", "error": "offset is not allowed"}, status_code=422
            )
        found = self._events(request)
        cursor = query.get("after_cursor", "")
        start = int(cursor) if cursor.isdigit() else 0
        limit = _limit(query.get("limit"), _MOST_EVENTS)
        page: dict[str, Any] = {"events": found[start : start + limit]}
        if start + limit < len(found):
            page["next_cursor"] = str(start + limit)
        return JSONResponse(page)

    async def _list_events(self, request: Request) -> Response:
        offset = request.query_params.get("offset", "0")
        start = int(offset) if offset.isdigit() else 0
        limit = _limit(request.query_params.get("limit"), _MOST_EVENTS)
        return JSONResponse(self._events(request)[start : start + limit])

    def _events(self, request: Request) -> list[dict[str, Any]]:
        """Return the events that the query's filters leave, greatest volume first."""
        query = request.query_params
        if query.get("closed", "false") == "true":
            return []
        groups = grouping(self._listing.by_volume())
        for name, fact in (("id", "id"), ("slug", "slug")):
            if name in query:
                wanted = set(query.getlist(name))
                groups = [each for each in groups if getattr(each[0].event, fact) in wanted]
        return [event_answer(group, [self.market(m) for m in group]) for group in groups]

    async def _one_event(self, request: Request) -> Response:
        ((name, value),) = request.path_params.items()
        for group in grouping(self._listing.by_volume()):
            if getattr(group[0].event, name) == value:
                return JSONResponse(event_answer(group, [self.market(m) for m in group]))
        return JSONResponse({"type": "not found error", "error": "id not found"}, status_code=404)

    async def _list(self, request: Request) -> Response:
        offset = request.query_params.get("offset", "0")
        start = int(offset) if offset.isdigit() else 0
        found = self._matching(request)[start : start + _limit(request.query_params.get("limit"))]
        return JSONResponse([self.market(market) for market in found])

    def _matching(self, request: Request) -> list[PolymarketMarket]:
        """Return the markets that the query's filters leave, greatest volume first.

        Lists show the protocol's first version unless others are asked for, each by name.
        """
        query = request.query_params
        wanted = {name: set(query.getlist(name)) for name in query}
        closed = query.get("closed", "false") == "true"
        versions = query.getlist("version") or ["v1"]
        found = [
            market
            for market in self._listing.by_volume()
            if market.accepting is not closed and market.version in versions
        ]
        for name, facts in _FILTERS.items():
            if name in wanted:
                found = [m for m in found if not wanted[name].isdisjoint(facts(m))]
        return found

    async def _one(self, request: Request) -> Response:
        return self._found("gamma_id", request.path_params["id"])

    async def _one_by_slug(self, request: Request) -> Response:
        return self._found("slug", request.path_params["slug"])

    def _found(self, attribute: str, value: str) -> Response:
        for market in self._listing.by_condition.values():
            if getattr(market, attribute) == value:
                return JSONResponse(self.market(market))
        return JSONResponse({"type": "not found error", "error": "id not found"}, status_code=404)


def _ids(market: PolymarketMarket) -> dict[str, Any]:
    """Return the ids of either kind: tokens as JSON in a text, positions as a plain array."""
    if market.version == "v2":
        return {"positionIds": list(market.tokens)}
    return {"clobTokenIds": json.dumps(list(market.tokens))}


def _outcome_prices(market: PolymarketMarket, middle: float) -> list[str]:
    if market.winner is not None:
        return ["1" if index == market.winner else "0" for index in range(2)]
    return [f"{middle:.4f}", f"{1 - middle:.4f}"]


_FILTERS: Final[dict[str, Callable[[PolymarketMarket], tuple[str, ...]]]] = {
    "id": lambda market: (market.gamma_id,),
    "slug": lambda market: (market.slug,),
    "condition_ids": lambda market: (market.condition_id,),
    "clob_token_ids": lambda market: market.tokens if market.version == "v1" else (),
    "position_ids": lambda market: market.tokens if market.version == "v2" else (),
}


def _limit(text: str | None, most: int = _MOST_PER_PAGE) -> int:
    return min(int(text), most) if text and text.isdigit() else 20
