"""A day at two venues for tests of the pipeline: seeded frames, upsets, and what answers them."""

import random
import re

from bench import corpus as corpora
from underround.app.codecs import CODECS
from underround.app.pipeline import Pipeline
from underround.app.recordings.plan import Plan
from underround.core.effect import FetchBooks, RequestSnapshots
from underround.core.engine import Engine
from underround.core.event import CommandAnswered
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS
from underround.stores.recording import RecordingWriter

START_NS = 1_790_000_000_000_000_000
ANY_EDGE = Settings(threshold_e6=-300_000)
_NUMBER = re.compile(rb'"seq":\d+,')


class Day:
    """A pipeline, the frames it is given, and hands that answer at once, later or never."""

    def __init__(
        self,
        seed: int,
        recorder: RecordingWriter | None = None,
        settings: Settings = ANY_EDGE,
        frames: int = 1_500,
    ) -> None:
        self.rng = random.Random(seed)
        self.corpus = corpora.make(3, frames, seed)
        self.now_ns = START_NS
        self.asked: list[FetchBooks] = []
        self.answers: list[CommandAnswered] = []
        engine = Engine(settings, self.corpus.instruments, self.corpus.pairs)
        self.pipeline = Pipeline(engine, CODECS, self, recorder, lambda: self.now_ns)
        for venue in Venue:
            names = tuple(one.id for one in self.corpus.instruments if one.venue is venue)
            self.pipeline.plan(Plan(venue.value, venue, names))

    def run(self) -> None:
        """Live through the day."""
        for venue in Venue:
            self.open(venue)
        for number, (venue, frame) in enumerate(self.corpus.frames):
            self.now_ns += self.rng.choice((1, 7, 40, 300)) * NS_PER_MS // 10
            frames = [frame] if self.rng.random() < 0.98 else [b"{", frame, frame]
            self.pipeline.batch(venue, frames, self.now_ns)
            if self.rng.random() < 0.1:
                self.pipeline.timer("tick")
            if self.asked and self.rng.random() < 0.3:
                self.answer(self.asked.pop(0))
            if number % 400 == 399:
                self.upset(self.rng.choice(list(Venue)))

    def open(self, venue: Venue) -> None:
        self.pipeline.opened(venue, self.now_ns)
        self.pipeline.sent(venue, b'{"type":"market"}', self.now_ns)
        for known, frame in self.corpus.opening:
            if known is venue:
                self.pipeline.batch(venue, [_NUMBER.sub(b"", frame)], self.now_ns)

    def upset(self, venue: Venue) -> None:
        self.pipeline.closed(venue, self.now_ns, 1006, "")
        self.now_ns += 200 * NS_PER_MS
        self.open(venue)

    def answer(self, wanted: FetchBooks) -> None:
        """Answer with the opening books: old ones, but the venue's."""
        self.now_ns += 30 * NS_PER_MS
        if wanted.venue is Venue.POLYMARKET and self.rng.random() < 0.9:
            bodies = [frame for venue, frame in self.corpus.opening if venue is wanted.venue]
            self.pipeline.fetched(wanted, self.rng.choice(bodies))
        else:
            self.pipeline.fetched(wanted, b"<html>")

    # The hands.

    def fetch_books(self, wanted: FetchBooks) -> None:
        self.asked.append(wanted)

    def request_snapshots(self, wanted: RequestSnapshots) -> None:
        """Lose the connection while asking, now and then: the next event comes at once."""
        if self.rng.random() < 0.3:
            self.upset(Venue.KALSHI)

    def answered(self, connection: str, answer: CommandAnswered) -> None:
        self.answers.append(answer)

    def reconnect(self, connection: str, reason: str) -> None:
        self.upset(Venue(connection))

    def wake_at(self, at_ns: int) -> None:
        """Timers come with the ticks here."""
