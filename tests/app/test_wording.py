"""How signals and figures read to a person."""

import pytest

from tests.core.desk import USUAL, Desk, signals
from tests.core.hall import Hall, on_kalshi
from underround.app.wording import cents, clock_time, describe, latency_us, percentile
from underround.core.structure import Partition

NOON_NS = 1_790_000_000 * 10**9 + 7_999_999


def test_a_time_of_day_is_cut_to_the_millisecond():
    assert clock_time(NOON_NS) == "14:13:20.007"
    assert clock_time(0) == "00:00:00.000"


@pytest.mark.parametrize(
    ("usd_e6", "text"), [(120_675, "12.07 ¢"), (5_000, "0.50 ¢"), (-1_234, "-0.12 ¢")]
)
def test_an_edge_reads_in_cents(usd_e6: int, text: str):
    assert cents(usd_e6) == text


def test_an_opening_says_what_to_buy_and_a_closing_why_it_ended():
    desk = Desk(fees=USUAL)
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 12.5)], []))
    desk.close("kalshi-1", "1006")
    opened, closed = (describe(signal) for signal in signals(desk.heard))
    assert opened == (
        "00:16:40.000  OPENED  rain                         "
        "YES polymarket 0.40 + NO kalshi 0.45  edge 12.07 ¢ at the top, "
        "12.07 ¢ × 10 = $1.21 after $0.29 fees; voided, it pays $4.50 at worst"
    )
    assert closed == "00:16:40.000  CLOSED  rain                         disconnected: 1006"


@pytest.mark.parametrize(
    ("count", "legs"),
    [
        (3, "partition YES kalshi 0.10 + YES kalshi 0.10 + YES kalshi 0.10  edge"),
        (
            7,
            "partition YES kalshi 0.10 + YES kalshi 0.10 + YES kalshi 0.10 + YES kalshi 0.10 + 3 m",
        ),
    ],
)
def test_many_legs_are_counted_and_the_kind_is_named(count: int, legs: str):
    instruments, questions = on_kalshi(*(f"M{number}" for number in range(count)))
    facts = {"is_exclusive": True, "is_exhaustive": True, "proof": ""}
    hall = Hall(instruments, [Partition(id="set", questions=questions, **facts)])
    hall.books(*(hall.image(one.id, [], [(1_000, 9)]) for one in instruments))
    assert legs in describe(hall.open[0])


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([], 0.5, None),
        ([7], 0.99, 7),
        ([1, 2, 3, 4], 0.5, 3),
        ([1, 2, 3, 4], 0.0, 1),
        ([1, 2, 3, 4], 1.0, 4),
    ],
)
def test_percentiles(values: list[int], share: float, found: int | None):
    assert percentile(values, share) == found


def test_latencies_are_in_microseconds_in_any_order():
    assert latency_us(list(range(100_000, 0, -1_000))) == {"p50": 51.0, "p99": 100.0}
    assert latency_us([]) == {"p50": None, "p99": None}
