"""The ledger of structures: intervals from the action that makes them to the one that ends them."""

from tests.simulation.structures.world import START_NS, StructuredWorld
from underround.simulation.book import ASK
from underround.simulation.market import KalshiMarket
from underround.simulation.structures.structure import Claim


def test_a_ladder_opens_and_ends_with_the_actions_that_move_it() -> None:
    world = StructuredWorld(7, ("ladder",))
    exchange = world.made.exchange
    ether = world.structure("ether-thresholds")
    wide, narrow = ether.markets[0], ether.markets[3]
    assert isinstance(wide, KalshiMarket) and isinstance(narrow, KalshiMarket)
    bid = narrow.book.top()[0]
    assert bid is not None
    price = bid - 500
    wide.book.bids.clear()
    exchange.change_single(wide, [(ASK, price, 20_000_000)])
    ledger = world.made.structures.ledger
    opened = {interval.legs for interval in ledger.intervals}
    assert (
        Claim("kalshi", wide.ticker, "yes"),
        Claim("kalshi", narrow.ticker, "no"),
    ) in {tuple(reversed(legs)) for legs in opened} | opened
    assert all(interval.end_ns is None for interval in ledger.intervals)
    # A single contract left at that price is fewer than may be bought.
    exchange.change_single(wide, [(ASK, price, 1_000_000)])
    assert all(interval.end_ns == START_NS for interval in ledger.intervals)


def test_a_market_that_closes_ends_what_stands_on_it() -> None:
    world = StructuredWorld(7, ("ladder",))
    exchange = world.made.exchange
    wide, *_, narrow = world.structure("ether-thresholds").markets
    assert isinstance(wide, KalshiMarket)
    bid = narrow.book.top()[0]
    assert bid is not None
    wide.book.bids.clear()
    exchange.change_single(wide, [(ASK, bid - 500, 20_000_000)])
    wide.status = "closed"
    exchange.judge_single(wide)
    intervals = world.made.structures.ledger.intervals
    assert intervals != []
    assert all(interval.end_ns is not None for interval in intervals)


def test_the_report_names_claims_worlds_and_every_state() -> None:
    world = StructuredWorld(7, ("basket",)).run(2)
    report = world.made.structures.report()
    (structure,) = report["structures"]
    assert structure["worlds"] == 4
    assert [member["pays"] for member in structure["members"]] == [
        [0],
        [1],
        [2],
        [3],
        [1, 2, 3],
        [2, 3],
        [3],
    ]
    assert {len(state) for state in report["states"]["bitcoin-basket"]} == {2 + 2 * 7}
