"""Faults by name over real sockets: what begins, what a client sees, and that it ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.simulation.clients import hear, kalshi, polymarket, say
from underround.simulation.book import BID
from underround.simulation.faults.kinds import KINDS
from underround.simulation.faults.orders import Order, read_order
from underround.simulation.market import Pair
from underround.simulation.venues import SimulatedVenues


@pytest.fixture
async def venues() -> AsyncIterator[SimulatedVenues]:
    async with SimulatedVenues(7, pairs=3) as made:
        yield made


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as made:
        yield made


@pytest.fixture
def pair(venues: SimulatedVenues) -> Pair:
    return venues.pairs[1]


async def follow_polymarket(channel: ClientConnection, pair: Pair) -> Any:
    await say(channel, {"type": "market", "assets_ids": list(pair.polymarket.tokens)})
    return await hear(channel)


async def follow_kalshi(socket: ClientConnection, pair: Pair) -> Any:
    params = {"channels": ["orderbook_delta"], "market_ticker": pair.kalshi.ticker}
    await say(socket, {"id": 1, "cmd": "subscribe", "params": params})
    assert (await hear(socket))["type"] == "subscribed"
    return await hear(socket)


async def closing_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await socket.recv()
    return None if closed.value.rcvd is None else closed.value.rcvd.code


async def test_a_fault_is_ordered_shown_and_ended_over_the_control_port(venues, web) -> None:
    control = venues.addresses["control"] + "/faults"
    made = await web.post(control, json={"name": "gap", "at_s": 60, "for_s": 2, "seed": 5})
    assert made.status_code == 201
    fault = made.json()
    assert (fault["id"], fault["state"], fault["began_ns"]) == (1, "waiting", None)
    now = (await web.post(control, json={"name": "gap", "for_s": 60})).json()
    assert now["state"] == "in force"
    assert len(venues.exchange.polymarket.faults) == 1
    ended = (await web.delete(f"{control}/2")).json()
    assert (ended["state"], venues.exchange.polymarket.faults) == ("over", [])
    await web.delete(control)
    shown = (await web.get(control)).json()["faults"]
    assert [each["state"] for each in shown] == ["over", "over"]
    assert (await web.delete(f"{control}/9")).status_code == 404
    assert set((await web.get(control + "/kinds")).json()["kinds"]) == set(KINDS)


async def test_a_fault_begins_and_ends_at_its_time(venues) -> None:
    fault = venues.faults.order(Order(name="storm", at_s=0.02, for_s=0.02))
    assert fault.as_dict()["state"] == "waiting"
    while fault.ended_ns is None:  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.005)
    assert fault.began_ns is not None
    assert fault.ended_ns - fault.began_ns >= 19_000_000


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "fault None is not known"),
        ({"name": "gaps"}, "did you mean 'gap'"),
        ({"name": "gap", "at": 3}, "field 'at' is not one of"),
        ({"name": "gap", "at_s": -1}, "at_s -1 is not 0"),
        ({"name": "gap", "for_s": "long"}, "for_s 'long' is not a number"),
        ({"name": "gap", "amount": True}, "amount True is not a number"),
        ({"name": "gap", "seed": "x"}, "seed a whole number"),
    ],
)
def test_a_wrong_order_is_one_clear_line(fields, problem) -> None:
    with pytest.raises(ValueError, match=problem) as error:
        read_order(fields, KINDS)
    assert "\n" not in str(error.value)


async def test_a_target_must_be_there_and_be_hit(venues, web) -> None:
    control = venues.addresses["control"] + "/faults"
    for order, problem in (
        ({"name": "gap", "target": "nobody"}, "nor a pair, ticker, token or slug"),
        ({"name": "tick_change", "target": "kalshi"}, "hits polymarket only"),
    ):
        refused = await web.post(control, json=order)
        assert (refused.status_code, problem in refused.json()["error"]) == (400, True)
    assert (await web.post(control, content=b"[]")).status_code == 400


async def test_a_frozen_connection_still_answers_and_a_new_one_speaks(venues, pair) -> None:
    async with polymarket(venues.addresses) as old:
        await follow_polymarket(old, pair)
        venues.faults.order(Order(name="freeze_with_pong", target="polymarket"))
        venues.exchange.change_polymarket(pair, [(BID, 100, 1_000_000)])
        await say(old, {"operation": "subscribe", "assets_ids": list(pair.polymarket.tokens)})
        assert await old.recv() == "[]\n"
        await old.send("PING")
        assert await old.recv() == "PONG"
        async with polymarket(venues.addresses) as new:
            assert len(await follow_polymarket(new, pair)) == 2


async def test_a_half_open_connection_answers_nothing(venues, pair) -> None:
    async with polymarket(venues.addresses) as channel:
        await follow_polymarket(channel, pair)
        fault = venues.faults.order(Order(name="half_open", target="polymarket"))
        await channel.send("PING")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(channel.recv(), 0.05)
        venues.faults.end(fault.id)
        assert await closing_code(channel) is None


@pytest.mark.parametrize(
    ("fields", "polymarket_code", "kalshi_code"),
    [
        ({"name": "disconnect"}, None, None),
        ({"name": "disconnect", "amount": 1012}, 1012, 1012),
        ({"name": "slow_consumer", "target": "polymarket"}, 1013, 0),
    ],
)
async def test_connections_end_as_ordered(
    venues, pair, fields, polymarket_code, kalshi_code
) -> None:
    async with polymarket(venues.addresses) as channel, kalshi(venues.addresses) as socket:
        await follow_polymarket(channel, pair)
        await follow_kalshi(socket, pair)
        venues.faults.read(fields)
        assert await closing_code(channel) == polymarket_code
        if kalshi_code != 0:
            assert await closing_code(socket) == kalshi_code


@pytest.mark.parametrize(("name", "code"), [("slow_consumer", 25), ("channel_error", 10)])
async def test_kalshis_subscriptions_end_by_code(venues, pair, name, code) -> None:
    async with kalshi(venues.addresses) as socket:
        await follow_kalshi(socket, pair)
        venues.faults.order(Order(name=name, target="kalshi"))
        ended = await hear(socket)
        assert (ended["sid"], ended["seq"], ended["msg"]["code"]) == (1, 2, code)
        again = await follow_kalshi(socket, pair)
        assert (again["sid"], again["seq"]) == (2, 1)


async def test_maintenance_shuts_the_doors_and_opens_them(venues, pair, web) -> None:
    async with kalshi(venues.addresses) as socket:
        await follow_kalshi(socket, pair)
        fault = venues.faults.order(Order(name="maintenance", for_s=60))
        assert await closing_code(socket) is None
    for open_ in (kalshi, polymarket):
        with pytest.raises(InvalidStatus, match="503"):
            await open_(venues.addresses)
    answer = await web.get(venues.addresses["kalshi"]["rest"] + "/exchange/status")
    assert (answer.status_code, answer.json()["exchange_active"]) == (503, False)
    assert not pair.is_open
    venues.faults.end(fault.id)
    async with kalshi(venues.addresses) as socket:
        assert (await follow_kalshi(socket, pair))["msg"]["clock"] == 0
    assert pair.is_open


async def test_too_many_requests_and_error_pages_are_answered(venues, web) -> None:
    book = venues.addresses["polymarket"]["clob"] + "/time"
    fault = venues.faults.order(Order(name="rate_limit_429", target="polymarket"))
    limited = await web.get(book)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "1")
    with pytest.raises(InvalidStatus, match="429"):
        await polymarket(venues.addresses)
    venues.faults.end(fault.id)
    fault = venues.faults.order(Order(name="html_instead_of_json"))
    page = await web.get(book)
    assert (page.status_code, page.text[:9]) == (502, "<!DOCTYPE")
    venues.faults.end(fault.id)
    assert (await web.get(book)).status_code == 200


async def test_a_ghost_book_is_seen_over_rest_alone(venues, pair, web) -> None:
    books = venues.addresses["kalshi"]["rest"] + f"/markets/{pair.kalshi.ticker}/orderbook"
    true = (await web.get(books)).json()
    fault = venues.faults.order(Order(name="ghost_book", target=pair.id))
    ghost = (await web.get(books)).json()["orderbook_fp"]
    assert (ghost["yes_dollars"], ghost["no_dollars"]) == (
        [["0.0100", "1000.00"]],
        [["0.0100", "1000.00"]],
    )
    async with kalshi(venues.addresses) as socket:
        seen = await follow_kalshi(socket, pair)
        assert seen["msg"]["yes_dollars_fp"] == true["orderbook_fp"]["yes_dollars"]
    venues.faults.end(fault.id)
    assert (await web.get(books)).json() == true


async def test_a_frozen_asset_stays_silent_while_its_siblings_speak(venues, pair) -> None:
    other = venues.pairs[2]
    async with polymarket(venues.addresses) as channel:
        await follow_polymarket(channel, pair)
        tokens = list(other.polymarket.tokens)
        await say(channel, {"operation": "subscribe", "assets_ids": tokens})
        await hear(channel)
        venues.faults.order(Order(name="asset_freeze", target=pair.id, for_s=60))
        venues.exchange.change_polymarket(pair, [(BID, 100, 1_000_000)])
        venues.exchange.change_polymarket(other, [(BID, 100, 1_000_000)])
        assert (await hear(channel))["market"] == other.polymarket.condition_id


async def test_a_crossed_book_is_shown_and_taken_back(venues, pair) -> None:
    async with polymarket(venues.addresses) as channel, kalshi(venues.addresses) as socket:
        await follow_polymarket(channel, pair)
        await follow_kalshi(socket, pair)
        fault = venues.faults.order(Order(name="crossed_book", target=pair.id, for_s=60))
        venues.flow.run_until(0)
        lie = await hear(channel)
        (yes, *_) = lie["price_changes"]
        assert float(yes["best_bid"]) > float(yes["best_ask"])
        up = await hear(socket)
        venues.faults.end(fault.id)
        for _ in range(20):
            venues.flow.step()
            if venues.flow.now_ns > 400_000_000:
                break
        down = await hear(socket)
        while down["msg"]["price_dollars"] != up["msg"]["price_dollars"]:
            down = await hear(socket)
        assert down["msg"]["delta_fp"] == f"-{up['msg']['delta_fp']}"


async def test_grids_fees_and_pauses_change_on_request(venues, pair) -> None:
    assert pair.polymarket.tick_e4 in (10, 100)
    before_e4 = pair.polymarket.tick_e4
    venues.faults.order(Order(name="tick_change", target=pair.polymarket.slug))
    venues.faults.order(Order(name="grid_change", target=pair.kalshi.ticker))
    fee = venues.faults.order(Order(name="fee_change", target=pair.id, amount=3.0))
    paused = venues.faults.order(Order(name="pause", amount=pair.kalshi.shard))
    assert (pair.polymarket.tick_e4, pair.kalshi.structure) == (before_e4 // 10, "deci_cent")
    assert (pair.kalshi.fee_multiplier_e4, pair.kalshi.halted) == (30_000, True)
    venues.faults.end(fee.id)
    venues.faults.end(paused.id)
    assert pair.kalshi.event_multiplier_e4 is None
    assert pair.is_open
    one = venues.faults.order(Order(name="market_pause", target=pair.id))
    assert pair.kalshi.status == "inactive"
    venues.faults.end(one.id)
    assert pair.is_open
    venues.faults.order(Order(name="resolve", target=pair.id))
    assert (pair.kalshi.status, pair.polymarket.winner) == ("finalized", 0)


async def test_an_engine_restart_ends_in_post_only_and_then_runs(venues, web) -> None:
    order = venues.addresses["polymarket"]["clob"] + "/order"
    venues.faults.order(Order(name="engine_restart", for_s=0.6))
    assert (await web.post(order, json={})).status_code == 425
    seen = set()
    while (code := (await web.post(order, json={})).status_code) != 401:
        seen.add(code)
    assert seen <= {425, 503}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_says_what_it_does_and_what_it_can_hit(name) -> None:
    kind = KINDS[name]
    assert kind.summary[0].isupper()
    assert len(kind.summary) > 20
    assert kind.lines is None or set(kind.lines) <= {"polymarket", "kalshi"}


async def test_every_kind_begins_and_ends_without_a_listener(venues) -> None:
    for number, name in enumerate(sorted(KINDS), 1):
        fault = venues.faults.order(Order(name=name, for_s=60))
        venues.flow.run_until(number * 100_000_000)
        venues.faults.end(fault.id)
        assert not any(line.faults for line in (venues.exchange.polymarket, venues.bitcoin.rtds))
        assert not any(pair.kalshi.halted for pair in venues.pairs)
