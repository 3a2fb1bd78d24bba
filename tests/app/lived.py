"""A short history of one opportunity, for tests of what is kept and shown of it."""

from tests.core.desk import Desk, signals


def lived() -> tuple[Desk, list]:
    """Open, change and close an opportunity, and open it again."""
    desk = Desk()
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    desk.wait(200)
    desk.polymarket("yes-token", [], [(4_100, 10)])
    desk.tick()
    desk.wait(10)
    desk.polymarket("yes-token", [], [])
    desk.hear("kalshi-1", desk.snapshot([(5_500, 10)]))
    desk.polymarket("yes-token", [], [(4_100, 10)])
    return desk, signals(desk.heard)
