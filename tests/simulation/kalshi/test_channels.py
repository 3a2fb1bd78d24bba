"""Kalshi's channels beside the order book: who hears what, in which form, with which numbers."""

import json
import random
from typing import Any

import pytest

from tests.simulation.lines import Line
from tests.simulation.world import World
from underround.simulation.book import ASK, BID
from underround.simulation.index import Index
from underround.simulation.kalshi.publisher import Conversation, KalshiPublisher
from underround.simulation.kalshi.session import Session
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.market import Pair
from underround.simulation.outlet import Outlet
from underround.simulation.universe import draw_extras

NOW_NS = 1_786_085_188_978_000_000


class Listener:
    """A session with a line that keeps what it is sent."""

    def __init__(self, publisher: KalshiPublisher) -> None:
        self._line = Line()
        session = Session(publisher.markets, lambda: NOW_NS // 1_000_000, ("BRTI",))
        self.session = session
        publisher.conversations.append(Conversation(session, Outlet(self._line.connection, [])))

    def say(self, cmd: str, **params: Any) -> list[dict[str, Any]]:
        command = {"id": 1, "cmd": cmd, "params": params}
        return [json.loads(text) for text in self.session.answer(json.dumps(command))]

    def heard(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self._line.take()]


@pytest.fixture
def world() -> World:
    return World(7, pairs=4)


@pytest.fixture
def publisher(world: World) -> KalshiPublisher:
    markets = [pair.kalshi for pair in world.pairs]
    made = KalshiPublisher(markets, lambda: NOW_NS, lambda _market: NOW_NS + 900 * 10**9)
    world.exchange.kalshi = made
    return made


@pytest.fixture
def listener(publisher: KalshiPublisher) -> Listener:
    return Listener(publisher)


@pytest.fixture
def pair(world: World) -> Pair:
    return world.pairs[1]


@pytest.fixture
def lifecycle(world: World) -> Lifecycle:
    return Lifecycle(world.exchange, world.pairs, lambda: NOW_NS)


def test_tickers_are_coalesced_and_carry_no_number(world, publisher, listener, pair) -> None:
    listener.say("subscribe", channels=["ticker"])
    for size_e6 in (20_000_000, 30_000_000, 40_000_000):
        world.exchange.change_kalshi(pair, [(BID, 100, size_e6)])
    assert listener.heard() == []
    publisher.flush_tickers()
    (ticker,) = listener.heard()
    assert (ticker["type"], ticker["sid"], "seq" in ticker) == ("ticker", 1, False)
    bid_e4, ask_e4 = pair.kalshi.book.top()
    assert bid_e4 is not None and ask_e4 is not None
    body = ticker["msg"]
    assert body["yes_bid_dollars"] == f"{bid_e4 / 10_000:.4f}"
    assert body["yes_ask_size_fp"] == f"{pair.kalshi.book.asks[ask_e4] / 1e6:.2f}"
    assert set(body) == {
        *("market_id", "market_ticker", "price_dollars", "yes_bid_dollars", "yes_ask_dollars"),
        *("yes_bid_size_fp", "yes_ask_size_fp", "last_trade_size_fp", "volume_fp"),
        *("open_interest_fp", "dollar_volume", "dollar_open_interest", "ts", "ts_ms", "time"),
    }
    publisher.flush_tickers()
    assert listener.heard() == []


def test_a_ticker_may_open_with_a_snapshot_and_be_named_by_id(listener, pair) -> None:
    subscribed, first = listener.say(
        "subscribe",
        channels=["ticker"],
        market_ids=[pair.kalshi.market_id],
        send_initial_snapshot=True,
    )
    assert (subscribed["type"], first["msg"]["market_ticker"]) == ("subscribed", pair.kalshi.ticker)
    (ok,) = listener.say("subscribe", channels=["ticker"], market_ids=[pair.kalshi.market_id])
    assert ok["msg"] == {
        "market_tickers": [pair.kalshi.ticker],
        "market_ids": [pair.kalshi.market_id],
    }
    assert "seq" not in ok
    (refused,) = listener.say("subscribe", channels=["trade"], market_ids=[pair.kalshi.market_id])
    assert refused["msg"]["code"] == 11


def test_an_acknowledgement_may_leave_the_lists_out(listener, pair) -> None:
    listener.say(
        "subscribe", channels=["ticker"], market_ticker=pair.kalshi.ticker, skip_ticker_ack=True
    )
    (ok,) = listener.say("subscribe", channels=["ticker"], market_ticker="KXOTHER-26-A")
    assert ok["msg"] == {}


def test_a_trade_moves_volume_and_the_last_price(world, publisher, listener, pair) -> None:
    listener.say("subscribe", channels=["trade", "ticker"], market_ticker=pair.kalshi.ticker)
    world.exchange.trade_kalshi(pair, ASK, 1_000_000)
    publisher.flush_tickers()
    trade, ticker = listener.heard()
    assert (trade["type"], trade["seq"], trade["msg"]["taker_book_side"]) == ("trade", 1, "ask")
    assert ticker["msg"]["price_dollars"] == trade["msg"]["yes_price_dollars"]
    assert ticker["msg"]["last_trade_size_fp"] == "1.00"


def test_lives_of_markets_reach_whoever_follows_them(lifecycle, listener, pair) -> None:
    listener.say("subscribe", channels=["market_lifecycle_v2"], market_ticker="KXIGNORED-1")
    lifecycle.deactivate(pair)
    lifecycle.activate(pair)
    lifecycle.regrid(pair, "banded_centi_cent")
    lifecycle.know_strike(pair, 66_879.899999, "Target Price: $66,879.90")
    heard = listener.heard()
    assert [one["seq"] for one in heard] == [1, 2, 3, 4]
    assert {one["type"] for one in heard} == {"market_lifecycle_v2"}
    assert [one["msg"]["event_type"] for one in heard] == [
        "deactivated",
        "activated",
        "price_level_structure_updated",
        "metadata_updated",
    ]
    assert [one["msg"].get("is_deactivated") for one in heard[:2]] == [True, False]
    assert heard[2]["msg"]["price_ranges"] == [
        {"start": "0.0000", "end": "1.0000", "step": "0.0001"}
    ]
    assert heard[3]["msg"]["floor_strike"] == 66_879.899999


def test_settling_is_announced_around_the_empty_snapshot(world, listener, pair) -> None:
    listener.say(
        "subscribe",
        channels=["market_lifecycle_v2", "orderbook_delta"],
        market_ticker=pair.kalshi.ticker,
    )
    pair.kalshi.book.clear()
    world.exchange.settle_kalshi(pair, "no")
    determined, snapshot, settled = listener.heard()
    assert determined["msg"] == {
        "market_ticker": pair.kalshi.ticker,
        "event_type": "determined",
        "determination_ts": 0,
        "result": "no",
        "settlement_value": "0.0000",
    }
    assert (snapshot["type"], settled["msg"]["event_type"]) == ("orderbook_snapshot", "settled")


def test_a_new_market_comes_with_its_event_and_its_facts(lifecycle, listener) -> None:
    listener.say("subscribe", channels=["market_lifecycle_v2"])
    lifecycle.list(draw_extras(random.Random(1), 1, 40)[0])
    event, market = listener.heard()
    assert event["type"] == "event_lifecycle"
    assert set(event["msg"]) == {
        *("event_ticker", "exchange_index", "title", "subtitle", "collateral_return_type"),
        "series_ticker",
    }
    assert market["msg"]["event_type"] == "created"
    assert market["msg"]["close_ts"] - market["msg"]["open_ts"] == 900
    assert market["msg"]["additional_metadata"]["event_ticker"] == event["msg"]["event_ticker"]


def test_fee_overrides_come_and_go(lifecycle, listener, pair) -> None:
    listener.say("subscribe", channels=["market_lifecycle_v2"])
    lifecycle.change_event_fee(pair.kalshi.event_ticker, 20_000)
    assert pair.kalshi.fee_multiplier_e4 == 20_000
    lifecycle.change_event_fee(pair.kalshi.event_ticker, None)
    assert pair.kalshi.fee_multiplier_e4 == pair.kalshi.series_multiplier_e4
    assert [one["msg"]["fee_multiplier_override"] for one in listener.heard()] == [2.0, None]


def test_index_values_are_numbered_and_averaged(publisher, listener) -> None:
    listener.say(
        "subscribe", channels=["cfbenchmarks_value", "cfbenchmarks_value_5hz"], index_ids=["BRTI"]
    )
    index = Index("BRTI", 7)
    publisher.printed(index.glance(1_000), is_fast=True)
    publisher.printed(index.print(1_000), is_fast=False)
    publisher.printed(index.print(2_000), is_fast=False)
    fast, first, second = listener.heard()
    assert (fast["type"], fast["sid"], fast["seq"]) == ("cfbenchmarks_value_5hz", 2, 1)
    assert fast["msg"]["value_usd"] == "85000.00000000"
    assert json.loads(fast["msg"]["data"])["time"] == 1_000
    assert [first["msg"]["avg_60s_data"]["window_size"], second["seq"]] == [0, 2]
    assert second["msg"]["avg_60s_data"]["window_start_ts_ms"] == -58_000


def test_indices_are_added_listed_and_taken_away(listener, publisher) -> None:
    listener.say("subscribe", channels=["cfbenchmarks_value"])
    publisher.printed(Index("BRTI", 7).print(1_000), is_fast=False)
    assert listener.heard() == []
    update = "update_subscription"
    answers = [
        *listener.say(update, sid=1, action="indexlist"),
        *listener.say(update, sid=1, action="subscribe_indices", index_ids=["all"]),
        *listener.say(update, sid=1, action="unsubscribe_indices", index_ids=["all"]),
        *listener.say(update, sid=1, action="subscribe_indices"),
        *listener.say(update, sid=1, action="add_markets", market_ticker="A"),
    ]
    assert [(a["type"], a["msg"].get("index_ids"), a["msg"].get("code")) for a in answers] == [
        ("cfbenchmarks_value_indexlist", ["BRTI"], None),
        ("ok", ["all"], None),
        ("ok", [], None),
        ("error", None, 24),
        ("error", None, 13),
    ]
    assert [a.get("seq") for a in answers] == [1, 2, 3, None, None]


def test_underlyings_have_an_error_of_their_own(listener) -> None:
    listener.say("subscribe", channels=["pyth_value"], underlying_tickers=["Metal.XAU/USD"])
    (listed,) = listener.say("update_subscription", sid=1, action="underlying_list")
    assert listed["type"] == "pyth_value_underlying_list"
    (refused,) = listener.say("update_subscription", sid=1, action="subscribe_underlyings")
    assert refused["msg"]["code"] == 28
    (left,) = listener.say(
        "update_subscription",
        sid=1,
        action="subscribe_underlyings",
        underlying_tickers=["FX.EUR/USD"],
    )
    assert left["msg"] == {"underlying_tickers": ["FX.EUR/USD", "Metal.XAU/USD"]}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"shard_factor": 0}, 19),
        ({"shard_key": 1}, 20),
        ({"shard_factor": 4, "shard_key": 4}, 21),
        ({"shard_factor": 101}, 22),
    ],
)
def test_shards_that_make_no_sense_are_refused(listener, params, code) -> None:
    (refused,) = listener.say("subscribe", channels=["communications"], **params)
    assert refused["msg"]["code"] == code


def test_limits_of_markets_and_commands(publisher) -> None:
    now_ms = [1_000]
    small = Session(
        publisher.markets, lambda: now_ms[0], commands_per_s=2, markets_per_subscription=2
    )

    def subscribe(*tickers: str) -> int | None:
        params = {"channels": ["orderbook_delta"], "market_tickers": list(tickers)}
        first = small.answer(json.dumps({"id": 1, "cmd": "subscribe", "params": params}))[0]
        code: int | None = json.loads(first)["msg"].get("code")
        return code

    assert [subscribe("A", "B"), subscribe("C"), subscribe("A")] == [None, 26, 27]
    now_ms[0] += 1_000
    assert subscribe("A") is None


def test_a_command_can_be_made_to_fail(listener) -> None:
    listener.session.forced_error = 18
    (refused,) = listener.say("subscribe", channels=["trade"])
    assert refused["msg"] == {"code": 18, "msg": "Command timeout"}


def test_an_ended_subscription_is_told_its_last_number(listener, world, pair) -> None:
    listener.say("subscribe", channels=["orderbook_delta"], market_ticker=pair.kalshi.ticker)
    subscription = listener.session.by_channel["orderbook_delta"]
    ended = json.loads(listener.session.end(subscription, 25).render())
    assert (ended["sid"], ended["seq"], ended["msg"]["code"]) == (1, 2, 25)
    world.exchange.change_kalshi(pair, [(BID, 100, 20_000_000)])
    assert listener.heard() == []
