"""What a language model was asked about a pair and what it said: kept, never forgotten.

Values only; who asks is `adjudication`.
"""

from msgspec import Struct

from underround.matching.listing import Listing
from underround.matching.verdict import Decision


class Opinion(Struct, frozen=True):
    """What was asked and answered, whole, and the decision that came of it."""

    polymarket: Listing
    kalshi: Listing
    endpoint: str
    model: str
    prompt: str
    answer: str
    decision: Decision
