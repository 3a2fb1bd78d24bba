"""Markets that hang together: which may win together, which must, and what proves it.

Plain facts about sets of questions, told by a venue's catalog or approved by a person, and refused
where the proof is missing. Nothing here knows a price or decides what hangs together.
"""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.pair import Claim


class Question(Struct, frozen=True):
    """One question and what buys its YES and its NO, at any venue.

    Claims on several venues belong to approved pairs of one question.
    """

    name: str
    yes: tuple[Claim, ...]
    no: tuple[Claim, ...]


class Partition(Struct, frozen=True, kw_only=True, tag_field="kind", tag="partition"):
    """Outcomes of one event. `proof` says why they exclude each other and why they are all.

    Exclusive: at most one of them wins. Exhaustive: at least one does. Open-ended: outcomes may
    still be added, or a placeholder stands for some.
    """

    id: str
    questions: tuple[Question, ...]
    is_exclusive: bool
    is_exhaustive: bool
    proof: str
    is_open_ended: bool = False


class Ladder(Struct, frozen=True, kw_only=True, tag_field="kind", tag="ladder"):
    """Questions of which each narrower one implies every wider one; the widest stands first."""

    id: str
    rungs: tuple[Question, ...]
    proof: str


class Basket(Struct, frozen=True, kw_only=True, tag_field="kind", tag="basket"):
    """A few related questions, and every way in which they may turn out together.

    `worlds[world][question]` says whether the question's YES wins there.
    """

    id: str
    questions: tuple[Question, ...]
    worlds: tuple[tuple[bool, ...], ...]
    proof: str


Structure: TypeAlias = Partition | Ladder | Basket


def question_of(yes: Instrument) -> Question:
    """Return the question that a Kalshi market, or a Polymarket YES token, asks.

    Raises ValueError for a Polymarket instrument without a complement.
    """
    if yes.venue is Venue.KALSHI:
        return Question(
            yes.id,
            (Claim(yes.venue, yes.id, Outcome.YES, takes_bids=False),),
            (Claim(yes.venue, yes.id, Outcome.NO, takes_bids=True),),
        )
    if yes.complement_id is None:
        raise ValueError(f"{yes.id} has no complement token")
    return Question(
        yes.market_id,
        (Claim(yes.venue, yes.id, Outcome.YES, takes_bids=False),),
        (Claim(yes.venue, yes.complement_id, Outcome.NO, takes_bids=False),),
    )


def merged(questions: Iterable[Question], name: str) -> Question:
    """Return one question that can be bought wherever any of these can."""
    listed = list(questions)
    return Question(
        name,
        tuple(dict.fromkeys(claim for each in listed for claim in each.yes)),
        tuple(dict.fromkeys(claim for each in listed for claim in each.no)),
    )


def opposite(question: Question) -> Question:
    """Return the question whose YES is this one's NO."""
    return Question(question.name, question.no, question.yes)


def questions_of(structure: Structure) -> tuple[Question, ...]:
    """Return a structure's questions."""
    return structure.rungs if isinstance(structure, Ladder) else structure.questions


def instruments_of(structure: Structure) -> Iterator[str]:
    """Yield the ids of the instruments that a structure is bought from."""
    for question in questions_of(structure):
        for claim in (*question.yes, *question.no):
            yield claim.instrument
