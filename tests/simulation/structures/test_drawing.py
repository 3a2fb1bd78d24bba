"""Structured events as the venues list them: facts a reader can prove something from."""

import tempfile
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulation.structures.world import StructuredWorld
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.pairs_file import write_pairs
from underround.simulation.structures.structure import KINDS, read_kinds


async def asked(tmp_path: Path, service: str, path: str) -> Any:
    made = StructuredWorld(7).made
    made.connect(Credentials(Path(tempfile.mkdtemp(dir=tmp_path))))
    app = made.catalog.gamma if service == "gamma" else made.trade_api.app
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://venue") as client:
            return (await client.get(path)).json()
    finally:
        await made.disconnect()


async def test_gamma_lists_events_with_their_markets_inside(tmp_path: Path) -> None:
    page = await asked(tmp_path, "gamma", "/events/keyset?closed=false&limit=500")
    events = {event["slug"]: event for event in page["events"]}
    mayor = events["riverside-mayoral-election-winner"]
    assert (mayor["negRisk"], mayor["negRiskAugmented"]) == (True, False)
    assert mayor["markets"][0]["groupItemTitle"] == "Ana Ortiz"
    assert {m["negRiskMarketID"] for m in mayor["markets"]} == {mayor["negRiskMarketID"]}
    augmented = events["next-prime-minister-of-ruritania"]
    assert augmented["negRiskAugmented"] is True
    assert [m["negRiskOther"] for m in augmented["markets"]] == [False, False, False, True]
    assert events["winner-of-the-halden-prize"]["negRisk"] is False
    bridge = events["harlow-bridge-reopens-by"]
    ends = [market["endDate"] for market in bridge["markets"]]
    assert ends == ["2029-07-01T04:00:00Z", "2029-04-01T04:00:00Z", "2029-02-01T05:00:00Z"]
    assert "next_cursor" not in page


async def test_gamma_finds_one_event_and_pages_through_all(tmp_path: Path) -> None:
    one = await asked(tmp_path, "gamma", "/events/slug/ajax-vs-feyenoord")
    again = await asked(tmp_path, "gamma", f"/events/{one['id']}")
    assert one["title"] == again["title"] == "Ajax vs. Feyenoord"
    first = await asked(tmp_path, "gamma", "/events/keyset?limit=2")
    rest = await asked(
        tmp_path, "gamma", f"/events/keyset?limit=500&after_cursor={first['next_cursor']}"
    )
    assert len(first["events"]) == 2
    assert len({each["id"] for each in first["events"] + rest["events"]}) == 9
    refused = await asked(tmp_path, "gamma", "/events/keyset?offset=2")
    assert refused["error"] == "offset is not allowed"


async def test_kalshi_lists_bands_that_cover_the_line_and_bands_that_do_not(tmp_path: Path) -> None:
    page = await asked(
        tmp_path, "kalshi", "/trade-api/v2/events?with_nested_markets=true&limit=200"
    )
    events = {event["event_ticker"]: event for event in page["events"]}
    bands = events["KXBTC-29JAN0917"]
    assert (bands["mutually_exclusive"], bands["collateral_return_type"]) == (True, "MECNET")
    strikes = [
        (m["strike_type"], m.get("floor_strike"), m.get("cap_strike")) for m in bands["markets"]
    ]
    assert strikes == [
        ("less", None, 64_000),
        ("between", 64_000, 65_999.99),
        ("between", 66_000, 67_999.99),
        ("between", 68_000, 69_999.99),
        ("greater", 69_999.99, None),
    ]
    gap = events["KXHIGHCHI-29JAN10"]
    assert gap["mutually_exclusive"] is True
    assert [m["strike_type"] for m in gap["markets"]] == ["between", "between", "greater"]
    ladder = events["KXNASDAQ100U-29JAN12H1600"]
    assert ladder["mutually_exclusive"] is False
    assert [m["strike_type"] for m in ladder["markets"]] == [
        "greater_or_equal",
        "greater",
        "greater_or_equal",
    ]
    assert bands["markets"][0]["close_time"].startswith("2029-01-09T22:00:00")


def test_the_pair_file_holds_what_a_person_approved(tmp_path: Path) -> None:
    made = StructuredWorld(7).made
    path = write_pairs(tmp_path / "pairs.toml", made.structures.pairs)
    pairs = tomllib.loads(path.read_text())["pair"]
    assert len(pairs) == 3 + 2 + 2
    inverse = [pair["kalshi"] for pair in pairs if pair["polarity"] == "inverse"]
    assert inverse == ["KXBTCD-29JAN1517-T90000"]


def test_approved_pairs_pay_in_the_same_worlds() -> None:
    for structure in StructuredWorld(7).made.structures.structures:
        pays = {id(member.market): member.pays for member in structure.members}
        for pair in structure.pairs:
            ours, theirs = pays[id(pair.polymarket)], pays[id(pair.kalshi)]
            assert ours == (structure.everything - theirs if pair.inverse else theirs)


def test_fair_prices_of_cells_are_whole_chances_of_their_worlds() -> None:
    for seed in range(20):
        for structure in StructuredWorld(seed).made.structures.structures:
            cells = {m.pays: m.fair_e4 for m in structure.members if m.is_cell}
            if structure.plays is not None and cells:
                assert sum(cells.values()) == 10_000


def test_kinds_are_read_by_name() -> None:
    assert read_kinds("all") == KINDS
    assert read_kinds("ladder, cross_venue") == ("cross_venue", "ladder")
    with pytest.raises(ValueError, match="'box' is no kind; known are cross_venue, partition"):
        read_kinds("box")
    with pytest.raises(ValueError, match="none is named"):
        read_kinds("")
