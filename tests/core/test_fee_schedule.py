"""Terms over time: series, overrides, their clearing, and types nobody knows."""

import pytest

from underround.core.fee_schedule import FeeChange, FeeSchedule
from underround.core.fees import kalshi_terms

EVENT = "KXMLBGAME-26OCT01"
SCHEDULE = FeeSchedule(
    "KXMLBGAME",
    (
        FeeChange(2_000, "quadratic_with_maker_fees", "1"),
        FeeChange(0, "quadratic", "1"),
    ),
    {
        EVENT: (
            FeeChange(1_000, None, "0.5"),
            FeeChange(3_000, "flat", None),
            FeeChange(4_000, None, None),
        )
    },
)


@pytest.mark.parametrize(
    ("at_ns", "expected"),
    [
        (-5, kalshi_terms("quadratic", "1")),
        (999, kalshi_terms("quadratic", "1")),
        (1_000, kalshi_terms("quadratic", "0.5")),
        (2_000, kalshi_terms("quadratic_with_maker_fees", "0.5")),
        (3_000, kalshi_terms("flat", "1")),
        (4_000, kalshi_terms("quadratic_with_maker_fees", "1")),
    ],
)
def test_an_override_holds_from_its_instant_until_it_is_cleared(at_ns, expected):
    assert SCHEDULE.terms(EVENT, at_ns) == expected


def test_other_events_follow_the_series():
    assert SCHEDULE.terms("KXMLBGAME-26OCT02", 3_500) == kalshi_terms(
        "quadratic_with_maker_fees", "1"
    )


@pytest.mark.parametrize(
    ("after_ns", "expected"), [(-1, 0), (0, 1_000), (1_000, 2_000), (2_500, 3_000), (4_000, None)]
)
def test_the_next_change_is_known_ahead(after_ns, expected):
    assert SCHEDULE.next_change_at_ns(EVENT, after_ns) == expected


def test_an_unknown_type_is_parsed_and_refused_when_it_would_decide():
    schedule = FeeSchedule("KXNEW", (FeeChange(0, "quadratic", "1"), FeeChange(9, "cubic", "1")))
    assert schedule.terms("KXNEW-1", 8) == kalshi_terms("quadratic", "1")
    with pytest.raises(ValueError, match=r"event KXNEW-1 of series KXNEW: .*'cubic' is not known"):
        schedule.terms("KXNEW-1", 9)
    assert schedule.terms("KXNEW-1", 9, fallback="flat") == kalshi_terms("flat", "1")


@pytest.mark.parametrize("series", [(), (FeeChange(0, None, "1"),), (FeeChange(0, "flat", None),)])
def test_a_series_without_terms_is_refused(series):
    with pytest.raises(ValueError, match="series KXNEW"):
        FeeSchedule("KXNEW", series)
