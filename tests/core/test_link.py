"""What a connection remembers of absolute sizes: enough to judge what comes late, or it says so."""

import pytest

from tests.core.desk import NO, POLYMARKET, YES, Desk
from underround.core.event import LevelsSet
from underround.core.instrument import Venue
from underround.core.link import REMEMBERED, Link


def at(
    time_ms: int, *levels: tuple[str, str, int], claims: tuple[str, str] = ("", "")
) -> LevelsSet:
    """Make a message that sets levels to a size that tells its time."""
    return LevelsSet(
        [(name, side == "bid", price_e4, time_ms, "", "") for name, side, price_e4 in levels],
        time_ms,
    )


def link(*messages: LevelsSet) -> Link:
    made = Link(POLYMARKET, Venue.POLYMARKET)
    for message in messages:
        if message.time_ms >= made.latest_ms:
            made.latest_ms = message.time_ms
            made.recent.append(message)
        else:
            made.disordered.append(message)
    return made


ASK, BID, OTHER = (YES, "ask", 4_000), (YES, "bid", 4_000), (NO, "ask", 4_000)
FULL = [at(time_ms, OTHER) for time_ms in range(100, 100 + REMEMBERED)]


@pytest.mark.parametrize(
    ("messages", "time_ms", "overtaken"),
    [
        ([], 5, False),
        ([at(6, ASK)], 5, True),
        ([at(5, ASK)], 5, False),
        ([at(6, BID), at(7, OTHER), at(8, (YES, "ask", 4_100))], 5, False),
        ([at(9, OTHER), at(7, ASK)], 6, True),
        ([at(9, OTHER), at(7, ASK)], 7, False),
        (FULL, 100, False),
        (FULL, 99, None),
        (FULL[1:], 99, False),
        ([*FULL, at(1_000, ASK)], 101, True),
        ([*FULL, at(1_000, ASK)], 100, None),
    ],
)
def test_a_level_is_overtaken_by_a_later_message_about_it(messages, time_ms, overtaken):
    name, side, price_e4 = ASK
    assert link(*messages).is_overtaken(name, side == "bid", price_e4, time_ms) is overtaken


def test_changes_come_back_in_the_order_of_their_times():
    made = link(at(5, ASK), at(9, ASK, OTHER), at(7, BID), at(8, ASK))
    assert made.changes_after(YES, 4) == [at(5, ASK), at(7, BID), at(8, ASK), at(9, ASK)]
    assert made.changes_after(YES, 7) == [at(8, ASK), at(9, ASK)]
    assert made.changes_after(YES, 9) == []
    assert link(*FULL).changes_after(YES, 99) is None


def test_the_last_change_is_the_newest_in_order():
    made = link(at(5, ASK), at(9, ASK, BID), at(10, OTHER), at(7, ASK))
    assert made.last_change(YES, 4) == made.recent[1].changes[1]
    assert made.last_change(YES, 9) is None


def test_a_new_connection_remembers_nothing_of_the_one_before():
    desk = Desk()
    desk.polymarket(YES, time_ms=1)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 1), time_ms=900))
    desk.close(POLYMARKET)
    desk.open_polymarket()
    made = desk.engine.links[POLYMARKET]
    assert (list(made.recent), made.latest_ms, list(made.books)) == ([], 0, [YES, NO])
    desk.polymarket(YES, time_ms=1)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 1), time_ms=800))
    assert desk.book(YES).asks.price_e4 == 4_000
