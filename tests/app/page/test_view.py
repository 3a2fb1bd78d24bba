"""Topics travel when they are due and differ; rows one by one; the whole is always all of it."""

import msgspec

from underround.app.page.view import PageView, TableTopic, Topic
from underround.core.units import NS_PER_MS


class Rows:
    def __init__(self) -> None:
        self.next: dict[str, list[int] | None] = {}

    def moved(self, _: int) -> dict[str, list[int] | None]:
        return self.next


def test_only_what_is_due_and_differs_is_sent():
    now, value, rows = [10**9], [1], Rows()
    slow = Topic("slow", lambda at_ns: value[0], 1_000)
    fast = Topic("fast", lambda at_ns: at_ns // NS_PER_MS, 100)
    view = PageView(lambda: now[0], [slow, fast, TableTopic("rows", rows)])
    rows.next = {"a": [1], "b": [2]}

    def update():
        found = view.update()
        return None if found is None else msgspec.json.decode(found)

    first = update()
    assert first == {
        "number": 1,
        "at_ms": 1000,
        "slow": 1,
        "fast": 1000,
        "rows": {"a": [1], "b": [2]},
    }
    value[0] = 2
    assert update() is None
    now[0] += 100 * NS_PER_MS
    rows.next = {"a": [1], "b": [3]}
    assert update() == {"number": 2, "at_ms": 1100, "fast": 1100, "rows": {"b": [3]}}
    now[0] += 900 * NS_PER_MS
    rows.next = {}
    assert update() == {"number": 3, "at_ms": 2000, "slow": 2, "fast": 2000}
    whole = msgspec.json.decode(view.whole())
    assert whole["rows"] == {"a": [1], "b": [3]}
    assert (whole["number"], whole["slow"], whole["fast"]) == (3, 2, 2000)


def test_a_row_that_has_gone_is_said_once_and_forgotten():
    rows = Rows()
    table = TableTopic("rows", rows)
    rows.next = {"a": [1], "b": [2]}
    table.changed(1)
    rows.next = {"a": None}
    assert msgspec.json.decode(table.changed(2)) == {"a": None}
    assert table.changed(3) is None
    assert msgspec.json.decode(table.whole()) == {"b": [2]}


def test_before_the_first_update_everything_is_empty():
    view = PageView(lambda: 0, [Topic("one", lambda _: 1), TableTopic("rows", Rows())])
    assert msgspec.json.decode(view.whole()) == {
        "number": 0,
        "at_ms": 0,
        "one": None,
        "rows": {},
    }
