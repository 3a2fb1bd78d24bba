"""The guide's executor: its import path, and its checks of capital and slippage."""

from msgspec.structs import replace

from data_pipeline.arbitrage_executor import ArbitrageExecutor
from tests.core.trading_world import a_signal
from underround.core.trading.risk_limits import RiskLimits

NOW_NS = 7


def test_no_order_is_larger_than_its_limit():
    executor = ArbitrageExecutor(limits=RiskLimits(max_order_usd_e6=10 * 10**6))
    signal = a_signal(sets=1_000)
    assert executor.contracts_allowed(signal) == 10 * 10**6 * 10_000 // 5_100
    assert executor.contracts_allowed(a_signal(sets=5)) == 5 * 10**6


def test_an_old_signal_and_a_slippery_one_are_refused():
    executor, signal = ArbitrageExecutor(), a_signal()
    assert executor.refusal(signal, NOW_NS) is None
    assert executor.refusal(signal, NOW_NS + 3 * 10**9) == "the signal is 3000 ms old"
    first, second = signal.legs
    slippery = replace(signal, legs=(replace(first, limit_e4=5_100), second))
    assert executor.refusal(slippery, NOW_NS) == (
        "polymarket: its size needs prices beyond the collar"
    )
