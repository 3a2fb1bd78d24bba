"""Fits the index's undecided readings to official values in a recording.

Replays the books once and calculates every print under every reading; the official value of the
same second is the judge. Changes no default: a person reads the table and sets `reading`.
"""

from collections.abc import Iterator
from itertools import product
from math import sqrt
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.app.recordings.replay import Replay
from underround.core.effect import Effect
from underround.core.errors import UnderroundError
from underround.core.windows.distributions import student_cdf
from underround.core.windows.index import calculate
from underround.core.windows.index_exclusions import exclude
from underround.core.windows.index_parameters import (
    CapReading,
    CrossedReading,
    IndexParameters,
    LambdaReading,
    SampleReading,
)
from underround.core.windows.pricing_desk import PricingDesk
from underround.core.windows.pricing_effect import IndexTicked
from underround.core.windows.reference_event import OfficialValue
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import from_e8

_BLOCK: Final = 60
_LEAST_BLOCKS: Final = 5
_CERTAIN: Final = 0.95


class Fit(Struct, frozen=True):
    """One reading's differences from the official value, USD: bias, sd, root mean square.

    `is_in_use` marks the reading that the recording was made with, `is_distinct` one whose squared
    differences are smaller than that one's beyond chance.
    """

    reading: str
    prints: int
    mean: float
    sd: float
    largest: float
    rms: float
    is_in_use: bool = False
    is_distinct: bool = False


def readings(parameters: IndexParameters) -> Iterator[tuple[str, IndexParameters]]:
    """Yield every combination of the undecided switches by name."""
    for law, cap, sample, crossed in product(
        LambdaReading, CapReading, SampleReading, CrossedReading
    ):
        reading = replace(parameters, lambda_reading=law, cap=cap, sample=sample, crossed=crossed)
        yield name_of(reading), reading


def name_of(parameters: IndexParameters) -> str:
    """Return the switches of parameters as the configuration writes them."""
    return (
        f"lambda={parameters.lambda_reading};cap={parameters.cap};"
        f"sample={parameters.sample};crossed={parameters.crossed}"
    )


class Calibration:
    """Prints of one asset under every reading, beside the official values."""

    def __init__(self, asset: Asset = Asset.BTC) -> None:
        self.asset = asset
        self.official: dict[int, float] = {}
        self.prints: dict[int, dict[str, float]] = {}
        self.in_use = ""

    def run(self, path: Path) -> None:
        """Replay a recording; ValueError when it is none, OSError when it cannot be read."""
        replay = Replay()
        replay.on_event.append(self._heard)
        replay.on_effect.append(lambda effect: self._calculated(replay, effect))
        replay.run(path)

    def fits(self) -> list[Fit]:
        """Return the readings by how well they fit, the best first; UnderroundError without any."""
        stamps = sorted(self.official.keys() & self.prints.keys())
        if not stamps:
            raise UnderroundError(
                f"no official value of the {self.asset} index meets a print in this recording; "
                "record with a Kalshi key (`underround brti stream 5 60 --recording FOLDER`)"
            )
        # Only prints that every reading has, so that all are judged by the same.
        names = dict.fromkeys(name for stamp in stamps for name in self.prints[stamp])
        stamps = [stamp for stamp in stamps if len(self.prints[stamp]) == len(names)] or stamps
        by_name = {
            name: [
                self.prints[stamp][name] - self.official[stamp]
                for stamp in stamps
                if name in self.prints[stamp]
            ]
            for name in names
        }
        used = by_name.get(self.in_use)
        found = []
        for name, differences in by_name.items():
            is_distinct = used is not None and _is_closer(differences, used)
            found.append(_fitted(name, differences, name == self.in_use, is_distinct))
        return sorted(found, key=lambda fit: (fit.rms, fit.reading))

    def _heard(self, event: object) -> None:
        if not isinstance(event, OfficialValue) or event.asset is not self.asset:
            return
        if not event.is_fast:
            self.official.setdefault(event.stamped_at_ns, from_e8(event.value_e8))

    def _calculated(self, replay: Replay, effect: Effect) -> None:
        """Calculate a print under every reading, on the books as they stand at it."""
        if not isinstance(effect, IndexTicked) or not effect.tick.is_print:
            return
        tick = effect.tick
        if tick.asset is not self.asset or tick.value.index is None:
            return
        desk: PricingDesk | None = replay.desk
        assert desk is not None
        ticker = desk.index(self.asset).ticker
        pool = ticker.calculator.pool
        self.in_use = name_of(ticker.parameters)
        verdict = exclude(pool.books, ticker.parameters, tick.at_ns)
        if frozenset(verdict.used) != pool.pooled:
            return  # a stray price returns slowly: such a print compares nothing
        self.prints[tick.at_ns] = {
            name: value.index
            for name, parameters in readings(ticker.parameters)
            if (value := calculate(pool, parameters, verdict, tick.at_ns)).index is not None
        }


def _is_closer(differences: list[float], used: list[float]) -> bool:
    """Tell whether squared differences are smaller than those in use, to 95 % on one side.

    Prints of one second and the next share most of their error: blocks of a minute are compared.
    """
    gains = [old * old - new * new for new, old in zip(differences, used, strict=False)]
    blocks = [
        sum(part) / len(part)
        for start in range(0, len(gains), _BLOCK)
        if len(part := gains[start : start + _BLOCK]) == _BLOCK
    ]
    count = len(blocks)
    if count < _LEAST_BLOCKS:
        return False
    gain = sum(blocks) / count
    scatter = sum((block - gain) ** 2 for block in blocks) / (count - 1)
    error = sqrt(scatter / count)
    return error > 0 and student_cdf(gain / error, count - 1) > _CERTAIN


def _fitted(name: str, differences: list[float], is_in_use: bool, is_distinct: bool) -> Fit:
    count = len(differences)
    mean = sum(differences) / count
    scatter = sum((each - mean) ** 2 for each in differences)
    squares = sum(each * each for each in differences)
    return Fit(
        reading=name,
        prints=count,
        mean=mean,
        sd=sqrt(scatter / max(count - 1, 1)),
        largest=max(abs(each) for each in differences),
        rms=sqrt(squares / count),
        is_in_use=is_in_use,
        is_distinct=is_distinct,
    )
