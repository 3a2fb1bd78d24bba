"""A set that lacks an outcome, or whose terms moved, is silenced before any catalog is asked."""

import pytest

from tests.core.desk import KALSHI, POLYMARKET
from tests.core.hall import Hall, said, ticker, tokens
from tests.core.test_structure_desk import NAMES, partition
from underround.core.effect import LookUpMarket
from underround.core.event import Batch, InstrumentsListed
from underround.core.instrument import Venue
from underround.core.structure import Basket, Ladder, question_of
from underround.core.structure_doubts import READ_AFTER_NS
from underround.core.venue_event import (
    MarketAppeared,
    StructuresListed,
    StructuresSuspended,
    TermsChanged,
)

EVENT = "KXEVENT"


def a_set(*names: str, **facts) -> Hall:
    """Markets of one event of Kalshi's at 0.30 each."""
    made = [ticker(name, event_id=EVENT) for name in names or NAMES]
    hall = Hall(made, [partition(tuple(map(question_of, made)), **facts)])
    hall.books(*(hall.image(one.id, [(2_800, 9)], [(3_000, 9)]) for one in made))
    return hall


def appear(hall: Hall, market: str, event: str = EVENT) -> tuple:
    return hall.process(
        Batch(KALSHI, hall.now_ns, [MarketAppeared(market, (market,), "", event_id=event)])
    )


def move(hall: Hall) -> list[str]:
    """Let every book move a little, and time pass."""
    moved = said(hall.books(*(hall.image(name, [], [(2_900, 9)]) for name in NAMES)))
    return moved + said(hall.tick(100))


def test_a_set_of_all_outcomes_closes_when_its_event_gets_another_one():
    hall = a_set()
    assert [one.direction for one in hall.open] == ["all_yes"]
    effects = appear(hall, "D")
    assert said(effects) == ["all_yes closed structure suspended: its event got another outcome: D"]
    assert [each.event_id for each in effects if isinstance(each, LookUpMarket)] == [EVENT]
    assert move(hall) == []
    assert hall.engine.desk.suspended == {"event": "its event got another outcome: D"}


def test_a_catalog_that_lags_behind_the_announcement_is_not_believed():
    hall = a_set()
    appear(hall, "D")
    same = list(hall.engine.desk.structures.values())
    hall.process(StructuresListed(same, hall.now_ns, hall.now_ns + READ_AFTER_NS))
    assert move(hall) == []


def test_the_set_with_the_new_outcome_takes_its_place():
    hall = a_set()
    appear(hall, "D")
    made = [ticker(name, event_id=EVENT) for name in (*NAMES, "D")]
    hall.process(InstrumentsListed(made[-1:], hall.now_ns))
    whole = partition(tuple(map(question_of, made)))
    hall.process(StructuresListed([whole], hall.now_ns))
    assert list(hall.engine.desk.structures.values()) == [whole]
    assert [len(watch.edge.shares) for watch in hall.engine.desk.watches] == [4, 4]
    hall.books(*(hall.image(one.id, [], [(2_400, 9)]) for one in made))
    hall.tick(100)
    assert [len(one.legs) for one in hall.open] == [4]
    assert not any(
        len(side.shares) > 1 for each in hall.engine.books.values() for side in (each.bids,)
    )


@pytest.mark.parametrize(
    ("market", "event", "facts"),
    [("A", EVENT, {}), ("D", "KXOTHER", {}), ("D", "", {})],
)
def test_what_is_known_already_or_of_another_event_changes_nothing(market, event, facts):
    hall = a_set(**facts)
    assert said(appear(hall, market, event)) == []
    assert [one.direction for one in hall.open] == ["all_yes"]


def test_what_counts_on_no_complete_list_stands():
    made = [ticker(name, event_id=EVENT) for name in NAMES]
    questions = tuple(map(question_of, made))
    hall = Hall(
        made,
        [
            partition(questions, is_exhaustive=False),
            Ladder(id="ladder", rungs=questions, proof=""),
            Basket(id="basket", questions=questions, worlds=((True,) * 3, (False,) * 3), proof=""),
        ],
    )
    appear(hall, "D")
    assert hall.engine.desk.suspended == {}


def test_an_outcome_announced_before_its_set_was_listed_counts_too():
    made = [ticker(name, event_id=EVENT) for name in NAMES]
    hall = Hall(made, [])
    appear(hall, "D")
    hall.process(StructuresListed([partition(tuple(map(question_of, made)))], hall.now_ns))
    hall.books(*(hall.image(one.id, [], [(3_000, 9)]) for one in made))
    assert said(hall.tick(100)) == []
    assert hall.opened == []


def test_a_market_of_the_other_venue_s_event_is_no_outcome_of_this_one():
    kalshi = [ticker(name, event_id=EVENT) for name in NAMES]
    yes, no = tokens("a", event_id="77")
    first = question_of(kalshi[0])
    first = type(first)(first.name, (*first.yes, *question_of(yes).yes), first.no)
    whole = partition((first, *map(question_of, kalshi[1:])))
    hall = Hall([*kalshi, yes, no], [whole])
    told = MarketAppeared("b", ("b-yes", "b-no"), "", event_id="77")
    hall.process(Batch(POLYMARKET, hall.now_ns, [told]))
    assert hall.engine.desk.suspended == {}


def test_changed_terms_silence_a_structure_until_a_later_list_shows_it():
    hall = a_set()
    precise = TermsChanged("A", "greater", "100", None, "above 100")
    effects = hall.process(Batch(KALSHI, hall.now_ns, [precise]))
    assert said(effects) == ["all_yes closed structure suspended: the terms of A were changed"]
    same = list(hall.engine.desk.structures.values())
    began_ns = hall.now_ns + READ_AFTER_NS
    hall.process(StructuresListed(same, hall.now_ns, began_ns - 1))
    assert move(hall) == []
    hall.process(Batch(KALSHI, hall.now_ns, [precise]))  # said again: nothing new
    listed = StructuresListed(same, hall.now_ns, began_ns)
    assert said(hall.process(listed)) == ["all_yes opened"]


def test_a_reason_from_outside_closes_and_its_end_lets_it_open_again():
    hall = a_set()
    told = StructuresSuspended({"event": "its rules changed"}, hall.now_ns)
    assert said(hall.process(told)) == ["all_yes closed structure suspended: its rules changed"]
    assert move(hall) == []
    assert said(hall.process(StructuresSuspended({}, hall.now_ns))) == []
    assert move(hall) == ["all_yes opened"]


def test_a_set_that_is_no_longer_proven_closes_and_forgets_its_way():
    hall = a_set()
    made = [hall.engine.books[name].instrument for name in NAMES]
    less = partition(tuple(map(question_of, made)), is_exhaustive=False)
    effects = hall.process(StructuresListed([less], hall.now_ns))
    assert said(effects) == ["all_yes closed structure changed"]
    assert [watch.edge.name for watch in hall.engine.desk.watches] == ["all_no"]
    assert set(hall.engine.desk.refused) == {"event/all_yes"}
    assert move(hall) == []
    assert all(one.venue is Venue.KALSHI for one in made)
