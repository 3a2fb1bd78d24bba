"""Questions about one number: what they cover together, and how they may turn out."""

from decimal import Decimal

import pytest

from underround.core.span import Span, above, below, covers, from_on, up_to, value_e8, worlds_of

ONE = 10**8
BANDS = [Span(None, 64 * ONE - 1), Span(64 * ONE, 66 * ONE - 1), Span(66 * ONE, None)]
BEYOND = ["1E999999999", "-1E999999999", "1E999980", "NaN", "sNaN", "Infinity"]


def test_comparisons_are_spans():
    assert above(Decimal(70)) == Span(70 * ONE + 1, None)
    assert above(Decimal("69.99"), ONE // 100) == from_on(Decimal(70)) == Span(70 * ONE, None)
    assert below(Decimal(64)) == Span(None, 64 * ONE - 1)
    assert up_to(Decimal("63.99"), ONE // 100) == below(Decimal(64))
    with pytest.raises(ValueError, match="finer"):
        value_e8(Decimal("0.000000001"))


@pytest.mark.parametrize(
    "text", ["1E999999999", "-1E999999999", "1E999980", "NaN", "sNaN", "Infinity"]
)
def test_a_number_beyond_all_reason_is_refused_at_once(text: str):
    with pytest.raises(ValueError, match="not a number in range"):
        value_e8(Decimal(text))


def test_the_complement_of_a_threshold_is_one_and_of_a_band_none():
    assert BANDS[0].complement == Span(64 * ONE, None)
    assert BANDS[0].complement.complement == BANDS[0]
    with pytest.raises(ValueError, match="not one span"):
        _ = BANDS[1].complement


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        (BANDS[::-1], ""),
        (BANDS[1:], "nothing is listed below the lowest strike"),
        (BANDS[:2], "nothing is listed above the highest strike"),
        ([BANDS[0], BANDS[2]], "a gap from 63.99999999 to 66"),
        ([*BANDS, Span(65 * ONE, None)], "two strikes overlap at 65"),
        ([], "nothing is listed below the lowest strike"),
    ],
)
def test_only_what_covers_every_value_once_is_a_division(spans, problem):
    assert covers(spans) == problem


def test_worlds_are_the_cells_between_the_bounds():
    threshold = Span(66 * ONE, None)
    assert worlds_of([*BANDS, threshold]) == (
        (True, False, False, False),
        (False, True, False, False),
        (False, False, True, True),
    )
    # Equal bounds of another kind: at 66 exactly only one of them holds.
    assert worlds_of([threshold, Span(66 * ONE + 1, None)]) == (
        (False, False),
        (True, False),
        (True, True),
    )
