"""Keys, signatures and queries over HTTP, with wallets that really sign."""

import base64
import hashlib
import hmac
import json
import random
from typing import Any

import coincurve
import httpx
import pytest

from tests.simulation.world import World
from underround.simulation.book import ASK, BID
from underround.simulation.polymarket.account_rest import AccountRest
from underround.simulation.polymarket.clob import Engine
from underround.simulation.polymarket.order_entry import OrderEntry
from underround.simulation.polymarket.order_signature import (
    domain_hash,
    keccak256,
    order_identity,
    signer_of,
    struct_hash,
)
from underround.simulation.polymarket.rest import PolymarketRest
from underround.simulation.polymarket.user_channel import UserChannel

NOW_S = 1_795_000_000
ONE = 1_000_000
AUTH = "ClobAuth(address address,string timestamp,uint256 nonce,string message)"


class Stranger:
    """A wallet and its key, written from the venue's documentation alone."""

    def __init__(self, rest: AccountRest, clob: Any) -> None:
        self.rest = rest
        self.key = coincurve.PrivateKey(random.Random(5).randbytes(32))
        public = self.key.public_key.format(compressed=False)[1:]
        self.address = "0x" + keccak256(public)[-20:].hex()
        self.web = httpx.AsyncClient(
            transport=httpx.ASGITransport(clob.app), base_url="http://venue"
        )
        self.auth: dict[str, str] = {}

    def sign(self, domain: bytes, contents: bytes) -> str:
        digest = keccak256(b"\x19\x01" + domain + contents)
        raw = self.key.sign_recoverable(digest, hasher=None)
        return "0x" + raw[:64].hex() + bytes((raw[64] + 27,)).hex()

    async def make_key(self, **wrong: str) -> httpx.Response:
        values = {
            "address": self.address,
            "timestamp": str(NOW_S),
            "nonce": "0",
            "message": "This message attests that I control the given wallet",
        }
        domain = domain_hash(name="ClobAuthDomain", version="1", chainId=137)
        headers = {
            "POLY_ADDRESS": self.address,
            "POLY_TIMESTAMP": str(NOW_S),
            "POLY_NONCE": "0",
            "POLY_SIGNATURE": self.sign(domain, struct_hash(AUTH, values)),
        } | wrong
        answer = await self.web.post("/auth/api-key", headers=headers)
        self.auth = answer.json()
        return answer

    async def ask(self, method: str, path: str, body: Any = None, **wrong: str) -> httpx.Response:
        text = "" if body is None else json.dumps(body)
        message = f"{NOW_S}{method}{path.partition('?')[0]}{text}".encode()
        secret = base64.urlsafe_b64decode(self.auth["secret"])
        digest = hmac.new(secret, message, hashlib.sha256).digest()
        headers = {
            "POLY_ADDRESS": self.address,
            "POLY_TIMESTAMP": str(NOW_S),
            "POLY_API_KEY": self.auth["apiKey"],
            "POLY_PASSPHRASE": self.auth["passphrase"],
            "POLY_SIGNATURE": base64.urlsafe_b64encode(digest).decode(),
        } | wrong
        return await self.web.request(method, path, content=text, headers=headers)

    def order(self, token: str, neg_risk: bool, **more: Any) -> dict[str, Any]:
        order = {
            "salt": 5,
            "maker": self.address,
            "signer": self.address,
            "tokenId": token,
            "makerAmount": "4500000",
            "takerAmount": "10000000",
            "side": "BUY",
            "signatureType": 0,
            "timestamp": "1795000000000",
            "metadata": "0x" + "00" * 32,
            "builder": "0x" + "00" * 32,
            "expiration": "0",
            "signature": "0x" + "00" * 65,
        } | more
        version = "3" if int(token) & (((1 << 64) - 1) << 40) == 0 else "2"
        identity, _ = order_identity(order, version, neg_risk=neg_risk)
        # the signature is over the same 32 bytes that the hash is made of
        raw = self.key.sign_recoverable(bytes.fromhex(identity[2:]), hasher=None)
        order["signature"] = "0x" + raw[:64].hex() + bytes((raw[64] + 27,)).hex()
        return {"order": order, "orderType": "GTC", "owner": self.auth["apiKey"]}


@pytest.fixture
def stranger() -> Stranger:
    world = World(7, 2)
    market = world.pairs[0].polymarket
    market.book.clear()
    market.tick_e4 = 100
    world.exchange.change_polymarket(world.pairs[0], [(BID, 4_000, ONE), (ASK, 5_000, ONE)])
    rest = PolymarketRest([p.polymarket for p in world.pairs], lambda: NOW_S * 10**9, lambda _: 0)
    channel = UserChannel(lambda: NOW_S * 10**9, {})
    entry = OrderEntry(world.exchange, lambda: NOW_S * 10**9, channel, lambda _s, _act: None)
    account = AccountRest(entry, rest.books, lambda: NOW_S * 10**9)
    rest.clob.router.routes.extend(account.routes)
    made = Stranger(account, rest.books)
    made.market = market
    return made


async def test_a_wallet_gets_its_key_and_only_its_own(stranger) -> None:
    assert (await stranger.make_key()).status_code == 200
    first = stranger.auth
    await stranger.make_key()
    assert stranger.auth == first
    for wrong in ({"POLY_NONCE": "1"}, {"POLY_ADDRESS": "0x" + "12" * 20}, {"POLY_SIGNATURE": ""}):
        assert (await stranger.make_key(**wrong)).status_code == 401


async def test_every_part_of_a_request_is_signed(stranger) -> None:
    await stranger.make_key()
    assert (await stranger.ask("GET", "/data/orders?market=x")).json()["data"] == []
    for wrong in (
        {"POLY_PASSPHRASE": "x"},
        {"POLY_TIMESTAMP": str(NOW_S - 3_600)},
        {"POLY_ADDRESS": "0x" + "12" * 20},
        {"POLY_API_KEY": "x"},
    ):
        assert (await stranger.ask("GET", "/data/orders", **wrong)).status_code == 401


async def test_an_order_is_placed_seen_and_cancelled_by_its_hash(stranger) -> None:
    await stranger.make_key()
    body = stranger.order(stranger.market.tokens[0], stranger.market.neg_risk)
    placed = (await stranger.ask("POST", "/order", body)).json()
    assert (placed["success"], placed["status"]) == (True, "live")
    [seen] = (await stranger.ask("GET", "/data/orders")).json()["data"]
    assert (seen["id"], seen["price"], seen["original_size"]) == (placed["orderID"], "0.45", "10")
    one = (await stranger.ask("GET", f"/data/order/{placed['orderID']}")).json()
    assert one["status"] == "LIVE"
    gone = (await stranger.ask("DELETE", "/order", {"orderID": placed["orderID"]})).json()
    assert gone == {"canceled": [placed["orderID"]], "not_canceled": {}}
    again = (await stranger.ask("DELETE", "/orders", [placed["orderID"]])).json()
    assert again["canceled"] == []
    assert (await stranger.ask("GET", "/data/order/0x12")).status_code == 404


async def test_a_changed_order_is_not_the_signed_one(stranger) -> None:
    await stranger.make_key()
    body = stranger.order(stranger.market.tokens[0], stranger.market.neg_risk)
    body["order"] |= {"makerAmount": "9000000", "takerAmount": "20000000"}
    refused = await stranger.ask("POST", "/order", body)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid signature")


async def test_a_batch_answers_for_each_order(stranger) -> None:
    await stranger.make_key()
    good = stranger.order(stranger.market.tokens[0], stranger.market.neg_risk)
    bad = stranger.order(stranger.market.tokens[0], stranger.market.neg_risk, makerAmount="1")
    answers = (await stranger.ask("POST", "/orders", [good, bad])).json()
    assert [answer["success"] for answer in answers] == [True, False]


async def test_a_blocked_place_is_told_and_refused(stranger) -> None:
    await stranger.make_key()
    stranger.rest.is_blocked = True
    assert (await stranger.web.get("/api/geoblock")).json()["blocked"] is True
    body = stranger.order(stranger.market.tokens[0], stranger.market.neg_risk)
    assert (await stranger.ask("POST", "/order", body)).status_code == 403


@pytest.mark.parametrize(
    ("engine", "posted", "deleted"),
    [
        (Engine.RUNNING, 401, 401),
        (Engine.RESTARTING, 425, 425),
        (Engine.POST_ONLY, 503, 401),
    ],
)
async def test_a_restart_is_seen_on_the_order_paths_alone(
    stranger, engine, posted, deleted
) -> None:
    stranger.rest._clob.engine = engine
    async with stranger.web as clob:
        assert (await clob.post("/order", json={})).status_code == posted
        assert (await clob.delete("/orders")).status_code == deleted
        token = stranger.market.tokens[0]
        assert (await clob.get("/book", params={"token_id": token})).status_code == 200


def test_garbage_is_signed_by_nobody() -> None:
    for signature in (b"", bytes(65), bytes(64) + b"\x1b", b"\xff" * 64 + b"\x1c"):
        assert signer_of(bytes(32), bytes(32), signature) is None
