"""Kalshi's order groups over REST: a cap on contracts in any 15 seconds that cancels all orders.

The cap itself is the order entry's business.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from underround.simulation.kalshi.members import Group, Member
from underround.simulation.kalshi.messages import contracts
from underround.simulation.kalshi.order_entry import OrderEntry
from underround.simulation.kalshi.order_words import OrderRefusedError, read_size_e6

Act = Callable[[Member, Request], Awaitable[Response]]


class OrderGroups:
    """The routes; `route` makes one of a method, a path and an act of a member."""

    def __init__(self, entry: OrderEntry, route: Callable[[str, str, Act], Route]) -> None:
        self.entry = entry
        groups = "/portfolio/order_groups"
        self.routes = [
            route("POST", f"{groups}/create", self._create_group),
            route("GET", groups, self._groups),
            route("GET", groups + "/{group_id}", self._group),
            route("PUT", groups + "/{group_id}/{action}", self._change_group),
            route("DELETE", groups + "/{group_id}", self._delete_group),
        ]

    async def _create_group(self, member: Member, request: Request) -> Response:
        fields = await read_body(request)
        limit = fields.get("contracts_limit_fp", fields.get("contracts_limit"))
        group = Group(f"group-{len(member.groups) + 1}", read_size_e6(str(limit)))
        member.groups[group.id] = group
        return JSONResponse({"order_group_id": group.id, "subaccount": 0}, status_code=201)

    def _held_group(self, member: Member, request: Request) -> Group:
        group = member.groups.get(request.path_params["group_id"])
        if group is None:
            raise OrderRefusedError(404, "not_found", "order group not found")
        return group

    async def _groups(self, member: Member, _request: Request) -> Response:
        return JSONResponse({"order_groups": [_shown(group) for group in member.groups.values()]})

    async def _group(self, member: Member, request: Request) -> Response:
        group = self._held_group(member, request)
        held = [
            order.id
            for order in member.orders.values()
            if order.is_resting and order.facts["wanted"].group == group.id
        ]
        told = _shown(group) | {"orders": held}
        del told["id"]
        return JSONResponse(told)

    async def _change_group(self, member: Member, request: Request) -> Response:
        group, action = self._held_group(member, request), request.path_params["action"]
        if action == "reset":
            group.is_tripped, group.matched = False, []
        elif action == "trigger":
            self.entry.trip(member, group)
        elif action == "limit":
            group.limit_e6 = read_size_e6((await read_body(request)).get("contracts_limit_fp"))
        else:
            raise OrderRefusedError(404, "not_found", "not found")
        return JSONResponse({})

    async def _delete_group(self, member: Member, request: Request) -> Response:
        group = self._held_group(member, request)
        self.entry.trip(member, group)
        del member.groups[group.id]
        return JSONResponse({})


def _shown(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "contracts_limit_fp": contracts(group.limit_e6),
        "is_auto_cancel_enabled": True,
    }


async def read_body(request: Request) -> dict[str, Any]:
    """Return a request's JSON object; ValueError for anything else."""
    raw = await asyncio.wait_for(request.json(), 5)
    if not isinstance(raw, dict):
        raise ValueError("not an object")
    return raw
