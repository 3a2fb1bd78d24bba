"""Polymarket's orders: our words to the wire's, and every answer to one meaning."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.fees import polymarket_terms
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.trading.order import OrderIntent, TimeInForce
from underround.core.trading.order_event import (
    DoneReason,
    Filled,
    FillStatus,
    OrderAcknowledged,
    OrderDone,
    OrderRejected,
    OrderUnanswered,
    RejectReason,
)
from underround.venues.polymarket.orders import Identity, read_placed, write_order
from underround.venues.polymarket.private import UserCodec, UserSession
from underround.venues.polymarket.signed_order import DEPOSIT_WALLET, EOA
from underround.venues.polymarket.signing import ApiKey, Wallet

ONE = 1_000_000
NOW_NS = 1_795_000_000 * 10**9
WALLET = Wallet(b"\x07" * 32)
WHO = Identity(WALLET, WALLET.address, EOA, "key-id")
TOKEN = Instrument(
    venue=Venue.POLYMARKET,
    id=str((1 << 250) + (1 << 60)),
    market_id="m",
    outcome=Outcome.NO,
    title="t",
    ranges=((0, 10_000, 10),),
    fees=polymarket_terms("0.07"),
)
HASH = "0x" + "ab" * 32


def intent(**more) -> OrderIntent:
    fields = {
        "id": "trade-1-leg-0",
        "trade": "trade-1",
        "leg": 0,
        "venue": Venue.POLYMARKET,
        "instrument": TOKEN.id,
        "outcome": Outcome.NO,
        "is_buy": True,
        "size_e6": 12_340_000,
        "limit_e4": 4_430,
        "time_in_force": TimeInForce.FAK,
        "dies_at_ns": NOW_NS + 90 * 10**9,
    }
    return OrderIntent(**(fields | more))


def written(what: OrderIntent, who: Identity = WHO) -> dict:
    return json.loads(write_order(what, TOKEN, who, 5, NOW_NS)[1])


def test_an_immediate_order_is_of_exact_shares() -> None:
    body = written(intent())
    order = body.pop("order")
    assert body == {"orderType": "FAK", "owner": "key-id", "deferExec": False}
    assert (order["makerAmount"], order["takerAmount"]) == ("5466620", "12340000")
    assert (order["side"], order["salt"], order["expiration"]) == ("BUY", 5, "0")
    assert order["tokenId"] == TOKEN.id
    assert order["maker"] == order["signer"] == WALLET.address


def test_a_sale_makes_shares_and_takes_dollars() -> None:
    order = written(intent(is_buy=False))["order"]
    assert (order["makerAmount"], order["takerAmount"]) == ("12340000", "5466620")
    assert order["side"] == "SELL"


@given(st.integers(1, 999), st.integers(1_000, 10**6), st.booleans())
def test_amounts_are_never_rounded(tick: int, lots: int, is_buy: bool) -> None:
    what = intent(limit_e4=tick * 10, size_e6=lots * 10_000, is_buy=is_buy)
    if is_buy and what.limit_e4 * what.size_e6 < ONE * 10_000:
        with pytest.raises(ValueError, match="below \\$1"):
            written(what)
        return
    order = written(what)["order"]
    dollars, shares = int(order["makerAmount"]), int(order["takerAmount"])
    if not is_buy:
        dollars, shares = shares, dollars
    assert dollars * 10_000 == what.limit_e4 * shares
    assert dollars % 10 == 0  # five decimals, all that a tick of 0.001 allows


def test_a_deposit_wallet_signs_for_itself() -> None:
    funder = "0x" + "11" * 20
    order = written(intent(), Identity(WALLET, funder, DEPOSIT_WALLET, "key-id"))["order"]
    assert order["maker"] == order["signer"] == funder
    assert len(order["signature"]) > 2 + 2 * 65


def test_what_rests_has_an_end() -> None:
    body = written(intent(time_in_force=TimeInForce.GTC))
    assert (body["orderType"], body["order"]["expiration"]) == ("GTD", "1795000090")


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit_e4": 4_435},
        {"size_e6": 12_345_678},
        {"outcome": Outcome.YES},
        {"size_e6": ONE},
        {"time_in_force": TimeInForce.GTC, "dies_at_ns": NOW_NS + 59 * 10**9},
    ],
)
def test_what_the_venue_cannot_express_is_not_signed(wrong) -> None:
    with pytest.raises(ValueError, match="trade-1-leg-0"):
        written(intent(**wrong))


def answered(code: int, /, **told) -> object:
    told = {"success": True, "errorMsg": "", "orderID": HASH} | told
    return read_placed(intent(), HASH, code, json.dumps(told).encode(), 5)


@pytest.mark.parametrize(
    ("told", "event"),
    [
        (
            {"status": "matched", "makingAmount": "5.4", "takingAmount": "12.34"},
            OrderDone("trade-1-leg-0", HASH, 12_340_000, DoneReason.FILLED, 5),
        ),
        (
            {"status": "matched", "makingAmount": "1", "takingAmount": "2.5"},
            OrderDone("trade-1-leg-0", HASH, 2_500_000, DoneReason.EXPIRED, 5),
        ),
        (
            {"status": "matched", "makingAmount": "", "takingAmount": ""},
            OrderUnanswered("trade-1-leg-0", "matched, and not told how much", 5),
        ),
        ({"status": "delayed"}, OrderAcknowledged("trade-1-leg-0", HASH, 0, 5)),
        ({"status": "live"}, OrderAcknowledged("trade-1-leg-0", HASH, 0, 5)),
    ],
)
def test_what_a_success_means(told, event) -> None:
    assert answered(200, **told) == event


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (200, "not enough balance / allowance", RejectReason.BALANCE),
        (400, "order couldn't be fully filled. FOK orders are fully filled or killed.", "nf"),
        (200, "no orders found to match with FAK order. FAK orders are …", "nf"),
        (400, "order 0x1 is invalid. Duplicated.", RejectReason.DUPLICATE),
        (400, "Price breaks minimum tick size rule: 0.01", RejectReason.PRICE),
        (400, "something new", RejectReason.INVALID),
        (401, "Unauthorized/Invalid api key", RejectReason.AUTHENTICATION),
        (403, "Trading restricted in your region", RejectReason.FORBIDDEN),
        (403, "", RejectReason.FORBIDDEN),
        (425, "Too Early", RejectReason.PAUSED),
        (429, "", RejectReason.RATE_LIMIT),
        (503, "post_only_mode", RejectReason.PAUSED),
    ],
)
def test_what_a_refusal_means(status, text, reason) -> None:
    wanted = RejectReason.NOT_FILLABLE if reason == "nf" else reason
    key = "errorMsg" if status == 200 else "error"
    body = json.dumps({"success": False, key: text}).encode()
    event = read_placed(intent(), HASH, status, body, 5)
    assert isinstance(event, OrderRejected)
    assert event.reason is wanted


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (502, b"<html>"),
        (503, b'{"error":"service unavailable"}'),
        (200, b"{}"),
        (200, b"garbage"),
        (200, b'{"success":true,"orderID":"0x12","status":"matched"}'),
        (301, b""),
    ],
)
def test_whatever_proves_nothing_is_unanswered(status, body) -> None:
    assert isinstance(read_placed(intent(), HASH, status, body, 5), OrderUnanswered)


@given(st.integers(0, 599), st.binary(max_size=60))
def test_no_answer_breaks_the_reader(status: int, body: bytes) -> None:
    event = read_placed(intent(), HASH, status, body, 5)
    assert event.order == "trade-1-leg-0"


def trade(status: str, **more) -> bytes:
    told = {
        "event_type": "trade",
        "id": "t",
        "taker_order_id": HASH,
        "asset_id": TOKEN.id,
        "side": "BUY",
        "size": "10",
        "price": "0.443",
        "status": status,
        "trader_side": "TAKER",
        "maker_orders": [
            {"order_id": "0x99", "matched_amount": "10", "price": "0.557", "side": "BUY"}
        ],
    }
    return json.dumps(told | more).encode()


def codec() -> UserCodec:
    return UserCodec({HASH: intent()}, {TOKEN.id: TOKEN}, lambda: 5)


@pytest.mark.parametrize("status", ["MATCHED", "MINED", "CONFIRMED", "RETRYING", "FAILED"])
def test_a_trade_is_told_at_every_step(status: str) -> None:
    [fill] = codec().decode(trade(status))
    assert fill == Filled(
        venue=Venue.POLYMARKET,
        venue_order_id=HASH,
        trade="t",
        order="trade-1-leg-0",
        instrument=TOKEN.id,
        outcome=Outcome.NO,
        is_buy=True,
        size_e6=10 * ONE,
        price_e4=4_430,
        fee_usd_e6=172_730,
        status=FillStatus(status.lower()),
        at_ns=5,
    )


def test_our_part_of_anothers_trade_is_the_makers_and_free() -> None:
    maker = {
        "order_id": HASH,
        "matched_amount": "4",
        "price": "0.44",
        "asset_id": TOKEN.id,
        "side": "BUY",
    }
    strange = trade("MATCHED", taker_order_id="0x1", trader_side="MAKER", maker_orders=[maker])
    [fill] = codec().decode(b"[" + strange + b"]")
    assert (fill.size_e6, fill.price_e4, fill.fee_usd_e6) == (4 * ONE, 4_400, 0)


def test_orders_of_the_user_channel_become_events() -> None:
    told = {
        "event_type": "order",
        "id": HASH,
        "status": "CANCELED",
        "asset_id": TOKEN.id,
        "side": "BUY",
        "original_size": "12.34",
        "size_matched": "",
        "price": "0.443",
        "type": "CANCELLATION",
    }
    [done] = codec().decode(json.dumps(told).encode())
    assert done == OrderDone("trade-1-leg-0", HASH, 0, DoneReason.CANCELLED, 5)
    killed = told | {"status": "CANCELED_order couldn't be fully filled. FOK orders are …"}
    [done] = codec().decode(json.dumps(killed).encode())
    assert done.reason is DoneReason.KILLED
    [live] = codec().decode(json.dumps(told | {"status": "LIVE"}).encode())
    assert live == OrderAcknowledged("trade-1-leg-0", HASH, 0, 5)
    assert codec().decode(json.dumps(told | {"id": "0x77"}).encode()) == []


@given(st.binary(max_size=120))
def test_no_frame_breaks_the_codec(raw: bytes) -> None:
    assert codec().decode(raw) == []


def test_a_heartbeats_answer_is_no_event() -> None:
    made = codec()
    assert made.decode(b"PONG") == []
    assert made.unreadable == 0


def test_the_session_shows_its_key_in_its_first_frame_and_nowhere_else() -> None:
    session = UserSession(ApiKey("key-id", "c2VjcmV0", "phrase"))
    [frame] = session.opened()
    auth = json.loads(frame)["auth"]
    assert auth == {"apiKey": "key-id", "secret": "c2VjcmV0", "passphrase": "phrase"}
    assert "c2VjcmV0" not in repr(session)
    assert "phrase" not in repr(session)
