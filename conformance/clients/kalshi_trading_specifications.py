"""Kalshi's documents against our venue's trading: requests as documented, every answer and frame.

An answer must fit the document's schema for its path, method and status, and hold no stranger.
"""

import asyncio
import base64
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import websockets
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from kalshi_schemas import Answers, Messages
from talk import run

PATH = "/trade-api/ws/v2"
CHANNELS = ("fill", "user_orders", "market_positions")
ORDERS = "/portfolio/events/orders"
READ_LAG_S = 1.2


def signed(kalshi, method, path):
    """Return a request's three headers."""
    key = serialization.load_pem_private_key(Path(kalshi["private_key_path"]).read_bytes(), None)
    stamp = str(int(time.time() * 1000))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = key.sign(f"{stamp}{method}{path}".encode(), pss, hashes.SHA256())
    return {
        "KALSHI-ACCESS-KEY": kalshi["key_id"],
        "KALSHI-ACCESS-TIMESTAMP": stamp,
        "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
    }


class Desk:
    """Asks, and holds every answer against the document."""

    def __init__(self, kalshi, answers, report):
        self.kalshi = kalshi
        self.answers = answers
        self.report = report

    def ask(self, method, pattern, body=None, query=None, status=200, **names):
        """Return the JSON of one signed request."""
        path = pattern.format(**names)
        base = self.kalshi["rest"]
        url = f"{base}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = signed(self.kalshi, method, urlsplit(base).path + path)
        raw = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, raw, headers, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as got:
                got_status, told = got.status, json.load(got)
        except urllib.error.HTTPError as refused:
            got_status, told = refused.code, json.load(refused)
        named = f"{method} {pattern}"
        self.report.calls[named] += 1
        self.report.expect(f"{named}: {got_status} {told}", got_status == status)
        if got_status == status:
            problems = self.answers.problems(pattern, told, method.lower(), str(status))
            for problem in problems:
                self.report.problem(problem)
        return told


def trade(desk):
    """Make every request of trading once."""
    listed = desk.ask("GET", "/markets", query={"limit": 100})["markets"]
    market = next(
        m for m in listed if m["status"] == "active" and "0.2" < m["yes_bid_dollars"] < "0.7"
    )
    bid, ask = market["yes_bid_dollars"], market["yes_ask_dollars"]
    order = {
        "ticker": market["ticker"],
        "side": "bid",
        "count": "2.00",
        "price": ask,
        "time_in_force": "immediate_or_cancel",
        "self_trade_prevention_type": "taker_at_cross",
        "client_order_id": "first",
    }
    resting = order | {"price": bid, "time_in_force": "good_till_canceled"}
    taken = desk.ask("POST", ORDERS, order, status=201)
    rests = desk.ask("POST", ORDERS, resting | {"client_order_id": "second"}, status=201)
    named = {"order_id": rests["order_id"]}
    amended = {"ticker": market["ticker"], "side": "bid", "price": bid, "count": "1.50"}
    desk.ask("POST", ORDERS + "/{order_id}/amend", amended, **named)
    desk.ask("POST", ORDERS + "/{order_id}/decrease", {"reduce_by": "0.50"}, **named)
    time.sleep(READ_LAG_S)
    desk.ask("GET", "/portfolio/orders", query={"limit": 10})
    desk.ask("GET", "/portfolio/orders/{order_id}", order_id=taken["order_id"])
    desk.ask("GET", "/portfolio/fills", query={"limit": 10})
    desk.ask("GET", "/portfolio/positions")
    desk.ask("GET", "/portfolio/balance")
    desk.ask("GET", "/portfolio/settlements")
    desk.ask("DELETE", ORDERS + "/{order_id}", query={"market_ticker": market["ticker"]}, **named)
    batch = [resting | {"client_order_id": name} for name in ("third", "third", "fourth")]
    made = desk.ask("POST", ORDERS + "/batched", {"orders": batch}, status=201)["orders"]
    wanted = [{"order_id": each["order_id"]} for each in made if "order_id" in each]
    wanted.append({"order_id": taken["order_id"]})
    desk.ask("DELETE", ORDERS + "/batched", {"orders": wanted})
    groups = "/portfolio/order_groups"
    limit = {"contracts_limit_fp": "5.00"}
    group = desk.ask("POST", groups + "/create", limit, status=201)["order_group_id"]
    desk.ask("GET", groups)
    desk.ask("GET", groups + "/{order_group_id}", order_group_id=group)
    for action in ("trigger", "reset"):
        pattern = groups + "/{order_group_id}/" + action
        desk.ask("PUT", pattern, {}, order_group_id=group)
    desk.ask("PUT", groups + "/{order_group_id}/limit", limit, order_group_id=group)
    desk.ask("DELETE", groups + "/{order_group_id}", order_group_id=group)


async def exercise(addresses, report):
    """Trade while the private channels are listened to."""
    folder, kalshi = Path(addresses["specifications"]), addresses["kalshi"]
    messages = Messages(folder / "asyncapi.yaml")

    async def listen(socket):
        async for text in socket:
            message = json.loads(text)
            report.messages[message.get("type", "?")] += 1
            for problem in messages.problems(message):
                report.problem(problem)

    headers = signed(kalshi, "GET", PATH)
    async with websockets.connect(kalshi["ws"], additional_headers=headers) as socket:
        listening = asyncio.create_task(listen(socket))
        command = {"id": 1, "cmd": "subscribe", "params": {"channels": CHANNELS}}
        await socket.send(json.dumps(command))
        await asyncio.sleep(0.3)
        desk = Desk(kalshi, Answers(folder / "openapi.yaml"), report)
        await asyncio.to_thread(trade, desk)
        await asyncio.sleep(0.3)
        listening.cancel()
    for kind in ("fill", "user_order", "market_position"):
        report.expect(f"no {kind} was heard", report.messages[kind] > 0)


run(exercise)
