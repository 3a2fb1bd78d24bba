"""What structures cost the hot path: the same messages with and without them, by turns.

Every Kalshi market of the corpus stands in a ladder of 200 rungs and in a set of 30 outcomes that
offer nothing, so that each move of a best price is a move of both.
"""

import gc
import statistics

from bench import corpus as corpora
from bench.hot_path import opened_engine, replay
from underround.core.instrument import Instrument, Venue
from underround.core.structure import Ladder, Partition, Structure, question_of

ROUNDS = 9
PAIRS, RUNGS, OUTCOMES, MESSAGES = 200, 200, 30, 40_000


def structures_of(instruments: list[Instrument]) -> list[Structure]:
    """Return a ladder over all Kalshi markets and sets over every thirty of them.

    The rungs are in the order of their prices, as those of a venue are.
    """
    markets = [one for one in instruments if one.venue is Venue.KALSHI]
    made: list[Structure] = [
        Ladder(id="ladder", rungs=tuple(map(question_of, markets[:RUNGS])), proof="made")
    ]
    for start in range(0, len(markets) - OUTCOMES, OUTCOMES):
        chunk = markets[start : start + OUTCOMES]
        questions = tuple(map(question_of, chunk))
        made.append(
            Partition(
                id=f"set-{start}",
                questions=questions,
                is_exclusive=False,
                is_exhaustive=True,
                proof="made",
            )
        )
    return made


def ordered(corpus: corpora.Corpus) -> list[Instrument]:
    """Return the instruments, the dearest YES on Kalshi first."""
    books = opened_engine(corpus).books
    return sorted(corpus.instruments, key=lambda one: -(books[one.id].asks.price_e4 or 0))


def measure() -> dict[str, float]:
    """Return medians in microseconds a message, without and with structures."""
    corpus = corpora.make(PAIRS, MESSAGES)
    structures = structures_of(ordered(corpus))
    found: dict[bool, list[float]] = {False: [], True: []}
    signals = 0
    for number in range(2 * ROUNDS):
        has_structures = bool(number % 2)
        engine = opened_engine(corpus)
        if has_structures:
            engine.desk.list(structures)
            engine.desk.regained(list(engine.books.values()), 1)
        gc.collect()
        gc.freeze()
        found[has_structures].append(replay(engine, corpus) / len(corpus.frames) / 1_000)
        gc.unfreeze()
        signals = engine.counts.signals
    return {
        "without_us": statistics.median(found[False]),
        "with_us": statistics.median(found[True]),
        "signals": signals,
    }


def main() -> None:
    measured = measure()
    print("structures:", "  ".join(f"{name} {value:.3g}" for name, value in measured.items()))


if __name__ == "__main__":
    main()
