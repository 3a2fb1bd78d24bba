"""Reads windows and prices that others recorded, as CSV files, packed or not.

Opens files and says in one line what is wrong with them; computes nothing.
"""

import gzip
from pathlib import Path

from underround.app.bitcoin.calibration import Decision
from underround.app.bitcoin.decision_history import replayed_decisions
from underround.app.bitcoin.strike_history import parse_prices, parse_windows
from underround.core.errors import ConfigError, UnderroundError
from underround.core.windows.settlement import FIFTEEN_MINUTES


def text_of(path: Path) -> str:
    """Read a text file, unpacked if its name ends in .gz; ConfigError where it cannot be."""
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def history_of(strikes: Path, prices: Path) -> list[Decision]:
    """Return the decisions that the closed form would have made in recorded windows.

    `strikes` has the columns ticker, close_time_utc, floor_strike, expiration_value; `prices`
    unix_s and last. ConfigError, one line, for files that do not; UnderroundError without any.
    """
    path = strikes
    try:
        windows = parse_windows(text_of(strikes))
        path = prices
        by_second = parse_prices(text_of(prices))
    except KeyError as error:
        raise ConfigError(f"{path}: the column {error} is missing") from None
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    decisions = replayed_decisions(by_second, windows, FIFTEEN_MINUTES)
    if not decisions:
        raise UnderroundError(f"{prices} covers no whole window of {strikes}")
    return decisions
