"""What is left between two contracts that agree in every ordinary world, and what it may cost.

Void rules of games differ between the venues nearly always. The chances are rounded experience of
how often a contest of that sport is never played; they are guesses, kept in one table to be argued
with, and cost is a guess times the worst difference in payoff.
"""

from typing import Final

from msgspec import Struct

from underround.matching.checks import Check, Finding
from underround.matching.terms import Family, Terms

# How often a listed contest is never played to a result, by sport.
_NEVER_PLAYED: Final = {
    "tennis": 0.015, "esports": 0.008, "fight": 0.02, "baseball": 0.004, "soccer": 0.002,
    "basketball": 0.001, "hockey": 0.001, "football": 0.0005, "cricket": 0.02,
}  # fmt: skip
_NEVER_PLAYED_ELSEWHERE: Final = 0.01
_NO_MEETING: Final = 0.001
_ODD_WORLD: Final = 0.002
_WHOLE_USD_E6: Final = 1_000_000


class Residual(Struct, frozen=True):
    """One difference outside ordinary worlds: its words, its chance, and the worst loss a contract.

    `worst_usd_e6` is what one contract of the pair may lose when it happens.
    """

    words: str
    chance: float
    worst_usd_e6: int

    @property
    def cost_usd_e6(self) -> int:
        """The expected cost a contract, rounded up to a millionth of a dollar."""
        return -int(-self.chance * self.worst_usd_e6 // 1)

    def __str__(self) -> str:
        return f"{self.words} (about {self.chance:.2%}, up to ${self.worst_usd_e6 / 1e6:.2f})"


def residuals(poly: Terms, kalshi: Terms, checks: tuple[Check, ...]) -> tuple[Residual, ...]:
    """Return the differences of a pair whose checks passed, each with its price."""
    found: list[Residual] = []
    if poly.family is Family.GAME and poly.void != kalshi.void:
        words = f"void: Polymarket {poly.void or 'unstated'}, Kalshi {kalshi.void or 'unstated'}"
        chance = _NEVER_PLAYED.get(kalshi.sport or poly.sport, _NEVER_PLAYED_ELSEWHERE)
        halves = "50-50" in poly.void
        found.append(Residual(words, chance, _WHOLE_USD_E6 // 2 if halves else _WHOLE_USD_E6))
    elif poly.void != kalshi.void:
        words = f"void: Polymarket {poly.void or 'unstated'}, Kalshi {kalshi.void or 'unstated'}"
        found.append(Residual(words, _NO_MEETING, _WHOLE_USD_E6))
    found.extend(
        Residual(f"{check.name}: {check.note}", _ODD_WORLD, _WHOLE_USD_E6)
        for check in checks
        if check.finding is Finding.PASS and check.leaves_rest
    )
    return tuple(found)
