"""Parameters of the CME CF real-time indices, and a named switch for every undecided reading.

The methodology PDF is not openly readable; where its readers differ, the reading is a value here
and its source stands beside it. This module may hold no arithmetic of the index.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.core.units import NS_PER_SECOND
from underround.core.windows.spot_event import Asset, Exchange
from underround.core.windows.spot_units import ONE_E8


class LambdaReading(StrEnum):
    """How fast the weights fall with depth.

    OF_DEPTH, lambda = 1/(0.3 v̄): three independent readers of methodology v16.5 (Feb 2026).
    FIXED, lambda = 1/0.37: several public scripts; it puts 93 % of the weight on the first coin.
    """

    OF_DEPTH = "0.3v"
    FIXED = "0.37"


class CapReading(StrEnum):
    """What the dynamic size cap cuts.

    PER_PRICE, equal prices of different exchanges summed first: two readers of v16.5.
    PER_LEVEL, each exchange's level by itself: one reader.
    """

    PER_PRICE = "per_price"
    PER_LEVEL = "per_level"


class SampleReading(StrEnum):
    """Which sizes the cap is computed from, within 5 % of the consolidated touch.

    MAX50, up to 50 a side: all three readers of v16.5 (equations 4a, 4b).
    MIN50, all of them and at least 50 a side, outwards if short: CF Benchmarks' 2019 post on the
    order size cap (there for the spot rate).
    """

    MAX50 = "max50"
    MIN50 = "min50"


class CrossedReading(StrEnum):
    """What becomes of exchanges' levels that cross each other in the consolidated book.

    STAY, the curves are taken as they are: no rule was found, and they stay defined.
    MATCHED, crossing sizes are netted off first: two secondary sources say "uncrossed".
    """

    STAY = "stay"
    MATCHED = "matched"


class IndexParameters(Struct, frozen=True, kw_only=True):
    """Everything the calculation needs beside the books.

    `step_e8` is s, `spread_limit_e9` is D (5_000_000 = 0.5 %), `deviation_limit_e4` the bound of
    potentially erroneous data (500 = 5 %; an excluded exchange returns below half of it).
    `stale_ns` is the age at which a book counts as delayed: 10 s per a reader of methodology v16.8
    (June 2026), 30 s per the older text and the readers of v16.5.
    """

    asset: Asset = Asset.BTC
    step_e8: int = ONE_E8
    spread_limit_e9: int = 5_000_000
    deviation_limit_e4: int = 500
    stale_ns: int = 10 * NS_PER_SECOND
    lambda_reading: LambdaReading = LambdaReading.OF_DEPTH
    cap: CapReading = CapReading.PER_PRICE
    sample: SampleReading = SampleReading.MAX50
    crossed: CrossedReading = CrossedReading.STAY
    constituents: tuple[str, ...] = tuple(Exchange)

    @property
    def reading(self) -> str:
        """The undecided readings in one line, as the worked example names them."""
        law = "1/(0.3 v)" if self.lambda_reading is LambdaReading.OF_DEPTH else "1/0.37"
        return f"lambda={law};cap={self.cap};sample={self.sample}"


_BTC: Final = IndexParameters()

PARAMETERS: Final[dict[Asset, IndexParameters]] = {
    Asset.BTC: _BTC,
    Asset.ETH: replace(_BTC, asset=Asset.ETH, step_e8=25 * ONE_E8, spread_limit_e9=10_000_000),
    Asset.SOL: replace(_BTC, asset=Asset.SOL, step_e8=100 * ONE_E8, spread_limit_e9=10_000_000),
    Asset.XRP: replace(
        _BTC,
        asset=Asset.XRP,
        step_e8=10_000 * ONE_E8,
        spread_limit_e9=10_000_000,
        deviation_limit_e4=1_000,
    ),
}
"""Step, spread limit and deviation limit by asset (public readers of the 2026 methodology)."""

_LAMBDA_SPELLINGS: Final = {
    "0.3v": LambdaReading.OF_DEPTH,
    "1/(0.3v)": LambdaReading.OF_DEPTH,
    "1/0.3v": LambdaReading.OF_DEPTH,
    "0.37": LambdaReading.FIXED,
    "1/0.37": LambdaReading.FIXED,
    "1/(0.37)": LambdaReading.FIXED,
}


def parse_lambda(text: str) -> LambdaReading:
    """Return the reading named "0.3v", "1/(0.3 v)", "0.37" or "1/0.37"; ValueError otherwise."""
    plain = re.sub(r"[\s*·]", "", text).replace("v̄", "v")
    try:
        return _LAMBDA_SPELLINGS[plain]
    except KeyError:
        raise ValueError(f'lambda {text!r} is not a reading; use "0.3v" or "0.37"') from None


def with_reading(parameters: IndexParameters, reading: str) -> IndexParameters:
    """Return the parameters under a named reading ("lambda=1/0.37;cap=per_level;sample=min50").

    Parts left out keep their value. Raises ValueError for an unknown name or value.
    """
    for part in filter(None, (part.strip() for part in reading.split(";"))):
        name, _, value = (word.strip() for word in part.partition("="))
        parameters = with_switch(parameters, name, value)
    return parameters


def with_switch(parameters: IndexParameters, name: str, value: str) -> IndexParameters:
    """Return the parameters with one switch set by name; ValueError says what is possible."""
    if name in ("lambda", "lam"):
        return replace(parameters, lambda_reading=parse_lambda(value))
    switches: dict[str, type[StrEnum]] = {
        "cap": CapReading,
        "sample": SampleReading,
        "crossed": CrossedReading,
    }
    kind = switches.get(name)
    if kind is None:
        raise ValueError(f"{name!r} is no reading; there are lambda, {', '.join(switches)}")
    try:
        return replace(parameters, **{name: kind(value)})
    except ValueError:
        raise ValueError(f"{name} {value!r} is not one of {', '.join(kind)}") from None
