"""Looking both catalogs up for events, and watching what they hold together."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.app.desk import Desk, rest_of
from tests.core.hall import ticker
from underround.app.fees.reading import WORSE
from underround.app.recordings.replay import Replay
from underround.app.structures.file import decode_structures
from underround.app.structures.watch import StructureWatch
from underround.core.event import InstrumentsListed
from underround.core.instrument import Instrument, Venue
from underround.core.structure import Partition
from underround.core.venue_event import StructuresListed
from underround.venues.errors import UnreachableError

EVENT = "KXRACE-1"


class Catalog:
    """Stands for Kalshi's REST: one exclusive event of three markets whose strikes cover all.

    A test may change `strikes` and `rules` by market, or take it down.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_down = False
        self.rules: dict[str, str] = {}
        self.strikes: dict[str, dict[str, Any]] = {
            "A": {"strike_type": "less", "cap_strike": 10},
            "B": {"strike_type": "between", "floor_strike": 10, "cap_strike": 19.99999999},
            "C": {"strike_type": "greater", "floor_strike": 19.99999999},
        }

    async def get(self, path: str, query: Any = ()) -> bytes:
        self.asked.append(path)
        if self.is_down:
            raise UnreachableError(Venue.KALSHI, "is down", retryable=True)
        markets = [
            {
                "ticker": name,
                "event_ticker": EVENT,
                "title": name,
                "rules_primary": self.rules.get(name, ""),
                "status": "active",
                "market_type": "binary",
                "close_time": "2029-01-09T22:00:00Z",
                "price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0100"}],
            }
            | strike
            for name, strike in self.strikes.items()
        ]
        event = {"event_ticker": EVENT, "mutually_exclusive": True, "title": "Race?"}
        answers: dict[str, Any] = {
            f"/events/{EVENT}": {"event": event | {"markets": markets}},
            "/markets": {"markets": _named(markets, query), "cursor": ""},
            "/series/KXRACE": {
                "series": {"ticker": "KXRACE", "fee_type": "quadratic", "fee_multiplier": 1}
            },
            "/events": {"events": [event], "cursor": ""},
        }
        return json.dumps(answers[path]).encode()


def _named(markets: list[dict[str, Any]], query: Any) -> list[dict[str, Any]]:
    wanted = dict(query).get("tickers", "").split(",")
    return [market for market in markets if market["ticker"] in wanted]


class Subscribed:
    """Stands for the subscriptions: keeps what it is told to add."""

    def __init__(self) -> None:
        self.added: list[Instrument] = []

    def add(self, instruments: Any) -> None:
        self.added += instruments


def watched(
    desk: Desk,
    subscribed: Subscribed,
    limit: int = 40,
    entries: Any = (),
    catalog: Catalog | None = None,
) -> StructureWatch:
    return StructureWatch(
        rest_of(catalog or Catalog()),
        desk.pipeline,
        subscribed,
        (),
        entries,
        limit,
        WORSE,
        desk.clock_ns,
    )


async def once(watch: StructureWatch) -> None:
    task = asyncio.create_task(watch.run())
    waiting = asyncio.create_task(watch.loaded.wait())
    await asyncio.wait((task, waiting), timeout=20, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    task.cancel()


LISTED = [ticker(name, event_id=EVENT, series_id="KXRACE") for name in ("A", "B")]


async def test_an_event_is_watched_whole_and_recorded_so(tmp_path: Path):
    desk, subscribed = Desk(LISTED, recording=tmp_path / "run"), Subscribed()
    await once(watched(desk, subscribed))
    assert [one.id for one in subscribed.added] == ["C"]
    (listed,) = desk.given(InstrumentsListed)
    (told,) = desk.given(StructuresListed)
    (structure,) = told.structures
    assert isinstance(structure, Partition)
    assert (structure.is_exhaustive, len(structure.questions)) == (True, 3)
    assert [watch.edge.name for watch in desk.engine.desk.watches] == ["all_yes", "all_no"]
    assert list(listed.instruments) == subscribed.added
    assert desk.recorder is not None
    desk.recorder.close()
    replay = Replay()
    replay.run(tmp_path / "run")
    assert replay.engine is not None
    assert replay.engine.desk.structures == desk.engine.desk.structures


async def test_larger_events_than_wanted_are_left_alone():
    for limit in (0, 2):
        desk, subscribed = Desk(LISTED), Subscribed()
        await once(watched(desk, subscribed, limit))
        assert (subscribed.added, desk.engine.desk.structures) == ([], {})


APPROVED = """
[[structure]]
id = "whole"
kind = "partition"
questions = ["kalshi:A", "not kalshi:C"]
exhaustive = true
note = "read by a person"

[[structure]]
id = "half"
kind = "ladder"
questions = ["kalshi:A", "kalshi:Z"]
note = "read by a person"
"""


async def test_what_a_person_approved_is_looked_up_market_by_market():
    desk, subscribed = Desk(LISTED), Subscribed()
    entries, problems = decode_structures(APPROVED, "pairs.toml")
    assert problems == []
    await once(watched(desk, subscribed, 0, entries))
    assert list(desk.engine.desk.structures) == ["whole"]
    assert [one.id for one in subscribed.added] == ["C"]
    whole = desk.engine.desk.structures["whole"]
    assert isinstance(whole, Partition)
    assert [(each.yes[0].instrument, each.yes[0].outcome) for each in whole.questions] == [
        ("A", "yes"),
        ("C", "no"),
    ]
    assert desk.pipeline.noted == {"a structure is left out": 1}
