"""Draws small clusters of related markets whose underround shows only in combination."""

import random

from underround.simulation.market import Market
from underround.simulation.structures.chances import draw_chances
from underround.simulation.structures.ladders import rungs
from underround.simulation.structures.listing import (
    Strike,
    contract,
    open_kalshi,
    open_polymarket,
    token_market,
)
from underround.simulation.structures.partitions import DAY_S, JAN_9_2029_S, approved, cells
from underround.simulation.structures.structure import Structure


def draw_bands_and_thresholds(rng: random.Random) -> Structure:
    """Bands on Polymarket against thresholds on Kalshi; a person approved both ends as the same.

    Worlds: below 90,000; two bands of 2,000; from 94,000. The threshold in the middle is no band's
    opposite: it joins a set only together with others.
    """
    close_s = JAN_9_2029_S + 6 * DAY_S
    rules = "the average of the index over the minute before 5 PM EST on January 15, 2029"
    room = open_polymarket(
        rng,
        "Bitcoin price on January 15?",
        "Crypto",
        close_s,
        f'This market resolves to "Yes" if {rules} is in the range of the title, lower bound '
        "included, upper bound not.",
        neg_risk=True,
    )
    house = open_kalshi(
        "Bitcoin price on Jan 15, 2029?",
        "KXBTCD-29JAN1517",
        "Crypto",
        close_s,
        f"If {rules}",
        is_exclusive=False,
    )
    labels = ("<90,000", "90,000-92,000", "92,000-94,000", "94,000+")
    questions = (
        "less than $90,000",
        "between $90,000 and $92,000",
        "between $92,000 and $94,000",
        "$94,000 or more",
    )
    tokens: list[Market] = [
        token_market(
            rng, room, rank, label, f"Will the price of Bitcoin be {question} on January 15?"
        )
        for rank, (label, question) in enumerate(zip(labels, questions, strict=True))
    ]
    contracts: list[Market] = [
        contract(rng, house, f"T{level}", f"${level:,} or above", Strike("greater_or_equal", level))
        for level in (90_000, 92_000, 94_000)
    ]
    chances_e4 = draw_chances(rng, 4, 18)
    bands, thresholds = cells(tokens, chances_e4), rungs(contracts, chances_e4, (1, 2, 3))
    pairs = [
        approved(bands[3], thresholds[2], "bitcoin-94000"),
        approved(bands[0], thresholds[0], "bitcoin-90000", inverse=True),
    ]
    return Structure(
        id="bitcoin-basket",
        worlds=4,
        members=bands + thresholds,
        plays="basket",
        pairs=pairs,
    )
