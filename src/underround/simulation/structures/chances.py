"""Draws how likely each world of a structure is, in whole cents, so that fair prices add up."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

from underround.core.units import PRICE_ONE_E4

_CENT_E4 = 100


def draw_chances(rng: random.Random, worlds: int, least_cents: int = 8) -> list[int]:
    """Draw a chance (price_e4) for each world; they add up to one."""
    spare = PRICE_ONE_E4 // _CENT_E4 - worlds * least_cents
    cuts = sorted(rng.randint(0, spare) for _ in range(worlds - 1))
    edges = [0, *cuts, spare]
    parts = [least_cents + after - before for before, after in pairwise(edges)]
    return [part * _CENT_E4 for part in parts]


def fair_e4(chances_e4: Sequence[int], pays: Iterable[int]) -> int:
    """Return the fair price of what pays in these worlds."""
    return sum(chances_e4[world] for world in pays)
