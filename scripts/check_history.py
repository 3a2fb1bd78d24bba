"""Check our settlement rule and our probabilities against recorded windows and prices.

Run `python scripts/check_history.py STRIKES.csv [PRICES.csv[.gz]] [--plot FILE.svg]`. STRIKES has
the columns ticker, close_time_utc, floor_strike, expiration_value; PRICES unix_s and last.
"""

import argparse
import gzip
from pathlib import Path

from underround.app.bitcoin.calibration import compare, score, walk_forward
from underround.app.bitcoin.decision_history import replayed_decisions
from underround.app.bitcoin.learner import fit_logistic
from underround.app.bitcoin.reliability_plot import reliability_svg
from underround.app.bitcoin.strike_history import (
    check_chain,
    parse_prices,
    parse_windows,
    proxy_errors_bp,
    spread_of,
)
from underround.core.windows.settlement import FIFTEEN_MINUTES


def text_of(path: Path) -> str:
    """Read a text file, packed or not."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def main() -> int:
    """Print what was found; 1 when a settlement is not the next strike."""
    parser = argparse.ArgumentParser(description="settlement and calibration on recorded windows")
    parser.add_argument("strikes", type=Path)
    parser.add_argument("prices", type=Path, nargs="?")
    parser.add_argument("--plot", type=Path, help="write the reliability plot to this SVG file")
    options = parser.parse_args()
    windows = parse_windows(text_of(options.strikes))
    chain = check_chain(windows, FIFTEEN_MINUTES)
    print(
        f"strike = previous settlement: {chain.pairs} adjacent pairs, {chain.exact} to the digit, "
        f"{chain.pairs - len(chain.failing)} after rounding"
    )
    for ticker in chain.failing:
        print(f"  differs after {ticker}")
    if options.prices is not None:
        prices = parse_prices(text_of(options.prices))
        spread = spread_of(proxy_errors_bp(prices, windows, FIFTEEN_MINUTES))
        print(
            f"price series against strikes: {spread.count} windows, bias {spread.bias_bp:+.2f} bp, "
            f"sd {spread.sd_bp:.2f}, largest {spread.largest_bp:.2f}"
        )
        decisions = replayed_decisions(prices, windows, FIFTEEN_MINUTES)
        said = [decision.p_model for decision in decisions]
        closed = score(said, decisions)
        print(
            f"closed form: Brier {closed.brier:.4f}, log loss {closed.log_loss:.4f}, "
            f"{closed.count} decisions in {closed.windows} windows"
        )
        tried, corrected = walk_forward(decisions, fit_logistic, least_windows=10)
        plain = [decision.p_model for decision in tried]
        verdict = compare(plain, corrected, tried)
        word = "better: use it" if verdict.is_better else "not better: the closed form stays"
        print(
            f"logistic correction, walk-forward: Brier {score(corrected, tried).brier:.4f} "
            f"against {score(plain, tried).brier:.4f} in {verdict.windows} windows, "
            f"z {verdict.z:+.2f}; {word}"
        )
        if options.plot is not None:
            options.plot.write_text(reliability_svg({"closed form": closed}, "Reliability"))
    return 1 if chain.failing else 0


if __name__ == "__main__":
    raise SystemExit(main())
