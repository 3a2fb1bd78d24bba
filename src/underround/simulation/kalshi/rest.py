"""Kalshi's public REST answers: markets, order books, events, series, and the exchange's state.

Reads the markets, changes nothing. Prices are four-decimal dollars, counts two-decimal texts, an
empty side is bid 0 or ask 1, lists end with an empty cursor.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from underround.core.units import NS_PER_SECOND
from underround.simulation.kalshi.catalog import Catalog
from underround.simulation.kalshi.messages import orderbook_answer
from underround.simulation.market import KalshiMarket

PREFIX: Final = "/trade-api/v2"
Item = TypeVar("Item")
_STATUS: Final = {"open": "active", "closed": "closed", "settled": "finalized"}
_SHARDS: Final = ("Default", "Combos", "Crypto & Commodities", "Tennis, Baseball, Basketball")


class KalshiRest:
    """The REST application over one set of markets."""

    def __init__(
        self, markets: Sequence[KalshiMarket], after_s_as_ns: Callable[[float], int]
    ) -> None:
        self._markets = {market.ticker: market for market in markets}
        self._catalog = Catalog(markets, after_s_as_ns)
        routes = [
            Route("/markets", self._list_markets),
            Route("/markets/orderbooks", self._orderbooks),
            Route("/markets/{ticker}", self._market),
            Route("/markets/{ticker}/orderbook", self._orderbook),
            Route("/events", self._list_events),
            Route("/events/{ticker}", self._event),
            Route("/series", self._list_series),
            Route("/series/{ticker}", self._series),
            Route("/exchange/status", _exchange_status),
            Route("/exchange/schedule", _exchange_schedule),
        ]
        self.app = Starlette(routes=[Mount(PREFIX, routes=routes)])

    async def _list_markets(self, request: Request) -> Response:
        query = request.query_params
        status = query.get("status")
        if status and status not in (*_STATUS, "unopened", "paused"):
            return _refusal(400, "invalid_parameters", f"status {status} is not a filter")
        found = list(self._markets.values())
        if status:
            found = [m for m in found if m.status == _STATUS.get(status)]
        if "series_ticker" in query:
            found = [m for m in found if m.series_ticker == query["series_ticker"]]
        if "event_ticker" in query:
            found = [m for m in found if m.event_ticker == query["event_ticker"]]
        if query.get("tickers"):
            wanted = set(query["tickers"].split(","))
            found = [m for m in found if m.ticker in wanted]
        after, before = _integer(query.get("min_close_ts")), _integer(query.get("max_close_ts"))
        if after is not None:
            found = [m for m in found if self._closes_s(m) >= after]
        if before is not None:
            found = [m for m in found if self._closes_s(m) <= before]
        page, cursor = _paged(found, request, 100, 1000)
        return JSONResponse({"markets": [self._catalog.market(m) for m in page], "cursor": cursor})

    def _closes_s(self, market: KalshiMarket) -> int:
        return self._catalog.close_at_ns(market) // NS_PER_SECOND

    async def _market(self, request: Request) -> Response:
        market = self._markets.get(request.path_params["ticker"])
        if market is None:
            return _refusal(404, "not_found", "not found")
        return JSONResponse({"market": self._catalog.market(market)})

    async def _orderbook(self, request: Request) -> Response:
        market = self._markets.get(request.path_params["ticker"])
        if market is None:
            return _refusal(404, "not_found", "not found")
        depth = _integer(request.query_params.get("depth")) or 0
        if not 0 <= depth <= 100:
            return _refusal(400, "invalid_parameters", "depth is 0…100")
        return JSONResponse({"orderbook_fp": orderbook_answer(market, depth)})

    async def _orderbooks(self, request: Request) -> Response:
        tickers = request.query_params.getlist("tickers")
        if not 0 < len(tickers) <= 100:
            return _refusal(400, "invalid_parameters", "tickers is repeated 1…100 times")
        books = [
            {"ticker": ticker, "orderbook_fp": orderbook_answer(self._markets[ticker], 0)}
            for ticker in tickers
            if ticker in self._markets
        ]
        return JSONResponse({"orderbooks": books})

    async def _list_events(self, request: Request) -> Response:
        query = request.query_params
        found = self._catalog.events()
        if "series_ticker" in query:
            found = [e for e in found if e[0].series_ticker == query["series_ticker"]]
        if query.get("status") in _STATUS:
            wanted = _STATUS[query["status"]]
            found = [e for e in found if any(m.status == wanted for m in e)]
        page, cursor = _paged(found, request, 100, 200)
        nested = query.get("with_nested_markets") == "true"
        events = [self._catalog.event(event, nested=nested) for event in page]
        return JSONResponse({"events": events, "cursor": cursor, "milestones": []})

    async def _event(self, request: Request) -> Response:
        for markets in self._catalog.events():
            if markets[0].event_ticker == request.path_params["ticker"]:
                nested = request.query_params.get("with_nested_markets") == "true"
                answer: dict[str, Any] = {"event": self._catalog.event(markets, nested=nested)}
                if not nested:
                    answer["markets"] = [self._catalog.market(market) for market in markets]
                return JSONResponse(answer)
        return _refusal(404, "not_found", "not found")

    async def _list_series(self, request: Request) -> Response:
        category = request.query_params.get("category")
        found = self._catalog.series()
        if category:
            found = [series for series in found if series["category"] == category]
        return JSONResponse({"series": found})

    async def _series(self, request: Request) -> Response:
        for series in self._catalog.series():
            if series["ticker"] == request.path_params["ticker"]:
                return JSONResponse({"series": series})
        return _refusal(404, "not_found", "not found")


async def _exchange_status(_request: Request) -> Response:
    shards = [
        {
            "exchange_index": index,
            "description": name,
            "exchange_active": True,
            "trading_active": True,
        }
        for index, name in enumerate(_SHARDS)
    ]
    return JSONResponse(
        {
            "exchange_active": True,
            "trading_active": True,
            "intra_exchange_transfers_active": True,
            "exchange_index_statuses": shards,
        }
    )


async def _exchange_schedule(_request: Request) -> Response:
    """Answer trading hours in Eastern time: always, but Thursdays 03:00-05:00."""
    whole = [{"open_time": "00:00", "close_time": "24:00"}]
    gap = [
        {"open_time": "00:00", "close_time": "03:00"},
        {"open_time": "05:00", "close_time": "24:00"},
    ]
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    hours: dict[str, Any] = {day: gap if day == "thursday" else whole for day in days}
    hours |= {"start_time": "2026-01-01T00:00:00Z", "end_time": "2027-12-31T00:00:00Z"}
    return JSONResponse({"schedule": {"standard_hours": [hours], "maintenance_windows": []}})


def _paged(found: list[Item], request: Request, usual: int, most: int) -> tuple[list[Item], str]:
    """Return one page and the cursor of the next, empty after the last."""
    limit = min(_integer(request.query_params.get("limit")) or usual, most)
    start = _integer(request.query_params.get("cursor")) or 0
    return found[start : start + limit], str(start + limit) if start + limit < len(found) else ""


def _integer(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _refusal(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
