"""What late answers may name: the latest, and no more than fit."""

from underround.venues.recent import Recent


def test_the_oldest_go_first():
    recent = Recent([("a", 1), ("b", 2)], limit=3)
    recent["c"] = 3
    recent["a"] = 4  # known already: nothing has to go
    assert dict(recent) == {"a": 4, "b": 2, "c": 3}
    recent["d"] = 5
    assert list(recent) == ["b", "c", "d"]
