"""Kalshi's orders: our words to the wire's, and every answer to one meaning."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.fees import kalshi_terms
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.trading.order import OrderIntent, TimeInForce
from underround.core.trading.order_event import (
    DoneReason,
    Filled,
    OrderAcknowledged,
    OrderDone,
    OrderRejected,
    OrderUnanswered,
    RejectReason,
)
from underround.venues.kalshi.fills import KalshiFill
from underround.venues.kalshi.order_messages import WirePlaced
from underround.venues.kalshi.orders import (
    filled_event,
    placed_event,
    read_error,
    read_placed,
    write_order,
)
from underround.venues.kalshi.private import PrivateCodec, PrivateSession

ONE = 1_000_000
MARKET = Instrument(
    venue=Venue.KALSHI,
    id="KXTEST-1",
    market_id="m",
    outcome=Outcome.YES,
    title="t",
    ranges=((0, 10_000, 100),),
    fees=kalshi_terms("quadratic", "1"),
    shard=2,
)


def intent(**more) -> OrderIntent:
    fields = {
        "id": "trade-1-leg-1",
        "trade": "trade-1",
        "leg": 1,
        "venue": Venue.KALSHI,
        "instrument": MARKET.id,
        "outcome": Outcome.YES,
        "is_buy": True,
        "size_e6": 10 * ONE,
        "limit_e4": 4_400,
        "time_in_force": TimeInForce.IOC,
        "dies_at_ns": 1_795_000_000 * 10**9,
    }
    return OrderIntent(**(fields | more))


@pytest.mark.parametrize(
    ("outcome", "is_buy", "side", "price"),
    [
        (Outcome.YES, True, "bid", "0.4400"),
        (Outcome.YES, False, "ask", "0.4400"),
        (Outcome.NO, True, "ask", "0.5600"),
        (Outcome.NO, False, "bid", "0.5600"),
    ],
)
def test_the_wire_has_one_book_and_the_yes_price(outcome, is_buy, side, price) -> None:
    written = json.loads(write_order(intent(outcome=outcome, is_buy=is_buy), MARKET, "group-1"))
    assert written == {
        "ticker": "KXTEST-1",
        "client_order_id": "trade-1-leg-1",
        "side": side,
        "count": "10.00",
        "price": price,
        "time_in_force": "immediate_or_cancel",
        "self_trade_prevention_type": "taker_at_cross",
        "exchange_index": 2,
        "order_group_id": "group-1",
    }


def test_what_rests_has_an_end() -> None:
    written = json.loads(write_order(intent(time_in_force=TimeInForce.GTC), MARKET))
    assert written["time_in_force"] == "good_till_canceled"
    assert written["expiration_time"] == 1_795_000_000


@pytest.mark.parametrize("wrong", [{"limit_e4": 4_450}, {"size_e6": 5_000}, {"size_e6": 0}])
def test_what_the_venue_cannot_express_is_not_written(wrong) -> None:
    with pytest.raises(ValueError, match="trade-1-leg-1"):
        write_order(intent(**wrong), MARKET)


@pytest.mark.parametrize(
    ("kind", "filled", "remaining", "meaning"),
    [
        (TimeInForce.IOC, "10.00", "0.00", DoneReason.FILLED),
        (TimeInForce.IOC, "4.00", "0.00", DoneReason.EXPIRED),
        (TimeInForce.FOK, "0.00", "0.00", DoneReason.KILLED),
        (TimeInForce.GTC, "0.00", "0.00", DoneReason.CANCELLED),
    ],
)
def test_the_answer_ends_an_order(kind, filled, remaining, meaning) -> None:
    body = json.dumps({"order_id": "v", "fill_count": filled, "remaining_count": remaining})
    event = read_placed(intent(time_in_force=kind), 201, body.encode(), 5)
    filled_e6 = int(float(filled) * ONE)
    assert event == OrderDone("trade-1-leg-1", "v", filled_e6, meaning, 5)


def test_what_rests_is_acknowledged() -> None:
    body = b'{"order_id":"v","fill_count":"3.00","remaining_count":"7.00"}'
    event = read_placed(intent(time_in_force=TimeInForce.GTC), 201, body, 5)
    assert event == OrderAcknowledged("trade-1-leg-1", "v", 3 * ONE, 5)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (409, '{"error":{"code":"order_already_exists","message":"x"}}', RejectReason.DUPLICATE),
        (409, '{"code":"trading_is_paused","message":"x"}', RejectReason.PAUSED),
        (400, '{"error":{"code":"insufficient_balance"}}', RejectReason.BALANCE),
        (400, '{"code":"available_balance_too_low"}', RejectReason.BALANCE),
        (400, '{"code":"invalid_order_size"}', RejectReason.SIZE),
        (400, '{"code":"something_new"}', RejectReason.INVALID),
        (400, "not json", RejectReason.INVALID),
        (401, '{"code":"token_authentication_failure"}', RejectReason.AUTHENTICATION),
        (403, "<html>", RejectReason.FORBIDDEN),
        (429, '{"error":"too many requests"}', RejectReason.RATE_LIMIT),
    ],
)
def test_a_refusal_is_flat_or_wrapped(status, body, reason) -> None:
    event = read_placed(intent(), status, body.encode(), 5)
    assert isinstance(event, OrderRejected)
    assert (event.order, event.reason) == ("trade-1-leg-1", reason)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b'{"error":{"code":"service_unavailable"}}'),
        (500, b""),
        (502, b"<html>"),
        (408, b""),
        (301, b""),
        (201, b"{}"),
        (201, b"garbage"),
        (201, b'{"order_id":"v","fill_count":"x"}'),
    ],
)
def test_whatever_proves_nothing_is_unanswered(status, body) -> None:
    assert isinstance(read_placed(intent(), status, body, 5), OrderUnanswered)


@given(st.integers(0, 599), st.binary(max_size=60))
def test_no_answer_breaks_the_reader(status: int, body: bytes) -> None:
    event = read_placed(intent(), status, body, 5)
    assert event.order == "trade-1-leg-1"
    if status >= 500:
        assert isinstance(event, OrderUnanswered)
    read_error(body)


def test_one_order_of_a_batch_may_be_refused() -> None:
    error = json.loads('{"error":{"code":"invalid_price","message":"x"}}')["error"]
    placed = WirePlaced(error=read_error(json.dumps(error).encode()))
    event = placed_event(intent(), placed, 5)
    assert isinstance(event, OrderRejected)
    assert event.reason is RejectReason.PRICE


def fill(outcome: Outcome, price_e4: int) -> KalshiFill:
    return KalshiFill(
        trade_id="t",
        order_id="v",
        ticker=MARKET.id,
        is_taker=True,
        outcome=outcome,
        price_e4=price_e4,
        size_e6=ONE,
        fee_cost="0.01",
        fee_cost_usd_e6=10_000,
        at_ns=None,
    )


def test_a_fill_is_told_in_the_orders_own_words() -> None:
    bought = filled_event(fill(Outcome.NO, 5_600), intent(outcome=Outcome.NO), 5)
    assert (bought.is_buy, bought.outcome, bought.price_e4) == (True, Outcome.NO, 5_600)
    sold = filled_event(fill(Outcome.NO, 5_600), intent(is_buy=False), 5)
    assert (sold.is_buy, sold.outcome, sold.price_e4) == (False, Outcome.YES, 4_400)
    strange = filled_event(fill(Outcome.NO, 5_600), None, 5)
    assert (strange.order, strange.is_buy, strange.outcome) == (None, True, Outcome.NO)
    with pytest.raises(ValueError, match="other side"):
        filled_event(fill(Outcome.NO, 5_600), intent(), 5)


def frame(kind: str, **msg) -> bytes:
    return json.dumps({"type": kind, "sid": 1, "msg": msg}).encode()


def test_private_frames_become_events() -> None:
    ours = {"trade-1-leg-1": intent()}
    codec = PrivateCodec(lambda name: ours.get(name or ""), lambda: 5)
    assert not codec.is_subscribed
    for _ in range(3):
        assert codec.decode(frame("subscribed", channel="fill", sid=1)) == []
    assert codec.is_subscribed
    [got] = codec.decode(
        frame(
            "fill",
            trade_id="t",
            order_id="v",
            market_ticker=MARKET.id,
            is_taker=True,
            yes_price_dollars="0.4300",
            count_fp="2.00",
            fee_cost="0.034400",
            outcome_side="yes",
            book_side="bid",
            ts_ms=7,
            client_order_id="trade-1-leg-1",
        )
    )
    assert isinstance(got, Filled)
    assert (got.order, got.size_e6, got.price_e4) == ("trade-1-leg-1", 2 * ONE, 4_300)
    order = {"order_id": "v", "client_order_id": "trade-1-leg-1", "fill_count_fp": "2.00"}
    [done] = codec.decode(frame("user_order", status="canceled", **order))
    assert done == OrderDone("trade-1-leg-1", "v", 2 * ONE, DoneReason.CANCELLED, 5)
    assert codec.decode(frame("user_order", status="resting", order_id="z")) == []
    codec.decode(frame("market_position", market_ticker=MARKET.id, position_fp="-3.00"))
    assert codec.positions[MARKET.id].size_e6 == -3 * ONE


@given(st.binary(max_size=80))
def test_no_frame_breaks_the_codec(raw: bytes) -> None:
    codec = PrivateCodec(lambda _name: None, lambda: 5)
    assert codec.decode(raw) == []


def test_the_session_asks_for_all_of_the_account() -> None:
    [asked] = PrivateSession().opened()
    params = json.loads(asked)["params"]
    assert params == {"channels": ["fill", "user_orders", "market_positions"]}
