"""Spoilt frames of both venues through codecs and engine: `python -m fuzz.codecs_and_engine`.

Prints its seed first; `--seed` repeats a run. Nothing may raise, and what must hold of an engine
(`fuzz.invariants`) must hold all the time.
"""

import argparse
import random
import re
import sys
from collections import Counter

from bench import corpus as corpora
from fuzz import invariants
from fuzz.mutation import mutated
from underround.app.codecs import CODECS
from underround.core.effect import Effect, FetchBooks, Noted, RequestSnapshots
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    BooksFetched,
    ConnectionClosed,
    ConnectionOpened,
    MarketEvent,
    Timer,
)
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS

PAIRS = 4
ANY_EDGE_E6 = -300_000  # usd_e6 a contract: what costs less than 1.30 $ counts as an edge here
SPOILT_SHARES = (0.02, 0.2)
CHECK_EVERY = 20
_NUMBER = re.compile(rb'"seq":\d+,')


class Run:
    """One engine under a stream of good and spoilt frames."""

    def __init__(self, seed: int, frames: int) -> None:
        self.rng = random.Random(seed)
        self.corpus = corpora.make(PAIRS, frames, seed)
        settings = Settings(threshold_e6=self.rng.choice((ANY_EDGE_E6, 5_000)))
        self.spoilt_share = self.rng.choice(SPOILT_SHARES)
        self.engine = Engine(settings, self.corpus.instruments, self.corpus.pairs)
        self.now_ns = 10**15
        self.kinds: Counter[str] = Counter()
        self.asked: list[FetchBooks | RequestSnapshots] = []
        self.last: tuple[Venue, bytes] | None = None
        for venue in Venue:
            self.open(venue)
        for venue, frame in self.corpus.opening:
            self.read(venue, [frame])

    def go(self) -> None:
        """Deliver every frame, some of them spoilt, in reads of one to five."""
        for number, (venue, frame) in enumerate(self.corpus.frames):
            self.last = venue, frame
            count = self.rng.choice((1, 1, 1, 3, 5))
            self.read(venue, [self.maybe_spoilt(frame) for _ in range(count)])
            self.now_ns += self.rng.choice((0, 1, 40, 2_000)) * NS_PER_MS // 10
            self.upset()
            if number % CHECK_EVERY == 0:
                invariants.check(self.engine)

    def maybe_spoilt(self, frame: bytes) -> bytes:
        """Spoil a frame now and then."""
        if self.rng.random() >= self.spoilt_share:
            return frame
        frame = mutated(self.rng, frame)
        assert self.last is not None
        self.last = self.last[0], frame
        return frame

    def read(self, venue: Venue, frames: list[bytes]) -> None:
        """Decode what one read delivered and give it to the engine."""
        events: list[MarketEvent] = []
        for frame in frames:
            self.last = venue, frame
            CODECS[venue][0](frame, events)
        self.note(self.engine.process(Batch(venue, self.now_ns, events)))

    def upset(self) -> None:
        """Let time pass, answers come and connections go, now and then."""
        chance = self.rng.random()
        if chance < 0.1:
            self.note(self.engine.process(Timer(self.now_ns)))
        elif chance < 0.15 and self.asked:
            self.answer(self.asked.pop())
        elif chance < 0.153:
            venue = self.rng.choice(list(Venue))
            closed = ConnectionClosed(venue, self.now_ns, "fuzz")
            self.note(self.engine.process(closed))
            self.open(venue)
            for known, frame in self.corpus.opening:
                if known is venue:
                    self.read(venue, [self.maybe_spoilt(frame)])

    def answer(self, wanted: FetchBooks | RequestSnapshots) -> None:
        """Answer a request for books with the opening ones, spoilt now and then."""
        if isinstance(wanted, RequestSnapshots):
            own = [frame for venue, frame in self.corpus.opening if venue is Venue.KALSHI]
            frames = [_NUMBER.sub(b"", self.maybe_spoilt(frame)) for frame in own]
            self.read(Venue.KALSHI, frames)
            return
        own = [frame for venue, frame in self.corpus.opening if venue is wanted.venue]
        try:
            books = CODECS[wanted.venue][1](self.maybe_spoilt(self.rng.choice(own)))
        except ValueError:
            return
        answer = BooksFetched(
            wanted.venue, wanted.purpose, wanted.asked_at_ns, self.now_ns, books, ()
        )
        self.note(self.engine.process(answer))

    def open(self, venue: Venue) -> None:
        """Open a venue's connection for all its instruments."""
        names = [one.id for one in self.corpus.instruments if one.venue is venue]
        self.note(self.engine.process(ConnectionOpened(venue, venue, self.now_ns, names)))

    def note(self, effects: tuple[Effect, ...]) -> None:
        """Count what was named and remember what was asked for."""
        for effect in effects:
            if isinstance(effect, Noted):
                self.kinds[effect.kind] += 1
            elif isinstance(effect, FetchBooks | RequestSnapshots):
                self.asked.append(effect)


def main(arguments: list[str] | None = None) -> int:
    """Run once; the exit code is 1 when something raised or did not hold."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.codecs_and_engine", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--frames", type=int, default=20_000)
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    run = Run(options.seed, options.frames)
    try:
        run.go()
    except Exception:
        print(f"failed at {run.last!r}; again with --seed {options.seed}", file=sys.stderr)
        raise
    counts = {name: count for name, count in run.engine.counts.as_dict().items() if count}
    print(f"{options.frames} frames, {counts}")
    print(f"named: {dict(run.kinds)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
