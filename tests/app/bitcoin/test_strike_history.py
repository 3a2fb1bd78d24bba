"""Recorded windows: parsing, the chain of strikes, and a price series as a stand-in."""

import gzip

import pytest

from tests.recordings import recording
from underround.app.bitcoin.strike_history import (
    check_chain,
    parse_prices,
    parse_windows,
    proxy_errors_bp,
    settlement_mean,
    spread_of,
)
from underround.core.windows.settlement import FIFTEEN_MINUTES

HEADER = "ticker,close_time_utc,floor_strike,expiration_value,source\n"
CLOSE_S = 1_778_501_700  # 2026-05-11T12:15:00Z


def windows(*rows):
    return parse_windows(HEADER + "".join(f"{row},x\n" for row in rows))


def test_a_window_s_facts():
    (window,) = windows("K-1,2026-05-11T12:15:00Z,81176.19,")
    assert (window.close_at_ns, window.strike_e8) == (CLOSE_S * 10**9, 8_117_619_000_000)
    assert window.value_e8 is None


def test_a_bad_line_is_named():
    with pytest.raises(ValueError, match="line 3: "):
        windows("K-1,2026-05-11T12:15:00Z,1,2", "K-2,noon,1,2")


def test_the_chain_holds_after_rounding_and_failures_are_named():
    chain = check_chain(
        windows(
            "A,2026-05-11T12:15:00Z,1,100.50",
            "B,2026-05-11T12:30:00Z,100.50,200.1",
            "C,2026-05-11T12:45:00Z,200.099999,300",
            "D,2026-05-11T13:00:00Z,300.01,",
            "E,2026-05-11T13:30:00Z,5,6",
        ),
        FIFTEEN_MINUTES,
    )
    assert (chain.pairs, chain.exact, chain.failing) == (3, 1, ("C",))


def test_the_mean_takes_the_sixty_seconds_before_the_close():
    prices = {CLOSE_S - second: 100.0 for second in range(1, 61)}
    prices |= {CLOSE_S: 9e9, CLOSE_S - 61: 9e9}
    assert settlement_mean(prices, CLOSE_S * 10**9, FIFTEEN_MINUTES, 60) == 100.0
    del prices[CLOSE_S - 30]
    assert settlement_mean(prices, CLOSE_S * 10**9, FIFTEEN_MINUTES, 60) is None
    assert settlement_mean(prices, CLOSE_S * 10**9, FIFTEEN_MINUTES, 59) == 100.0


def test_errors_are_measured_where_the_strike_was_made():
    prices = parse_prices(
        "unix_s,last,age_ms\n" + "".join(f"{CLOSE_S - 900 - n},100.01,5\n" for n in range(1, 61))
    )
    found = proxy_errors_bp(prices, windows("A,2026-05-11T12:15:00Z,100,"), FIFTEEN_MINUTES)
    assert found == [pytest.approx(1.0)]


def test_a_spread_needs_two():
    assert spread_of([1.0, 3.0]).sd_bp == pytest.approx(2**0.5)
    with pytest.raises(ValueError, match="1 windows are too few"):
        spread_of([1.0])


@pytest.mark.shared
def test_every_recorded_strike_is_the_settlement_before():
    path = recording("btc/kalshi_KXBTC15M_strikes_settlements_first_half.csv")
    chain = check_chain(parse_windows(path.read_text()), FIFTEEN_MINUTES)
    assert (chain.pairs, chain.exact, chain.failing) == (335, 316, ())


@pytest.mark.shared
def test_coinbase_s_last_minute_against_the_recorded_strikes():
    prices = recording("btc/coinbase_btcusd_1s_last_first_half.csv.gz").read_bytes()
    strikes = recording("btc/kalshi_KXBTC15M_strikes_2026-05-11_14.csv").read_text()
    errors = proxy_errors_bp(
        parse_prices(gzip.decompress(prices).decode()), parse_windows(strikes), FIFTEEN_MINUTES
    )
    spread = spread_of(errors)
    assert spread.count == 30
    assert spread.bias_bp == pytest.approx(-1.02, abs=0.01)
    assert spread.sd_bp == pytest.approx(0.70, abs=0.01)
