"""What is shared of prices: what a taker pays for YES and NO, of LIVE books only."""

from typing import Any

import pytest

from tests.core.desk import KALSHI, NO, POLYMARKET, START_NS, TICKER, YES, Desk
from underround.app.price_board import PriceBoard
from underround.core.effect import BookJudged
from underround.core.event import MarketClosed
from underround.core.instrument import Venue
from underround.core.venue_event import TradingHalted, VenueStatusChanged
from underround.core.venue_status import VenueState
from underround.stores.memory import MemoryPrices
from underround.stores.prices import Price

CONDITION, PAIR = "0xrain", "rain"


class Shown:
    """A desk whose prices are shared as a run shares them."""

    def __init__(self, **facts: Any) -> None:
        self.desk = Desk(**facts)
        self.prices = MemoryPrices(lambda: 0.0)
        pairs = [direction.pair for direction in self.desk.engine.directions[:1]]
        self.board = PriceBoard(self.desk.engine, pairs, self.prices)

    async def now(self) -> dict[tuple[str, str], tuple[int | None, int | None]]:
        """Tell the board what happened since the last time, and return what is shared."""
        for effect in self.desk.heard:
            if isinstance(effect, BookJudged):
                self.board.judged(effect.instrument, effect.at_ns)
        self.desk.heard.clear()
        self.board.flush(self.desk.now_ns)
        entries = await self.prices.all()
        return {key: (price.yes_e4, price.no_e4) for key, price in entries.items()}


@pytest.fixture
def shown() -> Shown:
    made = Shown()
    made.desk.opening([(4_000, 10)], [(6_300, 10)], ([(3_700, 10)], [(4_100, 10)]))
    return made


async def test_prices_are_shared_under_the_market_and_the_pair(shown: Shown):
    polymarket, kalshi = (4_000, 6_300), (4_100, 6_300)
    assert await shown.now() == {
        (CONDITION, "polymarket"): polymarket,
        (PAIR, "polymarket"): polymarket,
        (TICKER, "kalshi"): kalshi,
        (PAIR, "kalshi"): kalshi,
    }


async def test_a_price_carries_the_time_it_was_shared(shown: Shown):
    await shown.now()
    assert await shown.prices.get(PAIR, "kalshi") == Price(4_100, 6_300, shown.desk.now_ns)


async def test_changes_follow_and_an_empty_side_has_no_price(shown: Shown):
    await shown.now()
    desk = shown.desk
    desk.hear(POLYMARKET, desk.change(NO, ("ask", 6_300, 0)))
    desk.hear(KALSHI, desk.delta("bid", 3_700, -10), desk.delta("ask", 4_000, 1))
    now = await shown.now()
    assert (now[PAIR, "polymarket"], now[PAIR, "kalshi"]) == ((4_000, None), (4_000, None))


async def test_nothing_is_shared_before_both_tokens_have_a_book():
    shown = Shown()
    shown.desk.polymarket(YES, [], [(4_000, 10)])
    assert await shown.now() == {}
    shown.desk.polymarket(NO, [], [(6_300, 10)])
    assert (await shown.now())[PAIR, "polymarket"] == (4_000, 6_300)


@pytest.mark.parametrize("name", [YES, NO])
async def test_a_doubtful_book_has_no_price_until_it_is_whole_again(shown: Shown, name: str):
    await shown.now()
    desk = shown.desk
    desk.hear(POLYMARKET, desk.change(name, ("ask", 10_000, 1)))
    assert set(await shown.now()) == {(TICKER, "kalshi"), (PAIR, "kalshi")}
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_900, 1)))
    assert set(await shown.now()) == {(TICKER, "kalshi"), (PAIR, "kalshi")}
    desk.polymarket(name, [], [(5_000, 10)])
    now = await shown.now()
    assert now[CONDITION, "polymarket"] == ((5_000, 6_300) if name == YES else (3_900, 5_000))


async def test_a_lost_connection_withdraws_its_prices(shown: Shown):
    await shown.now()
    shown.desk.close(KALSHI)
    assert set(await shown.now()) == {(CONDITION, "polymarket"), (PAIR, "polymarket")}


STOPS = [
    (
        KALSHI,
        TradingHalted(TICKER, is_halted=True, reason="paused"),
        TradingHalted(TICKER, is_halted=False, reason=""),
        TICKER,
    ),
    (POLYMARKET, MarketClosed(YES, "resolved"), None, CONDITION),
    (KALSHI, MarketClosed(TICKER, "determined"), None, TICKER),
]


@pytest.mark.parametrize(("connection", "stop", "go_on", "market"), STOPS)
async def test_a_market_that_does_not_trade_has_no_price(
    shown: Shown, connection, stop, go_on, market
):
    before = await shown.now()
    shown.desk.hear(connection, stop)
    shown.desk.wait(200)
    assert await shown.now() == {
        key: value
        for key, value in before.items()
        if key[1] != ("kalshi" if market == TICKER else "polymarket")
    }
    if go_on is not None:
        shown.desk.hear(connection, go_on)
        shown.desk.wait(200)
        assert await shown.now() == before


async def test_a_venue_that_pauses_has_no_prices_until_it_goes_on(shown: Shown):
    before = await shown.now()
    for state, expected in ((VenueState.PAUSED, "polymarket"), (VenueState.NORMAL, "")):
        shown.desk.process(VenueStatusChanged(Venue.KALSHI, state, "", shown.desk.now_ns))
        shown.desk.wait(200)
        now = await shown.now()
        assert now == {key: value for key, value in before.items() if expected in ("", key[1])}


async def test_a_market_past_its_close_has_no_price():
    shown = Shown(kalshi_facts={"close_at_ns": START_NS + 10**9})
    shown.desk.opening([(4_000, 10)], [(6_300, 10)], ([(3_700, 10)], [(4_100, 10)]))
    assert (TICKER, "kalshi") in await shown.now()
    shown.desk.wait(1_100)
    assert (TICKER, "kalshi") not in await shown.now()


async def test_a_verdict_on_an_unknown_book_is_nothing(shown: Shown):
    shown.board.judged("nobody", 0)
    assert len(await shown.now()) == 4
