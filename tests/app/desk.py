"""A pipeline with an engine but no sockets, for tests of what watches over a run."""

from collections.abc import Iterable
from pathlib import Path

from tests.core.desk import FREE, NO, TICKER, YES, market, token
from underround.app.codecs import CODECS
from underround.app.config import Config
from underround.app.connections import Connecting, Options, Rest
from underround.app.hands import VenueHands
from underround.app.pipeline import Pipeline
from underround.app.recordings.replay import describe
from underround.core.engine import Engine
from underround.core.event import Event
from underround.core.instrument import Instrument, Outcome
from underround.core.pair import Pair
from underround.core.settings import Settings
from underround.stores.recording import RecordingWriter
from underround.venues.clock_offset import ClockOffset
from underround.venues.rest import RestClient

YES_TOKEN = token(YES, NO, Outcome.YES, FREE[0])
NO_TOKEN = token(NO, YES, Outcome.NO, FREE[0])
MARKET = market(FREE[1])


class Engineered(Engine):
    """An engine that keeps what it was given."""

    def __init__(self, instruments: Iterable[Instrument], pairs: Iterable[Pair]) -> None:
        super().__init__(Settings(), instruments, pairs)
        self.given: list[Event] = []

    def process(self, event: Event):
        self.given.append(event)
        return super().process(event)


class Desk:
    """A pipeline whose clock a test moves; `started` holds the work that nobody runs."""

    def __init__(
        self,
        instruments: Iterable[Instrument] = (YES_TOKEN, NO_TOKEN, MARKET),
        *,
        pairs: Iterable[Pair] = (),
        recording: Path | None = None,
    ) -> None:
        self.now_ns = 1_795_000_000 * 10**9
        self.instruments = list(instruments)
        self.engine = Engineered(self.instruments, pairs)
        self.recorder = None
        if recording is not None:
            made_of = describe(Settings(), self.instruments, list(pairs))
            self.recorder = RecordingWriter(
                recording, created_at_ns=self.now_ns, mask=bytes, **made_of
            )
        self.hands = VenueHands(self.clock_ns)
        self.pipeline = Pipeline(self.engine, CODECS, self.hands, self.recorder, self.clock_ns)
        self.hands.receiver = self.pipeline
        self.started: list = []

    def clock_ns(self) -> int:
        return self.now_ns

    def given(self, kind: type) -> list:
        return [event for event in self.engine.given if isinstance(event, kind)]

    def connecting(self, rest: Rest | None, config: Config | None = None, signer=None):
        return Connecting(
            config or Config(),
            Options(recording=None),
            self.instruments,
            self.pipeline,
            self.hands,
            signer,
            rest,
            self.clock_ns,
            [],
        )


def rest_of(client: RestClient) -> Rest:
    """Let one client stand for all of both venues."""
    return Rest(client, client, client, {}, ClockOffset())


__all__ = ["MARKET", "NO_TOKEN", "TICKER", "YES_TOKEN", "Desk", "rest_of"]
