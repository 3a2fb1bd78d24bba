"""Draws the structures of a seeded world: the kinds of underround it offers, its traps."""

import random
from collections.abc import Callable, Collection
from typing import Final

from underround.simulation.structures.baskets import draw_bands_and_thresholds
from underround.simulation.structures.ladders import (
    draw_bridge,
    draw_ether,
    draw_nasdaq,
    draw_other_day,
    draw_other_terms,
    draw_permit,
    draw_solana,
)
from underround.simulation.structures.partitions import (
    draw_augmented,
    draw_bitcoin_bands,
    draw_gap,
    draw_match,
    draw_mayor,
    draw_open_ended,
)
from underround.simulation.structures.structure import KINDS, Kind, Structure

Draw = Callable[[random.Random], Structure]

_DRAWS: Final[dict[Kind, tuple[Draw, ...]]] = {
    "partition": (
        draw_mayor,
        draw_bitcoin_bands,
        draw_match,
        draw_augmented,
        draw_open_ended,
        draw_gap,
    ),
    "ladder": (
        draw_ether,
        draw_solana,
        draw_nasdaq,
        draw_bridge,
        draw_permit,
        draw_other_terms,
        draw_other_day,
    ),
    "basket": (draw_bands_and_thresholds,),
}


def draw_structures(seed: int, kinds: Collection[Kind]) -> list[Structure]:
    """Return the structures of a seed for these kinds; none for pairs alone."""
    return [
        draw(random.Random(f"{seed} {kind} {draw.__name__}"))
        for kind in KINDS
        if kind in kinds
        for draw in _DRAWS.get(kind, ())
    ]
