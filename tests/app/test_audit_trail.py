"""What a run writes down: its beginning, each signal with the books under it, its end."""

import itertools

from tests.core.desk import TICKER, YES, Desk, signals
from underround.app.audit_trail import audit_trail
from underround.core.instrument import Venue
from underround.core.trading.event import KillSwitched
from underround.core.venue_event import MarketsEnded
from underround.stores.audit_entry import entry_of, verify


def entries(path) -> list:
    return [entry_of(line) for line in path.read_bytes().splitlines()]


def test_a_run_is_written_down(tmp_path):
    path, desk, clock = tmp_path / "audit.log", Desk(), itertools.count(7)
    with audit_trail(path, desk.engine, tmp_path / "recording", lambda: next(clock)) as trail:
        desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_600, 10)]))
        (opened,) = signals(desk.heard)
        trail.signal(opened)
        trail.command("pause", "operator", 9, {"why": "lunch"})
    began, said, told, ended = entries(path)
    assert (began.kind, began.at_ns, ended.kind, ended.at_ns) == ("run began", 7, "run ended", 8)
    assert began.body["recording"] == str(tmp_path / "recording")
    assert (said.kind, said.body["signal"]["id"]) == ("signal opened", opened.id)
    yes, kalshi = said.body["rests_on"]
    assert (yes["instrument"], yes["ask_e4"], yes["state"]) == (YES, 4_000, "live")
    assert (kalshi["instrument"], kalshi["bid_e4"]) == (TICKER, 5_500)
    assert (told.kind, told.body["by"]) == ("command", "operator")
    assert verify(path).broken is None


def test_a_second_run_writes_beside_the_first(tmp_path):
    path = tmp_path / "audit.log"
    with (
        audit_trail(path, Desk().engine, None, lambda: 7),
        audit_trail(path, Desk().engine, None, lambda: 8) as second,
    ):
        assert second.log.path == tmp_path / "audit-8.log"
    assert [entry.kind for entry in entries(tmp_path / "audit-8.log")] == ["run began", "run ended"]


def test_the_kill_switch_and_calls_for_a_person_are_written_down(tmp_path):
    path = tmp_path / "audit.log"
    with audit_trail(path, Desk().engine, None, lambda: 7) as trail:
        trail.told(KillSwitched(is_set=True, reason="SIGUSR1", at_ns=8))
        trail.told(MarketsEnded(Venue.KALSHI, ("a",), "closed", 8))
        trail.paged("an order is lost", 9)
    _, killed, called, _ = entries(path)
    assert (killed.body["name"], killed.body["arguments"]) == ("kill", {"reason": "SIGUSR1"})
    assert (called.kind, called.body) == ("person called", {"reason": "an order is lost"})
