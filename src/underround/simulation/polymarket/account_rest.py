"""The CLOB's paths that need a key: keys, orders, cancels, queries, balances, signs of life.

Checks L1 and L2 headers itself; what the engine is doing (restarting, post-only) decides first.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from underround.core.units import NS_PER_SECOND
from underround.simulation.order_faults import OrderFaults
from underround.simulation.polymarket.clob import Clob, Engine
from underround.simulation.polymarket.order_entry import OrderEntry
from underround.simulation.polymarket.order_signature import CONTRACTS, auth_signer
from underround.simulation.polymarket.order_words import (
    OrderRefusedError,
    order_answer,
    trade_answer,
)
from underround.simulation.polymarket.traders import Trader

END: Final = "LTE="
"""The cursor after the last page."""
BATCH_AT_MOST: Final = 15
Act = Callable[[Trader, Request], Awaitable[Response]]


class AccountRest:
    """The routes over one order entry; `faults` spoil answers, `is_blocked` blocks the place."""

    def __init__(self, entry: OrderEntry, clob: Clob, now_ns: Callable[[], int]) -> None:
        self.entry = entry
        self.faults = OrderFaults()
        self.is_blocked = False
        self._clob = clob
        self._now_ns = now_ns
        self.routes = [
            Route("/auth/api-key", self._make_key, methods=["POST"]),
            Route("/auth/derive-api-key", self._make_key),
            Route("/api/geoblock", self._geoblock),
            self._route("GET", "/auth/api-keys", self._keys),
            self._route("POST", "/order", self._place),
            self._route("POST", "/orders", self._place_batch),
            self._route("DELETE", "/order", self._cancel),
            self._route("DELETE", "/orders", self._cancel),
            self._route("DELETE", "/cancel-all", self._cancel_all),
            self._route("DELETE", "/cancel-market-orders", self._cancel_market),
            self._route("GET", "/data/order/{order_id}", self._order),
            self._route("GET", "/data/orders", self._orders),
            self._route("GET", "/data/trades", self._trades),
            self._route("GET", "/balance-allowance", self._balance),
            self._route("GET", "/balance-allowance/update", self._balance),
            self._route("POST", "/v1/heartbeats", self._heartbeat),
        ]

    def _route(self, method: str, path: str, act: Act) -> Route:
        is_creation = method == "POST" and path.startswith("/order")

        async def endpoint(request: Request) -> Response:
            if (early := await self._engine_says(request, is_creation)) is not None:
                return early
            trader = await self._authenticated(request)
            if trader is None:
                return _error("Unauthorized/Invalid api key", 401)
            if self.is_blocked and is_creation:
                return _error("Trading restricted in your region", 403)
            if early := await self.faults.before(is_creation):
                return early
            try:
                answer = await act(trader, request)
            except OrderRefusedError as error:
                answer = _refused(error)
            except (ValueError, KeyError, TypeError, AttributeError):
                answer = _error("Invalid order payload", 400)
            return await self.faults.after(request, answer) if is_creation else answer

        return Route(path, endpoint, methods=[method])

    async def _engine_says(self, request: Request, is_creation: bool) -> Response | None:
        engine = self._clob.engine
        if engine is Engine.RESTARTING and (is_creation or request.method == "DELETE"):
            return _error("Too Early", 425)
        if engine is Engine.POST_ONLY and is_creation and not await _is_post_only(request):
            return _error("post_only_mode", 503)
        return None

    async def _authenticated(self, request: Request) -> Trader | None:
        headers = dict(request.headers.items())
        key, body = headers.get("poly_api_key"), await request.body()
        now_s = self._now_ns() // NS_PER_SECOND
        for trader in self.entry.traders.values():
            if trader.key == key:
                path = request.url.path
                is_own = trader.accepts(headers, request.method, path, body, now_s)
                return trader if is_own else None
        return None

    async def _make_key(self, request: Request) -> Response:
        """Make a wallet's key, or give it again; who asks signs with the wallet."""
        names = ("poly_address", "poly_timestamp", "poly_nonce", "poly_signature")
        address, timestamp, nonce, signature = (request.headers.get(name, "") for name in names)
        if auth_signer(address, timestamp, nonce, signature) != address.lower():
            return _error("Invalid L1 Request headers", 401)
        trader = self.entry.trader(address)
        told = {"apiKey": trader.key, "secret": trader.secret, "passphrase": trader.passphrase}
        return JSONResponse(told)

    async def _keys(self, trader: Trader, _request: Request) -> Response:
        return JSONResponse({"apiKeys": [trader.key]})

    async def _geoblock(self, _request: Request) -> Response:
        told = {"blocked": self.is_blocked, "ip": "127.0.0.1", "country": "IE", "region": "L"}
        return JSONResponse(told)

    async def _place(self, trader: Trader, request: Request) -> Response:
        return JSONResponse(self.entry.place(trader, await request.json()))

    async def _place_batch(self, trader: Trader, request: Request) -> Response:
        bodies = await request.json()
        if not isinstance(bodies, list) or not 0 < len(bodies) <= BATCH_AT_MOST:
            return _error("Invalid order payload", 400)
        answers = []
        for body in bodies:
            try:
                answers.append(self.entry.place(trader, body))
            except OrderRefusedError as error:
                answers.append(_failed(str(error)))
        return JSONResponse(answers)

    async def _cancel(self, trader: Trader, request: Request) -> Response:
        body = await request.json()
        wanted = [body["orderID"]] if isinstance(body, dict) else [str(each) for each in body]
        return self._cancelled(trader, wanted)

    def _cancelled(self, trader: Trader, wanted: list[str]) -> Response:
        done: list[str] = []
        not_done: dict[str, str] = {}
        for identity in wanted:
            order = trader.orders.get(identity)
            if order is not None and self.entry.cancel(trader, order):
                done.append(identity)
            else:
                not_done[identity] = "order can't be found - already canceled or matched"
        return JSONResponse({"canceled": done, "not_canceled": not_done})

    async def _cancel_all(self, trader: Trader, _request: Request) -> Response:
        return self._cancelled(trader, [o.id for o in trader.orders.values() if o.is_resting])

    async def _cancel_market(self, trader: Trader, request: Request) -> Response:
        body = json.loads(await request.body() or b"{}")
        market, token = body.get("market"), body.get("asset_id")
        wanted = [
            order.id
            for order in trader.orders.values()
            if order.is_resting
            and token in (None, order.facts["token"])
            and market in (None, order_answer(order, trader)["market"])
        ]
        return self._cancelled(trader, wanted)

    async def _order(self, trader: Trader, request: Request) -> Response:
        order = trader.orders.get(request.path_params["order_id"])
        if order is None:
            return _error("order not found", 404)
        return JSONResponse(order_answer(order, trader))

    async def _orders(self, trader: Trader, request: Request) -> Response:
        query = request.query_params
        shown = [order_answer(o, trader) for o in trader.orders.values() if o.is_resting]
        for name in ("id", "market", "asset_id"):
            if query.get(name):
                shown = [order for order in shown if order[name] == query[name]]
        return _page(shown)

    async def _trades(self, trader: Trader, request: Request) -> Response:
        query = request.query_params
        found = list(reversed(trader.trades))
        if query.get("after"):
            found = [t for t in found if t.matched_ns // NS_PER_SECOND >= int(query["after"])]
        shown = [trade_answer(trade, trader) for trade in found]
        for name in ("id", "market", "asset_id"):
            if query.get(name):
                shown = [trade for trade in shown if trade[name] == query[name]]
        return _page(shown)

    async def _balance(self, trader: Trader, request: Request) -> Response:
        query = request.query_params
        if query.get("asset_type") == "COLLATERAL":
            held_e6 = trader.cash_usd_e6
        else:
            held_e6 = trader.shares_e6.get(query.get("token_id", ""), 0)
        allowances = dict.fromkeys(CONTRACTS.values(), str(2**256 - 1))
        return JSONResponse({"balance": str(held_e6), "allowances": allowances})

    async def _heartbeat(self, trader: Trader, request: Request) -> Response:
        told = (await request.json()).get("heartbeat_id") or ""
        alive = trader.heartbeat and self._now_ns() - trader.heartbeat_ns < 10 * NS_PER_SECOND
        if alive and told != trader.heartbeat:
            wrong = {"error_msg": "Invalid Heartbeat ID", "heartbeat_id": trader.heartbeat}
            return JSONResponse(wrong, status_code=400)
        self.entry.beat(trader)
        return JSONResponse({"heartbeat_id": trader.heartbeat, "status": "ok"})


async def _is_post_only(request: Request) -> bool:
    try:
        body = await request.json()
        bodies = body if isinstance(body, list) else [body]
        return bool(bodies) and all(each.get("postOnly") for each in bodies)
    except (ValueError, AttributeError):
        return False


def _page(shown: list[dict[str, Any]]) -> Response:
    return JSONResponse(
        {"data": shown, "next_cursor": END, "limit": 500, "count": len(shown)},
    )


def _error(text: str, status: int) -> Response:
    return JSONResponse({"error": text}, status_code=status)


def _failed(text: str) -> dict[str, Any]:
    return {
        "success": False,
        "errorMsg": text,
        "orderID": "",
        "status": "",
        "makingAmount": "",
        "takingAmount": "",
    }


def _refused(error: OrderRefusedError) -> Response:
    if error.status == 200:
        return JSONResponse(_failed(str(error)))
    return _error(str(error), error.status)
