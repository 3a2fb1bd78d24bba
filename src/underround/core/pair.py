"""Two markets on different venues that ask one question, and how their outcomes correspond.

Plain facts; whether they really are the same bet is decided by people and by matching.
"""

from enum import StrEnum

from msgspec import Struct

from underround.core.contract_terms import PairTerms
from underround.core.instrument import Instrument, Outcome, Venue


class Polarity(StrEnum):
    """How the outcomes of a pair's two markets correspond."""

    SAME = "same"
    INVERSE = "inverse"

    @property
    def other(self) -> "Polarity":
        """The opposite one."""
        return Polarity.SAME if self is Polarity.INVERSE else Polarity.INVERSE


class Claim(Struct, frozen=True):
    """One outcome of one market at one venue: what a leg buys.

    `instrument` is the book the purchase is made in. With `takes_bids` the claim is the
    complement of that instrument, bought by taking its bids at one dollar less the bid.
    """

    venue: Venue
    instrument: str
    outcome: Outcome
    takes_bids: bool


class Pair(Struct, frozen=True, kw_only=True):
    """One question on two venues. Instruments are named by id; YES and NO as each venue says.

    `terms` is None where the pair file states no settlement terms.
    """

    id: str
    polymarket_yes: str
    polymarket_no: str
    kalshi: str
    polarity: Polarity
    note: str = ""
    terms: PairTerms | None = None

    @property
    def complete_sets(self) -> tuple[tuple[str, Claim, Claim], ...]:
        """The ways of buying one of each outcome: (direction, Polymarket leg, Kalshi leg).

        `yes_no` buys YES on Polymarket, `no_yes` buys NO there; the Kalshi leg is whatever pays
        when the Polymarket leg does not.
        """
        yes = Claim(Venue.POLYMARKET, self.polymarket_yes, Outcome.YES, takes_bids=False)
        no = Claim(Venue.POLYMARKET, self.polymarket_no, Outcome.NO, takes_bids=False)
        kalshi_yes = Claim(Venue.KALSHI, self.kalshi, Outcome.YES, takes_bids=False)
        kalshi_no = Claim(Venue.KALSHI, self.kalshi, Outcome.NO, takes_bids=True)
        if self.polarity is Polarity.INVERSE:
            kalshi_yes, kalshi_no = kalshi_no, kalshi_yes
        return ("yes_no", yes, kalshi_no), ("no_yes", no, kalshi_yes)

    @staticmethod
    def of(
        pair_id: str,
        yes: Instrument,
        kalshi: Instrument,
        polarity: Polarity,
        note: str,
        terms: PairTerms | None = None,
    ) -> "Pair":
        """Make a pair from a Polymarket YES token and a Kalshi market.

        Raises ValueError when the Polymarket instrument has no complement.
        """
        if yes.complement_id is None:
            raise ValueError(f"pair {pair_id!r}: {yes.id} has no complement token")
        return Pair(
            id=pair_id,
            polymarket_yes=yes.id,
            polymarket_no=yes.complement_id,
            kalshi=kalshi.id,
            polarity=polarity,
            note=note,
            terms=terms,
        )
