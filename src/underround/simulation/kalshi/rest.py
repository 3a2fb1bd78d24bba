"""Kalshi's public REST answers: markets, order books, trades, events, series, fees, the exchange.

Reads the markets, changes nothing; routes of members (`portfolio`) are only carried. Prices are
four-decimal dollars, counts two-decimal texts, an empty side is bid 0 or ask 1, lists end with an
empty cursor.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from underround.core.units import NS_PER_SECOND
from underround.simulation.book import Book
from underround.simulation.kalshi.catalog import Catalog
from underround.simulation.kalshi.exchange_state import ExchangeState, schedule
from underround.simulation.kalshi.fee_changes import FeeChanges
from underround.simulation.kalshi.limits import costs_answer, limits_answer, refusal
from underround.simulation.kalshi.messages import orderbook_answer, trade_answer
from underround.simulation.market import KalshiMarket

PREFIX: Final = "/trade-api/v2"
CACHE_S: Final = 15
"""How long a list of markets may be old: it comes from a cache on the way."""
Item = TypeVar("Item")
_STATUS: Final = {
    "unopened": "initialized",
    "open": "active",
    "paused": "inactive",
    "closed": "closed",
    "settled": "finalized",
}


class KalshiRest:
    """The REST application over markets by ticker; later ones appear in `markets` by themselves.

    Without a clock nothing is cached. `shown` holds books to show in place of the true ones.
    """

    def __init__(
        self,
        markets: Mapping[str, KalshiMarket] | Iterable[KalshiMarket],
        after_s_as_ns: Callable[[float], int],
        *,
        state: ExchangeState | None = None,
        fees: FeeChanges | None = None,
        now_ns: Callable[[], int] | None = None,
        portfolio: Sequence[Route] = (),
    ) -> None:
        self._markets: Mapping[str, KalshiMarket] = (
            markets
            if isinstance(markets, Mapping)
            else {market.ticker: market for market in markets}
        )
        self._catalog = Catalog(self._markets, after_s_as_ns)
        self._state = state or ExchangeState()
        self._fees = fees or FeeChanges()
        self._now_ns = now_ns
        self.shown: dict[str, Book] = {}
        self._cached: dict[str, tuple[int, Any]] = {}
        self.app = Starlette(routes=[Mount(PREFIX, routes=[*self._routes(), *portfolio])])

    def _routes(self) -> list[Route]:
        return [
            Route("/markets", self._list_markets),
            Route("/markets/orderbooks", self._orderbooks),
            Route("/markets/trades", self._trades),
            Route("/markets/{ticker}", self._market),
            Route("/markets/{ticker}/orderbook", self._orderbook),
            Route("/events", self._list_events),
            Route("/events/fee_changes", self._event_fee_changes),
            Route("/events/{ticker}", self._event),
            Route("/series", self._list_series),
            Route("/series/fee_changes", self._series_fee_changes),
            Route("/series/{ticker}", self._series),
            Route("/exchange/status", self._exchange_status),
            Route("/exchange/schedule", _exchange_schedule),
            Route("/account/limits", _account_limits),
            Route("/account/endpoint_costs", _endpoint_costs),
        ]

    async def _list_markets(self, request: Request) -> Response:
        status = request.query_params.get("status")
        if status and status not in _STATUS:
            return refusal(400, "invalid_parameters", f"status {status} is not a filter")
        return JSONResponse(self._from_cache(str(request.url), lambda: self._found(request)))

    def _from_cache(self, url: str, make: Callable[[], Any]) -> Any:
        """Return what was answered to this address lately, else make the answer now."""
        if self._now_ns is None:
            return make()
        now_ns = self._now_ns()
        until_ns, answer = self._cached.get(url, (0, None))
        if now_ns >= until_ns:
            answer = make()
            self._cached[url] = (now_ns + CACHE_S * NS_PER_SECOND, answer)
        return answer

    def _found(self, request: Request) -> dict[str, Any]:
        query = request.query_params
        found = list(self._markets.values())
        if query.get("status"):
            found = [m for m in found if m.status == _STATUS[query["status"]]]
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
        return {"markets": [self._catalog.market(m) for m in page], "cursor": cursor}

    def _closes_s(self, market: KalshiMarket) -> int:
        return self._catalog.close_at_ns(market) // NS_PER_SECOND

    async def _market(self, request: Request) -> Response:
        market = self._markets.get(request.path_params["ticker"])
        if market is None:
            return refusal(404, "not_found", "not found")
        return JSONResponse({"market": self._catalog.market(market)})

    async def _orderbook(self, request: Request) -> Response:
        market = self._markets.get(request.path_params["ticker"])
        if market is None:
            return refusal(404, "not_found", "not found")
        depth = _integer(request.query_params.get("depth")) or 0
        if not 0 <= depth <= 100:
            return refusal(400, "invalid_parameters", "depth is 0…100")
        return JSONResponse({"orderbook_fp": self._book(market, depth)})

    async def _orderbooks(self, request: Request) -> Response:
        tickers = request.query_params.getlist("tickers")
        if not 0 < len(tickers) <= 100:
            return refusal(400, "invalid_parameters", "tickers is repeated 1…100 times")
        books = [
            {"ticker": ticker, "orderbook_fp": self._book(self._markets[ticker], 0)}
            for ticker in tickers
            if ticker in self._markets
        ]
        return JSONResponse({"orderbooks": books})

    def _book(self, market: KalshiMarket, depth: int) -> dict[str, Any]:
        book = self.shown.get(market.ticker)
        return orderbook_answer(market if book is None else replace(market, book=book), depth)

    async def _trades(self, request: Request) -> Response:
        """Answer prints, newest first."""
        wanted = request.query_params.get("ticker")
        printed = [
            (market, trade)
            for market in self._markets.values()
            if wanted in (None, market.ticker)
            for trade in market.trades
        ]
        printed.sort(key=lambda found: -found[1].at_ns)
        page, cursor = _paged(printed, request, 100, 1000)
        trades = [trade_answer(market, trade) for market, trade in page]
        return JSONResponse({"trades": trades, "cursor": cursor})

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
                inside = [] if nested else [self._catalog.market(market) for market in markets]
                return JSONResponse(answer | {"markets": inside})
        return refusal(404, "not_found", "not found")

    async def _event_fee_changes(self, request: Request) -> Response:
        found = self._fees.of_events(request.query_params.get("event_ticker"))
        page, cursor = _paged(found, request, 100, 1000)
        return JSONResponse({"event_fee_changes": page, "cursor": cursor})

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
        return refusal(404, "not_found", "not found")

    async def _series_fee_changes(self, request: Request) -> Response:
        found = self._fees.of_series(request.query_params.get("series_ticker"))
        return JSONResponse({"series_fee_change_arr": found})

    async def _exchange_status(self, _request: Request) -> Response:
        return JSONResponse(self._state.status())


async def _exchange_schedule(_request: Request) -> Response:
    return JSONResponse(schedule())


async def _account_limits(_request: Request) -> Response:
    return JSONResponse(limits_answer())


async def _endpoint_costs(_request: Request) -> Response:
    return JSONResponse(costs_answer())


def _paged(found: list[Item], request: Request, usual: int, most: int) -> tuple[list[Item], str]:
    """Return one page and the cursor of the next, empty after the last."""
    limit = min(_integer(request.query_params.get("limit")) or usual, most)
    start = _integer(request.query_params.get("cursor")) or 0
    return found[start : start + limit], str(start + limit) if start + limit < len(found) else ""


def _integer(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
