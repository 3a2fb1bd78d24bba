"""The life of a pair under review, as one transition table.

A pair that rests on changed rules is suspended and must be looked at again; nothing else than a
person's (or, where every check passes, the guards') acceptance leads to APPROVED.
"""

from enum import StrEnum
from typing import Final


class PairState(StrEnum):
    """Where a pair stands."""

    PROPOSED = "proposed"
    UNSURE = "unsure"
    HALF_APPROVED = "half approved"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"


class Answer(StrEnum):
    """What a person says of a pair."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    UNSURE = "unsure"


_OPEN: Final = (PairState.PROPOSED, PairState.UNSURE, PairState.SUSPENDED, PairState.REFUSED)

# (state, answer, a second person is needed) -> state
TRANSITIONS: Final = {
    **{(state, Answer.ACCEPT, False): PairState.APPROVED for state in _OPEN},
    **{(state, Answer.ACCEPT, True): PairState.HALF_APPROVED for state in _OPEN},
    (PairState.HALF_APPROVED, Answer.ACCEPT, False): PairState.APPROVED,
    (PairState.HALF_APPROVED, Answer.ACCEPT, True): PairState.APPROVED,
    **{
        (state, answer, needed): after
        for state in PairState
        for needed in (False, True)
        for answer, after in ((Answer.REFUSE, PairState.REFUSED), (Answer.UNSURE, PairState.UNSURE))
    },
}
TO_REVIEW: Final = (
    PairState.SUSPENDED, PairState.HALF_APPROVED, PairState.PROPOSED, PairState.UNSURE,
)  # fmt: skip
