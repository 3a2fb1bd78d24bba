"""Members trade on the simulated Kalshi: order types, refusals, money, groups, lost answers."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.simulation.world import World
from underround.simulation.book import ASK, BID
from underround.simulation.kalshi.members import CASH_USD_E6, Fill, Member
from underround.simulation.kalshi.order_entry import OrderEntry
from underround.simulation.kalshi.portfolio import Portfolio
from underround.simulation.kalshi.rest import KalshiRest
from underround.simulation.own_orders import OwnOrder

ONE = 1_000_000
ORDERS = "/portfolio/events/orders"


class Heard:
    def __init__(self) -> None:
        self.fills: list[Fill] = []
        self.states: list[tuple[str, str | None]] = []

    def filled(self, member: Member, fill: Fill) -> None:
        self.fills.append(fill)

    def changed(self, member: Member, order: OwnOrder) -> None:
        self.states.append((order.facts["status"], order.facts["reason"]))


class Venue:
    def __init__(self) -> None:
        world = World(7, 2)
        self.exchange, self.pair = world.exchange, world.pairs[0]
        self.market = self.pair.kalshi
        self.now_ns = 10**18
        self.market.book.clear()
        self.flow((BID, 4_000, 10 * ONE), (ASK, 5_000, 10 * ONE), (ASK, 5_100, 10 * ONE))
        self.heard = Heard()
        self.entry = OrderEntry(self.exchange, lambda: self.now_ns, self.heard)
        self.portfolio = Portfolio(self.entry, lambda: self.now_ns)
        rest = KalshiRest([self.market], lambda _s: 0, portfolio=self.portfolio.routes)
        self.web = httpx.AsyncClient(
            transport=httpx.ASGITransport(rest.app),
            base_url="http://venue/trade-api/v2",
            headers={"KALSHI-ACCESS-KEY": "me"},
        )
        self.me = self.entry.member("me")

    def flow(self, *changes) -> None:
        self.exchange.change_kalshi(self.pair, list(changes))

    def body(self, side: str, price: str, count: str, /, **more: Any) -> dict[str, Any]:
        return {
            "ticker": self.market.ticker,
            "side": side,
            "price": price,
            "count": count,
            "time_in_force": "immediate_or_cancel",
            "self_trade_prevention_type": "taker_at_cross",
        } | more

    async def place(self, *arguments: str, **more: Any) -> httpx.Response:
        return await self.web.post(ORDERS, json=self.body(*arguments, **more))


GTC = {"time_in_force": "good_till_canceled"}
FOK = {"time_in_force": "fill_or_kill"}


@pytest.fixture
def venue() -> Venue:
    return Venue()


async def test_an_order_walks_the_book_and_is_charged_to_the_hundredth_of_a_cent(venue) -> None:
    answer = await venue.place("bid", "0.5100", "15.00", client_order_id="one")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["fill_count"], told["remaining_count"]) == ("15.00", "0.00")
    assert told["average_fill_price"] == "0.5033"
    assert [(f.price_e4, f.size_e6, f.fee_usd_e6) for f in venue.heard.fills] == [
        (5_000, 10 * ONE, 175_000),
        (5_100, 5 * ONE, 87_500),  # 0.087465 up to a hundredth of a cent
    ]
    shard = venue.market.shard
    spent = 10 * 500_000 + 5 * 510_000 + 175_000 + 87_500
    assert venue.me.cash_usd_e6[shard] == CASH_USD_E6 - spent
    assert venue.market.book.asks == {5_100: 5 * ONE}


async def test_selling_what_is_held_closes_it_and_buying_no_is_a_sale(venue) -> None:
    await venue.place("bid", "0.5000", "10.00")
    venue.flow((BID, 4_000, 30 * ONE))
    await venue.place("ask", "0.4000", "25.00")
    holding = venue.me.holdings[venue.market]
    assert holding.position_e6 == -15 * ONE
    assert holding.realized_usd_e6 == -10 * 100_000
    assert holding.cost_usd_e6 == 15 * 600_000


async def test_what_cannot_fill_whole_is_killed(venue) -> None:
    killed = await venue.place("bid", "0.5000", "11.00", **FOK)
    assert killed.status_code == 409
    code = killed.json()["error"]["code"]
    assert code == "fill_or_kill_insufficient_resting_volume"
    assert (await venue.place("bid", "0.5000", "10.00", **FOK)).json()["fill_count"] == "10.00"


async def test_post_only_never_takes(venue) -> None:
    crossing = await venue.place("bid", "0.5000", "1.00", post_only=True, **GTC)
    assert crossing.json()["remaining_count"] == "0.00"
    assert venue.heard.states == [("canceled", "PostOnlyCrossCancel")]
    resting = await venue.place("bid", "0.4900", "1.00", post_only=True, **GTC)
    assert resting.json()["remaining_count"] == "1.00"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"price": "0.4950"}, 400, "invalid_price"),
        ({"price": "1.2000"}, 400, "invalid_price"),
        ({"count": "0.005"}, 400, "invalid_order_size"),
        ({"count": "-1.00"}, 400, "invalid_order_size"),
        ({"count": 5}, 400, "invalid_order_size"),
        ({"side": "yes"}, 400, "order_side_mismatch"),
        ({"time_in_force": None}, 400, "missing_parameters"),
        ({"count": "100000.00"}, 400, "insufficient_balance"),
        ({"ticker": "NO-SUCH"}, 404, "market_not_found"),
        ({"reduce_only": True}, 400, "invalid_order"),
        ({"order_group_id": "none"}, 404, "order_group_not_found"),
    ],
)
async def test_refusals_carry_the_venues_codes(venue, change, status, code) -> None:
    venue.market.structure = "linear_cent"
    answer = await venue.place("bid", "0.5000", "1.00", **change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert venue.me.cash_usd_e6[venue.market.shard] == CASH_USD_E6


async def test_cash_is_held_apart_by_shard(venue) -> None:
    venue.me.cash_usd_e6[venue.market.shard] = 4 * ONE
    told = (await venue.web.get("/portfolio/balance")).json()
    assert float(told["balance_dollars"]) > 20_000
    refused = await venue.place("bid", "0.5000", "10.00")
    assert refused.json()["error"]["code"] == "insufficient_balance"
    assert (await venue.place("bid", "0.4000", "9.00", **GTC)).status_code == 201
    assert (await venue.place("bid", "0.4000", "2.00", **GTC)).status_code == 400


async def test_an_open_client_id_is_not_taken_again(venue) -> None:
    assert (await venue.place("bid", "0.3", "1.00", client_order_id="x", **GTC)).status_code == 201
    again = await venue.place("bid", "0.3", "1.00", client_order_id="x", **GTC)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "order_already_exists")


async def test_own_orders_do_not_trade_with_each_other(venue) -> None:
    await venue.place("ask", "0.4900", "5.00", **GTC)
    taken = (await venue.place("bid", "0.5000", "5.00")).json()
    assert taken["fill_count"] == "0.00"
    assert venue.heard.states[-1] == ("canceled", "SelfTradeCancel")
    both = (await venue.place("bid", "0.5000", "5.00", self_trade_prevention_type="maker")).json()
    assert both["fill_count"] == "5.00"
    assert venue.market.book.asks == {5_000: 5 * ONE, 5_100: 10 * ONE}


async def test_orders_are_amended_decreased_and_cancelled(venue) -> None:
    order = (await venue.place("bid", "0.4000", "5.00", **GTC)).json()["order_id"]
    own = venue.me.orders[order]
    smaller = await venue.web.post(f"{ORDERS}/{order}/decrease", json={"reduce_by": "1.00"})
    assert (smaller.json()["remaining_count"], own.ahead_e6) == ("4.00", 10 * ONE)
    body = {"ticker": venue.market.ticker, "side": "bid", "price": "0.4100", "count": "6.00"}
    amended = await venue.web.post(f"{ORDERS}/{order}/amend", json=body)
    assert (amended.json()["remaining_count"], own.ahead_e6) == ("6.00", 0)
    wrong = await venue.web.post(f"{ORDERS}/{order}/amend", json=body | {"side": "ask"})
    assert wrong.json()["error"]["code"] == "order_side_mismatch"
    gone = await venue.web.delete(f"{ORDERS}/{order}")
    assert gone.json()["reduced_by"] == "6.00"
    assert venue.market.book.bids == {4_000: 10 * ONE}
    assert (await venue.web.delete(f"{ORDERS}/{order}")).status_code == 404


async def test_nothing_is_taken_while_paused_or_closed(venue) -> None:
    order = (await venue.place("bid", "0.4000", "5.00", **GTC)).json()["order_id"]
    venue.market.halted = True
    paused = await venue.place("bid", "0.4000", "5.00")
    assert (paused.status_code, paused.json()["error"]["code"]) == (409, "trading_is_paused")
    assert (await venue.web.delete(f"{ORDERS}/{order}")).status_code == 200
    venue.market.halted, venue.market.status = False, "closed"
    closed = await venue.web.delete(f"{ORDERS}/{order}")
    assert closed.json()["error"]["code"] == "market_inactive"


async def test_reads_lag_behind_writes(venue) -> None:
    order = (await venue.place("bid", "0.5000", "5.00")).json()["order_id"]
    assert (await venue.web.get("/portfolio/orders")).json()["orders"] == []
    venue.now_ns += 1_100_000_000
    [shown] = (await venue.web.get("/portfolio/orders")).json()["orders"]
    assert (shown["order_id"], shown["status"]) == (order, "executed")
    [fill] = (await venue.web.get(f"/portfolio/fills?order_id={order}")).json()["fills"]
    assert (fill["count_fp"], fill["fee_cost"], fill["outcome_side"]) == ("5.00", "0.087500", "yes")
    [position] = (await venue.web.get("/portfolio/positions")).json()["market_positions"]
    assert position["position_fp"] == "5.00"


async def test_a_group_cancels_all_when_its_cap_is_reached(venue) -> None:
    made = await venue.web.post("/portfolio/order_groups/create", json={"contracts_limit": 8})
    group = {"order_group_id": made.json()["order_group_id"]}
    await venue.place("bid", "0.3000", "5.00", **GTC, **group)
    await venue.place("bid", "0.5000", "9.00", **group)
    assert [order.is_resting for order in venue.me.orders.values()] == [False, False]
    refused = await venue.place("bid", "0.3000", "1.00", **group)
    assert refused.json()["error"]["code"] == "order_group_tripped"
    await venue.web.put(f"/portfolio/order_groups/{group['order_group_id']}/reset")
    assert (await venue.place("bid", "0.3000", "1.00", **group)).status_code == 201


async def test_a_batch_answers_for_each_order(venue) -> None:
    orders = [venue.body("bid", "0.5000", "1.00"), venue.body("bid", "0.5000", "0.001")]
    answers = (await venue.web.post(f"{ORDERS}/batched", json={"orders": orders})).json()["orders"]
    assert answers[0]["fill_count"] == "1.00"
    assert answers[1]["error"]["code"] == "invalid_order_size"


async def test_the_market_pays_whoever_held_the_winner(venue) -> None:
    await venue.place("bid", "0.5000", "10.00")
    before = venue.me.cash_usd_e6[venue.market.shard]
    venue.exchange.settle_kalshi(venue.pair, "yes")
    assert venue.me.cash_usd_e6[venue.market.shard] == before + 10 * ONE
    [paid] = (await venue.web.get("/portfolio/settlements")).json()["settlements"]
    assert paid["revenue"] == 1_000


async def test_an_order_may_be_taken_and_never_answered(venue) -> None:
    venue.portfolio.faults.lose_every = 1
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(venue.place("bid", "0.5000", "10.00"), 0.05)
    assert venue.me.holdings[venue.market].position_e6 == 10 * ONE


async def test_503_tells_nothing_about_the_order(venue) -> None:
    venue.portfolio.faults.fail_every = 1
    answers = [await venue.place("bid", "0.5000", "1.00") for _ in range(4)]
    assert {answer.status_code for answer in answers} == {503}
    assert venue.me.holdings[venue.market].position_e6 == 2 * ONE
