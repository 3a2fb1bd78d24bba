"""The audit against fills worked out by hand: prefixes, orders, time, and how money is written."""

import pytest

from underround.app.fees.audit import audit_fills, dollars, parse_multipliers
from underround.core.fees import BROKER_E6
from underround.core.instrument import Outcome
from underround.venues.kalshi.fills import KalshiFill


def fill(price_e4, size_e6, theirs_e6, **facts):
    """Return a taker's fill of its own order, unless told otherwise."""
    return KalshiFill(
        **{
            "trade_id": "t",
            "order_id": "",
            "ticker": "KXBTC15M-1",
            "is_taker": True,
            "outcome": Outcome.YES,
            "price_e4": price_e4,
            "size_e6": size_e6,
            "fee_cost": dollars(theirs_e6),
            "fee_cost_usd_e6": theirs_e6,
            "at_ns": None,
            **facts,
        }
    )


def fees_usd(audited):
    return [each.as_dict()["fee_usd"] for each in audited]


def test_single_fills_are_charged_and_compared():
    audited = audit_fills([fill(5_000, 1_000_000, 17_500), fill(5_000, 1_000_000, 17_600)], {})
    assert fees_usd(audited) == ["0.017500", "0.017500"]
    assert [each.is_match for each in audited] == [True, False]
    assert [each.as_dict()["difference_usd"] for each in audited] == ["0.000000", "-0.000100"]


def test_the_longest_prefix_gives_the_multiplier():
    fills = [
        fill(4_200, 10_000_000, 0, ticker=ticker)
        for ticker in ("KXMLBGAME-1", "KXMLBSPREAD-1", "KXBTC-1", "XKXMLB")
    ]
    audited = audit_fills(fills, {"KXMLB": "0.5", "KXMLBSPREAD": "0"})
    # 10 × .07 × .2436 = .17052 ⇒ .1706; half .08526 ⇒ .0853.
    assert fees_usd(audited) == ["0.085300", "0.000000", "0.170600", "0.170600"]


def test_an_order_carries_its_rounding_from_fill_to_fill_in_time():
    # Newest first, as the venue lists them: the fourth 0.03 @ 0.3301 gets 0.0001 back.
    newest_first = [fill(3_301, 30_000, 0, order_id="o", at_ns=at) for at in (9, 8, 7, 6)]
    assert fees_usd(audit_fills(newest_first, {})) == [
        "0.000397",
        "0.000497",
        "0.000497",
        "0.000497",
    ]
    oldest_first = newest_first[::-1]
    assert fees_usd(audit_fills(oldest_first, {}))[-1] == "0.000397"
    without_times = [fill(3_301, 30_000, 0, order_id="o") for _ in range(4)]
    assert fees_usd(audit_fills(without_times, {}))[-1] == "0.000397"


def test_fills_of_one_instant_keep_the_direction_of_the_list():
    listed = [fill(3_301, 30_000, 0, order_id="o", at_ns=at) for at in (9, 6, 6, 6)]
    # Newest first: the last of the list is the first in time, the first of it the fourth.
    assert fees_usd(audit_fills(listed, {}))[0] == "0.000397"


def test_orders_do_not_share_their_rounding():
    apart = [fill(3_301, 30_000, 0, order_id=order) for order in ("a", "b", "c", "d")]
    nameless = [fill(3_301, 30_000, 0) for _ in range(4)]
    for fills in (apart, nameless):
        assert fees_usd(audit_fills(fills, {})) == ["0.000497"] * 4


def test_types_and_precision_are_taken():
    maker = fill(5_000, 10_000_000, 0, is_taker=False)
    assert fees_usd(audit_fills([maker], {})) == ["0.000000"]
    assert fees_usd(audit_fills([maker], {}, "quadratic_with_maker_fees")) == ["0.043800"]
    assert fees_usd(audit_fills([maker], {}, "flat", BROKER_E6)) == ["0.090000"]
    with pytest.raises(ValueError, match="'cubic' is not known"):
        audit_fills([maker], {}, "cubic")


@pytest.mark.parametrize(
    ("usd_e6", "like", "expected"),
    [
        (17_500, "0.017500", "0.017500"),
        (17_500, "0.0175", "0.0175"),
        (17_500, "0.02", "0.017500"),
        (20_000, "0.02", "0.02"),
        (0, "0", "0"),
        (2_000_000, "2", "2"),
        (10, "1e-05", "0.000010"),
        (-100, "0.000000", "-0.000100"),
    ],
)
def test_equal_money_is_equal_text(usd_e6, like, expected):
    assert dollars(usd_e6, like=like) == expected


def test_multipliers_are_read_from_flags():
    assert parse_multipliers(["KXMLB=0.5", "KXA=2"]) == {"KXMLB": "0.5", "KXA": "2"}


@pytest.mark.parametrize("text", ["KXMLB", "=0.5", "KXMLB=", "KXMLB=half", "KXMLB=-1"])
def test_a_flag_that_is_no_multiplier_is_refused(text):
    with pytest.raises(ValueError, match=r"PREFIX=M|fee multiplier"):
        parse_multipliers([text])
