"""Fees read as the operator says, the dearer way unless told otherwise."""

import pytest

from tests.core.desk import NO, USUAL, YES, market, token
from underround.app.config import decode
from underround.app.fees.reading import WORSE, FeeReading, fee_reading
from underround.core.fees import (
    BROKER_E6,
    DIRECT_MEMBER_E6,
    POLYMARKET,
    POLYMARKET_IN_SHARES,
    taker_fee_per_contract_e6,
    taker_fee_usd_e6,
)
from underround.core.instrument import FeeTerms, Outcome

TOKEN = token(YES, NO, Outcome.YES, USUAL[0])
KALSHI = market(USUAL[1])


@pytest.mark.parametrize(
    ("said", "kind", "precision_e6"),
    [
        ("", POLYMARKET_IN_SHARES, DIRECT_MEMBER_E6),
        ('polymarket = "worst"', POLYMARKET_IN_SHARES, DIRECT_MEMBER_E6),
        ('polymarket = "shares"', POLYMARKET_IN_SHARES, DIRECT_MEMBER_E6),
        ('polymarket = "dollars"', POLYMARKET, DIRECT_MEMBER_E6),
        ('kalshi_account = "broker"', POLYMARKET_IN_SHARES, BROKER_E6),
    ],
)
def test_the_configuration_decides(said, kind, precision_e6):
    reading = fee_reading(decode(f"[fees]\n{said}", "c.toml", {}, {}))
    told = reading.all([TOKEN, KALSHI])
    assert (told[0].fees.kind, told[1].fees.precision_e6) == (kind, precision_e6)
    assert (told[0].fees.rate_e4, told[1].fees.kind) == (500, "quadratic")


@pytest.mark.parametrize("price_e4", range(100, 10_000, 550))
@pytest.mark.parametrize("rate_e4", [0, 400, 700])
def test_the_worst_is_never_cheaper(price_e4, rate_e4):
    stated = FeeTerms(POLYMARKET, rate_e4)
    worst = WORSE.terms(TOKEN.venue, stated)
    dearer = taker_fee_per_contract_e6(worst, price_e4) - taker_fee_per_contract_e6(
        stated, price_e4
    )
    assert dearer > 0 if rate_e4 else dearer == 0


def test_a_broker_s_account_pays_whole_cents():
    broker = FeeReading(kalshi_precision_e6=BROKER_E6).one(KALSHI).fees
    # One contract at 0.50: 0.5175 leaves the balance, and a broker's leaves it as 0.52.
    assert taker_fee_usd_e6(KALSHI.fees, 5_000, 10**6) == 17_500
    assert taker_fee_usd_e6(broker, 5_000, 10**6) == 20_000
