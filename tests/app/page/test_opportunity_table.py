"""The table holds what is open, and a bounded memory of what was."""

from collections import deque

from msgspec.structs import replace

from underround.app.page.opportunity_table import DAY_NS, KEPT, OpportunityTable
from underround.core.opportunity import Signal, SignalKind

OPENED = Signal(
    kind=SignalKind.OPENED,
    id="a/yes_no/1",
    pair="a",
    direction="yes_no",
    at_ns=1_000,
    tick_at_ns=900,
    edge_top_e6=12_000,
    edge_e6=11_000,
    size_e6=5_000_000,
    cost_usd_e6=4_900_000,
    fee_usd_e6=10_000,
    edge_usd_e6=55_000,
    legs=(),
)


def test_an_opportunity_is_open_then_changed_then_closed():
    table = OpportunityTable(lambda _: ())
    table.add(OPENED)
    changed = replace(OPENED, kind=SignalKind.CHANGED, at_ns=2_000, edge_top_e6=15_000)
    table.add(changed)
    standing = table.open["a/yes_no/1"]
    assert (standing.signal, standing.opened_ns, standing.changed_ns) == (changed, 1_000, 2_000)
    table.add(replace(OPENED, kind=SignalKind.CLOSED, at_ns=3_000, reason="edge gone"))
    assert table.open == {}
    assert list(table.closed) == [standing]
    assert (standing.closed_ns, standing.reason, standing.peak_edge_e6) == (
        3_000,
        "edge gone",
        15_000,
    )
    assert list(table.survivals_ns) == [2_000]
    assert table.find("a/yes_no/1") is standing
    assert table.find("b") is None
    assert table.version == 3


def test_a_change_of_what_was_never_opened_is_only_counted():
    table = OpportunityTable(lambda _: ())
    table.add(replace(OPENED, kind=SignalKind.CLOSED))
    assert (table.counts.total(), list(table.closed)) == (1, [])


def test_old_ones_are_forgotten():
    table = OpportunityTable(lambda _: ())
    for number in range(KEPT + 10):
        table.add(replace(OPENED, id=str(number)))
        table.add(replace(OPENED, id=str(number), kind=SignalKind.CLOSED))
    assert len(table.closed) == KEPT
    assert table.find("9") is None
    assert table.find("10") is not None


def test_openings_count_for_a_day():
    table = OpportunityTable(lambda _: ())
    table.add(OPENED)
    table.add(replace(OPENED, id="b", at_ns=5_000))
    counts = [table.opened_within_a_day(at_ns) for at_ns in (5_000, DAY_NS + 1_001, 2 * DAY_NS)]
    assert counts == [2, 1, 0]


def test_openings_of_past_days_are_not_kept_for_one_who_may_never_ask():
    table = OpportunityTable(lambda _: ())
    for day in range(100):
        table.add(replace(OPENED, id=str(day), at_ns=day * (DAY_NS + 1)))
    assert [len(part) for part in reachable_deques(table)] == [0, 0, 1]


def reachable_deques(table: OpportunityTable) -> list[deque]:
    return [part for part in vars(table).values() if isinstance(part, deque)]
