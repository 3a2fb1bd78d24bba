"""Kalshi's REST for members: orders, fills, positions, balance, settlements.

Reads show what is a second old, as the venue's do; writes act at once. The key in the request's
headers, checked before this, names the member.
"""

from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.kalshi.auth import KEY_HEADER
from underround.simulation.kalshi.limits import refusal
from underround.simulation.kalshi.members import Member
from underround.simulation.kalshi.messages import contracts, timestamp
from underround.simulation.kalshi.order_entry import OrderEntry
from underround.simulation.kalshi.order_groups import Act, OrderGroups, read_body
from underround.simulation.kalshi.order_words import (
    OrderRefusedError,
    fill_answer,
    order_answer,
    placed_answer,
    position_body,
    read_price_e4,
    read_size_e6,
    usd,
)
from underround.simulation.market import KalshiMarket
from underround.simulation.order_faults import OrderFaults
from underround.simulation.own_orders import OwnOrder

READ_LAG_NS: Final = NS_PER_SECOND
BATCH_AT_MOST: Final = 20


class Portfolio:
    """The routes over one order entry; `faults` spoil answers on purpose."""

    def __init__(
        self, entry: OrderEntry, now_ns: Callable[[], int], read_lag_ns: int = READ_LAG_NS
    ) -> None:
        self.entry = entry
        self.faults = OrderFaults()
        self._now_ns = now_ns
        self._read_lag_ns = read_lag_ns
        events = "/portfolio/events/orders"
        self.routes = [
            self._route("POST", f"{events}/batched", self._place_batch),
            self._route("DELETE", f"{events}/batched", self._cancel_batch),
            self._route("POST", events, self._place),
            self._route("DELETE", events, self._cancel_all),
            self._route("DELETE", events + "/{order_id}", self._cancel),
            self._route("POST", events + "/{order_id}/amend", self._amend),
            self._route("POST", events + "/{order_id}/decrease", self._decrease),
            self._route("GET", "/portfolio/orders", self._orders),
            self._route("GET", "/portfolio/orders/{order_id}", self._order),
            self._route("GET", "/portfolio/fills", self._fills),
            self._route("GET", "/portfolio/positions", self._positions),
            self._route("GET", "/portfolio/balance", self._balance),
            self._route("GET", "/portfolio/settlements", self._settlements),
            *OrderGroups(entry, self._route).routes,
        ]

    def _route(self, method: str, path: str, act: Act) -> Route:
        async def endpoint(request: Request) -> Response:
            self.entry.expire()
            member = self.entry.member(request.headers.get(KEY_HEADER, ""))
            is_creation = method == "POST" and path.startswith("/portfolio/events")
            try:
                if method != "GET" and (early := await self.faults.before(is_creation)):
                    return early
                answer = await act(member, request)
            except OrderRefusedError as error:
                answer = refusal(error.status, error.code, str(error))
            except ValueError:
                answer = refusal(400, "invalid_order", "the body is no JSON object")
            return await self.faults.after(request, answer) if is_creation else answer

        return Route(path, endpoint, methods=[method])

    async def _place(self, member: Member, request: Request) -> Response:
        return JSONResponse(self._placed(member, await read_body(request)), status_code=201)

    def _placed(self, member: Member, fields: dict[str, Any]) -> dict[str, Any]:
        order, fills = self.entry.place(member, fields)
        return placed_answer(order, fills, self._now_ns())

    async def _place_batch(self, member: Member, request: Request) -> Response:
        wanted = (await read_body(request)).get("orders")
        if not isinstance(wanted, list) or not 0 < len(wanted) <= BATCH_AT_MOST:
            raise OrderRefusedError(400, "invalid_order", f"orders are 1…{BATCH_AT_MOST}")
        answers: list[dict[str, Any]] = []
        for fields in wanted:
            try:
                answers.append(self._placed(member, fields))
            except OrderRefusedError as error:
                told = {"code": error.code, "message": str(error)}
                nothing = {"fill_count": None, "remaining_count": None, "error": told}
                answers.append({"client_order_id": fields.get("client_order_id"), **nothing})
        return JSONResponse({"orders": answers}, status_code=201)

    def _own(self, member: Member, order_id: str) -> OwnOrder:
        order = member.orders.get(order_id)
        if order is None:
            raise OrderRefusedError(404, "not_found", "order not found")
        return order

    def _changeable(self, member: Member, order_id: str) -> OwnOrder:
        order = self._own(member, order_id)
        market = order.market
        assert isinstance(market, KalshiMarket)
        if market.is_over:
            raise OrderRefusedError(409, "market_inactive", "market is not active")
        if not order.is_resting:
            raise OrderRefusedError(404, "not_found", "order is not resting")
        return order

    def _cancelled(self, member: Member, order_id: str) -> dict[str, Any]:
        order = self._changeable(member, order_id)
        left_e6 = self.entry.cancel(member, order)
        return {
            "order_id": order.id,
            "client_order_id": order.facts["wanted"].client_id or "",
            "reduced_by": contracts(left_e6),
            "ts_ms": self._now_ns() // NS_PER_MS,
        }

    async def _cancel(self, member: Member, request: Request) -> Response:
        return JSONResponse(self._cancelled(member, request.path_params["order_id"]))

    async def _cancel_all(self, member: Member, _request: Request) -> Response:
        resting = [order.id for order in member.orders.values() if order.is_resting]
        return JSONResponse({"orders": [self._cancelled(member, each) for each in resting]})

    async def _cancel_batch(self, member: Member, request: Request) -> Response:
        wanted = (await read_body(request)).get("orders") or []
        answers = []
        for each in wanted:
            try:
                answers.append(self._cancelled(member, str(each.get("order_id"))))
            except OrderRefusedError as error:
                told = {"code": error.code, "message": str(error)}
                gone = {"order_id": each.get("order_id"), "reduced_by": "0.00", "error": told}
                answers.append(gone)
        return JSONResponse({"orders": answers})

    async def _amend(self, member: Member, request: Request) -> Response:
        order = self._changeable(member, request.path_params["order_id"])
        fields = await read_body(request)
        market = order.market
        assert isinstance(market, KalshiMarket)
        if fields.get("ticker") != market.ticker:
            raise OrderRefusedError(400, "order_ticker_mismatch", "ticker is another")
        if fields.get("side") != order.side:
            raise OrderRefusedError(400, "order_side_mismatch", "side is the other")
        price_e4, count_e6 = read_price_e4(fields.get("price")), read_size_e6(fields.get("count"))
        if price_e4 not in market.grid:
            raise OrderRefusedError(400, "invalid_price", "price is not on the market's grid")
        if count_e6 <= order.filled_e6:
            raise OrderRefusedError(400, "invalid_order_size", "count is below what is filled")
        fills = self.entry.amend(member, order, price_e4, count_e6)
        return JSONResponse(placed_answer(order, fills, self._now_ns()))

    async def _decrease(self, member: Member, request: Request) -> Response:
        order = self._changeable(member, request.path_params["order_id"])
        fields = await read_body(request)
        by, to = fields.get("reduce_by"), fields.get("reduce_to")
        if (by is None) == (to is None):
            raise OrderRefusedError(400, "invalid_order", "give reduce_by or reduce_to")
        gone_e6 = (
            read_size_e6(by)
            if by is not None
            else order.remaining_e6 - (0 if to in ("0", "0.00") else read_size_e6(to))
        )
        self.entry.decrease(member, order, max(gone_e6, 0), "Decrease")
        told = placed_answer(order, [], self._now_ns())
        del told["fill_count"]
        return JSONResponse(told)

    def _is_shown(self, at_ns: int) -> bool:
        return at_ns <= self._now_ns() - self._read_lag_ns

    async def _orders(self, member: Member, request: Request) -> Response:
        query = request.query_params
        found = [order for order in member.orders.values() if self._is_shown(order.created_ns)]
        shown = [order_answer(order, member) for order in reversed(found)]
        for name in ("status", "ticker"):
            if query.get(name):
                shown = [order for order in shown if order[name] == query[name]]
        page, cursor = _paged(shown, request)
        return JSONResponse({"orders": page, "cursor": cursor})

    async def _order(self, member: Member, request: Request) -> Response:
        order = self._own(member, request.path_params["order_id"])
        return JSONResponse({"order": order_answer(order, member)})

    async def _fills(self, member: Member, request: Request) -> Response:
        query = request.query_params
        found = [fill for fill in member.fills if self._is_shown(fill.at_ns)]
        if query.get("min_ts"):
            found = [fill for fill in found if fill.at_ns // NS_PER_SECOND >= int(query["min_ts"])]
        shown = [fill_answer(fill) for fill in reversed(found)]
        for name in ("order_id", "ticker"):
            if query.get(name):
                shown = [fill for fill in shown if fill[name] == query[name]]
        page, cursor = _paged(shown, request)
        return JSONResponse({"fills": page, "cursor": cursor})

    async def _positions(self, member: Member, request: Request) -> Response:
        wanted = request.query_params.get("ticker")
        shown = [
            {
                "ticker": body["market_ticker"],
                "position_fp": body["position_fp"],
                "market_exposure_dollars": body["position_cost_dollars"],
                "realized_pnl_dollars": body["realized_pnl_dollars"],
                "fees_paid_dollars": body["fees_paid_dollars"],
                "total_traded_dollars": body["position_cost_dollars"],
                "exchange_index": market.shard,
                "last_updated_ts": timestamp(self._now_ns()),
            }
            for market, holding in member.holdings.items()
            if wanted in (None, market.ticker)
            for body in (position_body(member, market, holding),)
        ]
        page, cursor = _paged(shown, request, most=1_000)
        return JSONResponse({"market_positions": page, "event_positions": [], "cursor": cursor})

    async def _balance(self, member: Member, _request: Request) -> Response:
        shards = {shard: member.spendable_usd_e6(shard) for shard in member.cash_usd_e6}
        breakdown = [{"exchange_index": s, "balance": usd(c)[:-2]} for s, c in shards.items()]
        value = sum(holding.cost_usd_e6 for holding in member.holdings.values())
        answer = {
            "balance": sum(shards.values()) // 10_000,
            "balance_dollars": usd(sum(shards.values()))[:-2],
            "balance_breakdown": breakdown,
            "portfolio_value": value // 10_000,
            "updated_ts": self._now_ns() // NS_PER_SECOND,
        }
        return JSONResponse(answer)

    async def _settlements(self, member: Member, request: Request) -> Response:
        shown = [
            {
                "ticker": paid["ticker"],
                "event_ticker": paid["event_ticker"],
                "market_result": paid["market_result"],
                "revenue": int(str(paid["revenue_usd_e6"])) // 10_000,
            }
            for paid in member.settlements
        ]
        page, cursor = _paged(shown, request)
        return JSONResponse({"settlements": page, "cursor": cursor})


def _paged(
    found: list[dict[str, Any]], request: Request, most: int = 200
) -> tuple[list[dict[str, Any]], str]:
    query = request.query_params
    limit = min(int(query.get("limit") or 100), most)
    start = int(query.get("cursor") or 0)
    return found[start : start + limit], str(start + limit) if start + limit < len(found) else ""
