"""What two contracts of a pair say about settlement, how far they agree, and what a void pays.

Values and their comparison only; who approves a difference is the operator's business.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict, fields

from underround.core.instrument import Outcome, Venue
from underround.core.units import PRICE_ONE_E4, SIZE_ONE_E6, USD_ONE_E6


class Void(StrEnum):
    """What one contract pays when its question is never settled as it was asked."""

    LAST_FAIR = "last fair price"
    HALVES = "50-50"
    NO = "no"
    YES = "yes"


USUAL_VOID: Final = {Venue.KALSHI: Void.LAST_FAIR, Venue.POLYMARKET: Void.HALVES}
"""What each venue's rules mostly say; assumed where a pair states nothing."""
_VOIDS: Final = {str(rule): rule for rule in Void}


class Grade(StrEnum):
    """How far the two contracts are the same bet."""

    IDENTICAL = "identical"  # every term is the same
    EQUIVALENT = "equivalent"  # the same in every ordinary world; the residual says where not
    DIFFERENT = "different"  # another bet that somebody wants all the same


class ContractTerms(Struct, frozen=True, kw_only=True):
    """One contract's words: where the answer comes from, as of when, how it is rounded, what a tie
    pays, what a void pays (a `Void`), and whether it may close early. "" is not stated.
    """

    source: str = ""
    instant: str = ""
    rounding: str = ""
    tie: str = ""
    void: str = ""
    early_close: str = ""


TERMS: Final = tuple(field.name for field in fields(ContractTerms))


class PairTerms(Struct, frozen=True, kw_only=True):
    """Both contracts' terms, the grade they were given, what is left over, and who approved it.

    `grade` is None where nobody gave one.
    """

    polymarket: ContractTerms = ContractTerms()
    kalshi: ContractTerms = ContractTerms()
    grade: Grade | None = None
    residual: str = ""
    approved_by: str = ""

    def of(self, venue: Venue) -> ContractTerms:
        """Return one venue's terms."""
        return self.kalshi if venue is Venue.KALSHI else self.polymarket

    @property
    def differences(self) -> tuple[str, ...]:
        """The names of the terms that both contracts state and that are not the same."""
        ours, theirs = asdict(self.polymarket), asdict(self.kalshi)
        return tuple(
            name
            for name in TERMS
            if ours[name] and theirs[name] and _folded(ours[name]) != _folded(theirs[name])
        )

    @property
    def refusal(self) -> str | None:
        """Why the pair must not be compared as it stands, None when it may."""
        different = self.differences
        named = ", ".join(
            f'{name} ("{getattr(self.polymarket, name)}" | "{getattr(self.kalshi, name)}")'
            for name in different
        )
        if self.grade is Grade.IDENTICAL and different:
            return f'graded "identical", but the terms differ in {named}'
        if self.grade is Grade.EQUIVALENT and not self.residual:
            return 'graded "equivalent" without a residual: say what is left over'
        if self.approved_by:
            return None
        if different:
            return f"the terms differ in {named}: add approved_by once somebody accepts that"
        if self.grade is Grade.DIFFERENT:
            return 'graded "different": add approved_by once somebody accepts that'
        return None


class VoidCase(Struct, frozen=True, kw_only=True):
    """One way in which a set pays less or more than it should, per set in usd_e6."""

    words: str
    payoff_e6: int


class Bought(Struct, frozen=True):
    """One contract of a set: where, which outcome, and what it costs now (its last fair price).

    `share_e6` is how much of a contract a set holds, where one outcome is bought in several books.
    """

    venue: Venue
    outcome: Outcome
    price_e4: int
    share_e6: int = SIZE_ONE_E6


def void_cases(
    bought: Sequence[Bought], payoff_e6: int, terms: PairTerms | None = None
) -> tuple[VoidCase, ...]:
    """Return what a set pays when one venue voids its contracts, or all do, the worst first.

    `payoff_e6` is what the set surely pays when all is settled as asked. Kalshi's last fair price
    is taken to be today's price. Where only one venue voids, the others' contracts are taken to
    pay as little as they then can.
    """
    venues = sorted({one.venue for one in bought})
    groups: list[tuple[Venue, ...]] = [(venue,) for venue in venues]
    if len(venues) > 1:
        groups.append(tuple(venues))
    cases = []
    for group in groups:
        voided = [one for one in bought if one.venue in group]
        rules = {venue: _rule(terms, venue) for venue in group}
        left_e6 = 0
        if len(voided) < len(bought):
            left_e6 = max(payoff_e6 - sum(one.share_e6 for one in voided), 0)
        paid_e6 = sum(
            _void_e6(one, rules[one.venue]) * one.share_e6 // SIZE_ONE_E6 for one in voided
        )
        words = " and ".join(f"{venue} pays {rule}" for venue, rule in rules.items())
        alone = ", the other settles against you" if len(voided) < len(bought) else ""
        cases.append(VoidCase(words=f"void: {words}{alone}", payoff_e6=paid_e6 + left_e6))
    if terms is not None and terms.grade is Grade.DIFFERENT:
        cases.append(VoidCase(words="both contracts settle against you", payoff_e6=0))
    return tuple(sorted(cases, key=lambda case: case.payoff_e6))


def worst_payoff_e6(
    bought: Sequence[Bought], payoff_e6: int, terms: PairTerms | None = None
) -> int:
    """Return the least that a set pays in any of `void_cases`, or as asked, usd_e6 a set.

    The same model without its words: it is asked for with every signal.
    """
    if terms is not None and terms.grade is Grade.DIFFERENT:
        return 0
    paid_e6: dict[Venue, int] = {}
    shares_e6: dict[Venue, int] = {}
    for one in bought:
        venue, share_e6 = one.venue, one.share_e6
        void_e6 = _void_e6(one, _rule(terms, venue)) * share_e6 // SIZE_ONE_E6
        paid_e6[venue] = paid_e6.get(venue, 0) + void_e6
        shares_e6[venue] = shares_e6.get(venue, 0) + share_e6
    worst_e6 = min(payoff_e6, sum(paid_e6.values()))
    if len(paid_e6) > 1:
        for venue, void_e6 in paid_e6.items():
            worst_e6 = min(worst_e6, void_e6 + max(payoff_e6 - shares_e6[venue], 0))
    return worst_e6


def _rule(terms: PairTerms | None, venue: Venue) -> Void:
    stated = None if terms is None else _VOIDS.get(terms.of(venue).void)
    return USUAL_VOID[venue] if stated is None else stated


def _void_e6(one: Bought, rule: Void) -> int:
    if rule is Void.HALVES:
        return USD_ONE_E6 // 2
    if rule is Void.LAST_FAIR:
        return one.price_e4 * (USD_ONE_E6 // PRICE_ONE_E4)
    return USD_ONE_E6 if one.outcome == rule.value else 0


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())
