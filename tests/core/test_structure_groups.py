"""Many books with unfinished groups: opened on whole prices of all, and not kept waiting."""

from tests.core.desk import KALSHI
from tests.core.hall import Hall, on_kalshi, said
from tests.core.test_structure_desk import NAMES, partition
from underround.core.event import Batch
from underround.core.settings import Settings


def a_set(*names: str, ask: int) -> Hall:
    instruments, questions = on_kalshi(*names)
    hall = Hall(instruments, [partition(questions)], Settings(verify_after_ns=10**10))
    hall.books(*(hall.image(name, [], [(ask, 9)]) for name in names))
    return hall


def change(hall: Hall, name: str, price_e4: int, contracts: float, group: int) -> list[str]:
    """Change one level of a market's asks, within a group."""
    told = hall.delta(name, "ask", price_e4, contracts, group)
    return said(hall.process(Batch(KALSHI, hall.now_ns, [told])))


def test_two_passing_prices_do_not_confirm_each_other():
    hall = a_set("A", "B", ask=6_000)
    assert change(hall, "A", 3_000, 9, group=7) == []
    assert change(hall, "B", 3_000, 9, group=7) == []
    assert change(hall, "A", 3_000, -9, group=7) == []
    # A's group ends at 0.60 while B passes 0.30, then B's at 0.60 while A passes 0.30.
    assert change(hall, "A", 3_000, 9, group=8) == []
    assert change(hall, "B", 3_000, -9, group=7) == []
    assert change(hall, "B", 9_000, 1, group=8) == []
    assert change(hall, "A", 3_000, -9, group=8) == []
    assert said(hall.tick(100)) == []
    assert hall.opened == []


def test_books_that_never_rest_open_on_their_whole_prices():
    hall = a_set(*NAMES, ask=4_000)
    for name in NAMES:
        assert change(hall, name, 3_000, 9, group=0) == []
    seen: list[str] = []
    for turn in range(1, 3):  # a change every millisecond: no book rests for five
        for name in NAMES:
            hall.now_ns += 10**6
            seen += change(hall, name, 9_000 + turn * 10, 1, group=turn)
            seen += said(hall.tick())
    assert seen == ["all_yes opened"]
    assert hall.open[0].held_for == "group"


def test_a_whole_price_without_an_edge_is_waited_out():
    hall = a_set("A", "B", ask=4_000)
    assert said(hall.tick(100)) == []
    (standing,) = hall.open
    assert standing.edge_top_e6 == 200_000
    hall = a_set("A", "B", ask=6_000)
    assert change(hall, "A", 3_000, 9, group=1) == []
    assert said(hall.tick(4)) == []
    assert said(hall.tick(1)) == ["all_yes opened"]
