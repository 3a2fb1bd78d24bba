"""Fits the index's undecided readings to official values in a recording.

Replays the books once and calculates every print under every reading; the official value of the
same second is the judge. Changes no default: a person reads the table and sets `reading`.
"""

from collections.abc import Iterator
from itertools import product
from math import sqrt
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from underround.app.replay import Replay
from underround.core.effect import Effect
from underround.core.errors import UnderroundError
from underround.core.index import calculate
from underround.core.index_exclusions import exclude
from underround.core.index_parameters import (
    CapReading,
    CrossedReading,
    IndexParameters,
    LambdaReading,
    SampleReading,
)
from underround.core.pricing_desk import PricingDesk
from underround.core.pricing_effect import IndexTicked
from underround.core.reference_event import OfficialValue
from underround.core.spot_event import Asset
from underround.core.spot_units import ONE_E8


class Fit(Struct, frozen=True):
    """One reading's differences from the official value, USD: bias, sd, root mean square."""

    reading: str
    prints: int
    mean: float
    sd: float
    largest: float
    rms: float


def readings(parameters: IndexParameters) -> Iterator[tuple[str, IndexParameters]]:
    """Yield every combination of the undecided switches by name."""
    for law, cap, sample, crossed in product(
        LambdaReading, CapReading, SampleReading, CrossedReading
    ):
        name = f"lambda={law};cap={cap};sample={sample};crossed={crossed}"
        yield (
            name,
            replace(parameters, lambda_reading=law, cap=cap, sample=sample, crossed=crossed),
        )


class Calibration:
    """Prints of one asset under every reading, beside the official values."""

    def __init__(self, asset: Asset = Asset.BTC) -> None:
        self.asset = asset
        self.official: dict[int, float] = {}
        self.prints: dict[int, dict[str, float]] = {}

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
        names = self.prints[stamps[0]]
        found = []
        for name in names:
            differences = [
                self.prints[stamp][name] - self.official[stamp]
                for stamp in stamps
                if name in self.prints[stamp]
            ]
            found.append(_fitted(name, differences))
        return sorted(found, key=lambda fit: (fit.rms, fit.reading))

    def _heard(self, event: object) -> None:
        if not isinstance(event, OfficialValue) or event.asset is not self.asset:
            return
        if not event.is_fast:
            self.official.setdefault(event.stamped_at_ns, event.value_e8 / ONE_E8)

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
        verdict = exclude(pool.books, ticker.parameters, tick.at_ns)
        if frozenset(verdict.used) != pool.pooled:
            return  # a stray price returns slowly: such a print compares nothing
        self.prints[tick.at_ns] = {
            name: value.index
            for name, parameters in readings(ticker.parameters)
            if (value := calculate(pool, parameters, verdict, tick.at_ns)).index is not None
        }


def _fitted(name: str, differences: list[float]) -> Fit:
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
    )
