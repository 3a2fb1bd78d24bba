"""A run's structures follow their catalogs: replaced, silenced, and believed again or not."""

from typing import Any

import pytest

from tests.app.desk import Desk
from tests.app.structures.test_watch import EVENT, LISTED, Catalog, Subscribed, watched
from underround.app.structures.file import decode_structures
from underround.app.structures.watch import BELIEVED_FOR_NS, StructureWatch
from underround.core.effect import LookUpMarket
from underround.core.instrument import Venue
from underround.core.structure import Partition
from underround.core.structure_doubts import READ_AFTER_NS
from underround.core.venue_event import (
    MarketAppeared,
    StructuresListed,
    StructuresSuspended,
)

NAME = f"kalshi-{EVENT}"
D = {"strike_type": "between", "floor_strike": 15, "cap_strike": 19.99999999}


class Scene:
    """A run over one catalog, which a test changes between two looks."""

    def __init__(self, entries: Any = (), limit: int = 40) -> None:
        self.catalog, self.desk = Catalog(), Desk(LISTED)
        self.watch: StructureWatch = watched(self.desk, Subscribed(), limit, entries, self.catalog)

    @property
    def structure(self) -> Partition:
        found = self.desk.engine.desk.structures[NAME]
        assert isinstance(found, Partition)
        return found

    @property
    def suspended(self) -> dict[str, str]:
        return self.desk.engine.desk.suspended


async def test_a_look_that_shows_nothing_new_tells_nothing():
    scene = Scene()
    for _ in range(3):
        await scene.watch.look()
    assert len(scene.desk.given(StructuresListed)) == 1
    assert scene.desk.given(StructuresSuspended) == []


async def test_an_outcome_that_the_catalog_shows_takes_its_place_in_the_set():
    scene = Scene()
    await scene.watch.look()
    scene.catalog.strikes["B"]["cap_strike"] = 14.99999999
    scene.catalog.strikes["D"] = D
    await scene.watch.look()
    assert len(scene.structure.questions) == 4
    assert scene.suspended[NAME].startswith("the words of B changed since the start")


async def test_a_set_with_a_hole_is_a_set_of_all_outcomes_no_more():
    scene = Scene()
    await scene.watch.look()
    assert scene.structure.is_exhaustive
    del scene.catalog.strikes["B"]
    await scene.watch.look()
    assert not scene.structure.is_exhaustive
    assert [each.edge.name for each in scene.desk.engine.desk.watches] == ["all_no"]


async def test_an_event_that_no_catalog_shows_any_more_is_silenced_until_it_is_shown_again():
    scene = Scene()
    await scene.watch.look()
    kept = dict(scene.catalog.strikes)
    scene.catalog.strikes = {"A": kept["A"]}
    await scene.watch.look()
    assert scene.suspended == {NAME: "its venues list it no more as it was"}
    scene.catalog.strikes = kept
    await scene.watch.look()
    assert scene.suspended == {}


async def test_other_rules_silence_it_for_the_rest_of_the_run():
    scene = Scene()
    await scene.watch.look()
    scene.catalog.rules["C"] = "If the race is called off, all pay nothing."
    await scene.watch.look()
    (reason,) = scene.suspended.values()
    assert reason.startswith("the words of C changed since the start; a restart takes it")
    del scene.catalog.rules["C"]
    await scene.watch.look()
    assert scene.suspended.keys() == {NAME}


async def test_what_counts_on_a_list_that_nobody_can_read_is_silenced_after_half_an_hour():
    scene = Scene()
    await scene.watch.look()
    scene.catalog.is_down = True
    scene.desk.now_ns += BELIEVED_FOR_NS
    await scene.watch.look()
    assert scene.suspended == {}
    scene.desk.now_ns += 1
    await scene.watch.look()
    assert scene.suspended == {NAME: "its catalog could not be read for 30 min"}
    scene.catalog.is_down = False
    await scene.watch.look()
    assert scene.suspended == {}


async def test_changed_terms_are_believed_from_a_later_list():
    scene = Scene()
    await scene.watch.look()
    desk = scene.desk.engine.desk
    desk.terms_changed("A", scene.desk.now_ns)
    scene.desk.now_ns += READ_AFTER_NS - 1
    await scene.watch.look()
    assert scene.suspended == {NAME: "the terms of A were changed"}
    scene.desk.now_ns += 1
    await scene.watch.look()
    assert scene.suspended == {}


@pytest.mark.parametrize(("event", "is_woken"), [(EVENT, True), ("KXOTHER", False), ("", False)])
async def test_an_announced_outcome_has_its_event_looked_up_at_once(event: str, is_woken: bool):
    scene = Scene()
    await scene.watch.look()
    scene.desk.engine.desk.appeared(
        MarketAppeared("D", ("D",), "", event_id=event), scene.desk.now_ns
    )
    scene.watch.announced(LookUpMarket(Venue.KALSHI, "D", ("D",), "", scene.desk.now_ns, event))
    assert scene.watch._wake.is_set() is is_woken
    await scene.watch.look()  # the catalog lags: still without it
    assert bool(scene.suspended) is is_woken
    scene.catalog.strikes["B"]["cap_strike"] = 14.99999999
    if is_woken:
        scene.catalog.strikes["D"] = D
        await scene.watch.look()
        assert len(scene.structure.questions) == 4


APPROVED = """
[[structure]]
id = "{id}"
kind = "partition"
questions = ["kalshi:A", "kalshi:B"{more}]
exhaustive = true
note = "read by a person"
"""


@pytest.mark.parametrize(
    ("name", "more", "limit", "listed"),
    [
        ("mine", ', "kalshi:C"', 0, True),
        ("mine", "", 0, False),  # C can win too
        (NAME, ', "kalshi:C"', 40, False),  # the catalog's own set has the name
        (NAME, ', "kalshi:C"', 0, True),
    ],
)
async def test_an_approved_set_of_all_must_have_all_and_a_name_of_its_own(
    name: str, more: str, limit: int, listed: bool
):
    entries, _ = decode_structures(APPROVED.format(id=name, more=more), "pairs.toml")
    scene = Scene(entries, limit)
    await scene.watch.look()
    proofs = [each.proof for each in scene.desk.engine.desk.structures.values()]
    assert ("approved: read by a person" in proofs) is listed
    assert scene.desk.pipeline.noted == ({} if listed else {"a structure is left out": 1})
