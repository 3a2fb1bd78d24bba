"""Kalshi's AsyncAPI and OpenAPI documents against our venue: every message, every answer.

A message must fit one of the document's payloads of its type, and may hold no field that the
document does not know.
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
from talk import ready, run, told_to_stop

PATH = "/trade-api/ws/v2"
CHANNELS = (
    ("orderbook_delta", "market_tickers"),
    ("ticker", "market_tickers"),
    ("trade", "market_tickers"),
    ("market_lifecycle_v2", None),
    ("cfbenchmarks_value", "index_ids"),
    ("cfbenchmarks_value_5hz", "index_ids"),
)
REST = (
    ("/markets", {"limit": 100}),
    ("/markets", {"limit": 3, "status": "open"}),
    ("/markets/{ticker}", {}),
    ("/markets/{ticker}/orderbook", {}),
    ("/markets/{ticker}/orderbook", {"depth": 2}),
    ("/markets/orderbooks", None),
    ("/events", {"with_nested_markets": "true"}),
    ("/events/{event_ticker}", {}),
    ("/series", {}),
    ("/series/{series_ticker}", {}),
    ("/exchange/status", {}),
    ("/exchange/schedule", {}),
    ("/markets/trades", {"limit": 50}),
    ("/series/fee_changes", {"show_historical": "true"}),
    ("/events/fee_changes", {}),
    ("/account/limits", {}),
    ("/account/endpoint_costs", {}),
)


class Session:
    """One signed connection whose every message is held against the document."""

    def __init__(self, socket, messages, report):
        self.socket = socket
        self.messages = messages
        self.report = report
        self.answers = asyncio.Queue()
        self.last_id = 0

    async def listen(self):
        """Check every message; hand those with an id to whoever asked."""
        async for text in self.socket:
            message = json.loads(text)
            self.report.messages[message.get("type", "?")] += 1
            for problem in self.messages.problems(message):
                self.report.problem(problem)
            if message.get("id"):
                self.answers.put_nowait(message)

    async def say(self, command, params=None, wants=None):
        """Send a command and return its first answer; `wants` is the type it must have."""
        self.last_id += 1
        body = {"id": self.last_id, "cmd": command}
        await self.socket.send(json.dumps(body if params is None else body | {"params": params}))
        try:
            async with asyncio.timeout(10):
                while (answer := await self.answers.get())["id"] != self.last_id:
                    pass
        except TimeoutError:
            self.report.problem(f"{command} {params}: no answer")
            return {}
        self.report.calls[f"{command} {(params or {}).get('action', '')}".strip()] += 1
        if wants is not None:
            self.report.expect(
                f"{command} {params} is answered by {answer}", answer["type"] == wants
            )
        return answer


def signed(kalshi, path):
    """Return the handshake's three headers."""
    key = serialization.load_pem_private_key(Path(kalshi["private_key_path"]).read_bytes(), None)
    stamp = str(int(time.time() * 1000))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = key.sign(f"{stamp}GET{path}".encode(), pss, hashes.SHA256())
    return {
        "KALSHI-ACCESS-KEY": kalshi["key_id"],
        "KALSHI-ACCESS-TIMESTAMP": stamp,
        "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
    }


async def exercise(addresses, report):
    """Hold the answers of REST and the messages of a session against the documents."""
    folder = Path(addresses["specifications"])
    kalshi = addresses["kalshi"]
    tickers = await asyncio.to_thread(read, kalshi, folder, report)
    async with websockets.connect(
        kalshi["ws"], additional_headers=signed(kalshi, PATH), max_size=None
    ) as socket:
        session = Session(socket, Messages(folder / "asyncapi.yaml"), report)
        listening = asyncio.create_task(session.listen())
        sid = await subscribe(session, tickers)
        ready()
        await asyncio.sleep(1.0)
        await change(session, sid, tickers)
        await told_to_stop()
        await session.say("unsubscribe", {"sids": [sid]}, "unsubscribed")
        report.expect("the session ended", not listening.done())
        listening.cancel()


async def subscribe(session, tickers):
    """Subscribe to every channel of market data; return the book's sid."""
    sid = None
    filters = {"market_tickers": tickers, "index_ids": ["BRTI"]}
    for channel, narrowed in CHANNELS:
        params = {"channels": [channel]}
        if narrowed is not None:
            params[narrowed] = filters[narrowed]
        answer = await session.say("subscribe", params, "subscribed")
        if channel == "orderbook_delta" and answer.get("type") == "subscribed":
            sid = answer["msg"]["sid"]
    return sid


async def change(session, sid, tickers):
    """Give every command, right and wrong."""
    one = {"sids": [sid], "market_tickers": tickers[:1]}
    await session.say("list_subscriptions", None, "ok")
    await session.say("update_subscription", one | {"action": "delete_markets"}, "ok")
    await session.say("update_subscription", one | {"action": "add_markets"}, "ok")
    await session.say("update_subscription", one | {"action": "get_snapshot"}, "orderbook_snapshot")
    again = {"channels": ["orderbook_delta"], "market_tickers": tickers[:2]}
    await session.say("subscribe", again, "ok")
    await session.say("subscribe", {"channels": ["no_such_channel"]}, "error")
    await session.say("subscribe", {}, "error")
    await session.say("no_such_command", {}, "error")
    await session.say("update_subscription", {"sids": [999], "action": "add_markets"}, "error")
    await session.say("unsubscribe", {"sids": [999]}, "error")


def read(kalshi, folder, report):
    """Hold the answer of every path against the document; return the open markets' tickers."""
    answers = Answers(folder / "openapi.yaml")
    listed = get(kalshi, "/markets", {"limit": 1000})[1]["markets"]
    tickers = [market["ticker"] for market in listed]
    event = listed[0]["event_ticker"]
    names = {"ticker": tickers[0], "event_ticker": event, "series_ticker": event.partition("-")[0]}
    for path, query in REST:
        asked = [("tickers", ticker) for ticker in tickers[:10]] if query is None else query
        status, body = get(kalshi, path.format(**names), asked)
        report.calls[f"GET {path}"] += 1
        report.expect(f"GET {path}: {status}", status == 200)
        if status == 200:
            for problem in answers.problems(path, body):
                report.problem(problem)
    return tickers


def get(kalshi, path, query):
    """Return the status and the JSON of one signed request."""
    base = kalshi["rest"]
    url = f"{base}{path}" + (f"?{urlencode(query)}" if query else "")
    headers = signed(kalshi, urlsplit(base).path + path)
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=20
        ) as got:
            return got.status, json.load(got)
    except urllib.error.HTTPError as refused:
        return refused.code, None


run(exercise)
