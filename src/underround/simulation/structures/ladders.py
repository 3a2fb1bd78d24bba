"""Draws questions that imply one another: thresholds and deadlines, on one venue and across.

And sets that only look like a ladder: other terms on the narrow rung, or another day.
"""

import random
from collections.abc import Sequence
from typing import Final

from underround.simulation.market import Market
from underround.simulation.structures.chances import draw_chances, fair_e4
from underround.simulation.structures.listing import (
    Strike,
    contract,
    open_kalshi,
    open_polymarket,
    token_market,
)
from underround.simulation.structures.partitions import DAY_S, JAN_9_2029_S, approved
from underround.simulation.structures.structure import Member, Structure

FEB_1_S: Final = 1_864_616_400
APR_1_S: Final = 1_869_710_400
JUL_1_S: Final = 1_877_572_800
"""Midnight in New York at the beginning of these days of 2029."""


def rungs(
    markets: Sequence[Market], chances_e4: Sequence[int], starts: Sequence[int]
) -> list[Member]:
    """Return one member a market, each paying from a world on; later worlds are further out."""
    found = []
    for market, start in zip(markets, starts, strict=True):
        pays = frozenset(range(start, len(chances_e4)))
        found.append(Member(market, pays, fair_e4(chances_e4, pays), is_rung=True))
    return found


def draw_ether(rng: random.Random) -> Structure:
    """Thresholds of one Kalshi event."""
    room = open_kalshi(
        "Ethereum price on Jan 10, 2029?",
        "KXETHD-29JAN1017",
        "Crypto",
        JAN_9_2029_S + DAY_S,
        "If the average of the index over the minute before 5 PM EST on Jan 10, 2029",
        is_exclusive=False,
    )
    markets = [
        contract(
            rng,
            room,
            f"T{level - 0.01:.2f}",
            f"${level:,} or above",
            Strike("greater", level - 0.01),
        )
        for level in (3_600, 3_800, 4_000, 4_200)
    ]
    members = rungs(markets, draw_chances(rng, 5, 10), (1, 2, 3, 4))
    return Structure(id="ether-thresholds", worlds=5, members=members, plays="ladder")


def draw_solana(rng: random.Random) -> Structure:
    """Thresholds of one event of Polymarket."""
    room = open_polymarket(
        rng,
        "Solana above ___ on January 11?",
        "Crypto",
        JAN_9_2029_S + 2 * DAY_S,
        'This market resolves to "Yes" if the Binance 1 minute candle for SOL/USDT at 12:00 ET on '
        "January 11, 2029 has a final Close price higher than the price in the title.",
    )
    markets = [
        token_market(
            rng,
            room,
            rank,
            f"{level}",
            f"Will the price of Solana be above ${level} on January 11?",
        )
        for rank, level in enumerate((200, 220, 240))
    ]
    members = rungs(markets, draw_chances(rng, 4, 12), (1, 2, 3))
    return Structure(id="solana-thresholds", worlds=4, members=members, plays="ladder")


def draw_nasdaq(rng: random.Random) -> Structure:
    """Thresholds on both venues, two of them approved as one question; ties make the others differ.

    Worlds: below 24,000; from there; exactly 24,500; above; from 25,000.
    """
    close_s = JAN_9_2029_S + 3 * DAY_S - 3_600
    room = open_polymarket(
        rng,
        "Nasdaq 100 closes at or above ___ on January 12?",
        "Finance",
        close_s,
        'This market resolves to "Yes" if the official closing value of the Nasdaq-100 on January '
        "12, 2029 is equal to or higher than the level in the title.",
    )
    house = open_kalshi(
        "Nasdaq-100 close on Jan 12, 2029?",
        "KXNASDAQ100U-29JAN12H1600",
        "Finance",
        close_s,
        "If the official closing value of the Nasdaq-100 on Jan 12, 2029",
        is_exclusive=False,
    )
    levels = (24_000, 24_500, 25_000)
    tokens = [
        token_market(
            rng,
            room,
            rank,
            f"{level:,}",
            f"Will the Nasdaq 100 close at or above {level:,} on January 12?",
        )
        for rank, level in enumerate(levels)
    ]
    strikes = ("greater_or_equal", "greater", "greater_or_equal")
    contracts = [
        contract(
            rng,
            house,
            f"T{level}",
            f"{level:,} or above" if kind == "greater_or_equal" else f"Above {level:,}",
            Strike(kind, level),
        )
        for level, kind in zip(levels, strikes, strict=True)
    ]
    below, low, high, top = draw_chances(rng, 4, 12)
    chances_e4 = (below, low, 0, high, top)
    ours = rungs(tokens, chances_e4, (1, 2, 4))
    theirs = rungs(contracts, chances_e4, (1, 3, 4))
    pairs = [approved(ours[index], theirs[index], f"nasdaq-{levels[index]}") for index in (0, 2)]
    return Structure(
        id="nasdaq-thresholds", worlds=5, members=ours + theirs, plays="ladder", pairs=pairs
    )


def draw_bridge(rng: random.Random) -> Structure:
    """Deadlines of one event of Polymarket: what is done by January is done by June."""
    room = open_polymarket(
        rng,
        "Harlow Bridge reopens by...?",
        "Politics",
        JUL_1_S,
        "",
    )
    rows = (("June 30", JUL_1_S), ("March 31", APR_1_S), ("January 31", FEB_1_S))
    markets = [
        token_market(
            rng,
            room,
            rank,
            f"{day}, 2029",
            f"Will the Harlow Bridge reopen to traffic by {day}, 2029?",
            rules=f'This market resolves to "Yes" if the Harlow Bridge is open to all traffic at '
            f"any time before {day}, 2029, 11:59 PM ET, by the county's own announcement.",
            ends_at_s=ends_at_s,
        )
        for rank, (day, ends_at_s) in enumerate(rows)
    ]
    members = rungs(markets, draw_chances(rng, 4, 12), (1, 2, 3))
    return Structure(id="bridge-deadlines", worlds=4, members=members, plays="ladder")


def draw_permit(rng: random.Random) -> Structure:
    """Deadlines of one Kalshi event."""
    room = open_kalshi(
        "When will the Northgate permit be granted?",
        "KXNORTHGATE-29",
        "Politics",
        JUL_1_S,
        "",
        is_exclusive=False,
    )
    rows = (("JUL01", "Jul 1", JUL_1_S), ("APR01", "Apr 1", APR_1_S), ("FEB01", "Feb 1", FEB_1_S))
    markets = [
        contract(
            rng,
            room,
            f"29{suffix}",
            f"Before {day}, 2029",
            rules=f"If the Northgate permit is granted before {day}, 2029, then the market "
            "resolves to Yes.",
            closes_at_s=closes_at_s,
        )
        for suffix, day, closes_at_s in rows
    ]
    members = rungs(markets, draw_chances(rng, 4, 12), (1, 2, 3))
    return Structure(id="permit-deadlines", worlds=4, members=members, plays="ladder")


def draw_other_terms(rng: random.Random) -> Structure:
    """A touch beside a close: reaching the higher level in the month proves no lower close."""
    room = open_polymarket(rng, "Dogecoin in January?", "Crypto", FEB_1_S, "")
    close = token_market(
        rng,
        room,
        0,
        "$0.30",
        "Will Dogecoin be above $0.30 on January 31?",
        rules='Resolves to "Yes" if the DOGE/USDT candle at 12:00 ET on January 31, 2029 closes '
        "above $0.30.",
    )
    touch = token_market(
        rng,
        room,
        1,
        "↑ $0.34",
        "Will Dogecoin reach $0.34 in January?",
        rules='Resolves to "Yes" if any DOGE/USDT candle in January 2029 has a High of $0.34 or '
        "more.",
    )
    # Neither, close only, touch only, both; the touch is the likelier one.
    neither, touched, both = draw_chances(rng, 3, 20)
    chances_e4 = (neither, 500, touched - 500, both)
    members = [
        Member(close, frozenset((1, 3)), fair_e4(chances_e4, (1, 3)), is_rung=True),
        Member(touch, frozenset((2, 3)), fair_e4(chances_e4, (2, 3)), is_rung=True),
    ]
    return Structure(id="dogecoin-terms", worlds=4, members=members, trap="other_terms")


def draw_other_day(rng: random.Random) -> Structure:
    """Two events of one Kalshi series: a higher level on the next day proves nothing about today.

    Worlds are pairs of what happens on each day: below both levels, between them, above both.
    """
    markets: list[Market] = []
    for day in (14, 15):
        room = open_kalshi(
            f"WTI oil price on Jan {day}, 2029?",
            f"KXWTI-29JAN{day}",
            "Economics",
            JAN_9_2029_S + (day - 9) * DAY_S,
            f"If the settlement price of front-month WTI on Jan {day}, 2029",
            is_exclusive=False,
        )
        markets += [
            contract(rng, room, f"T{level}", f"Above ${level}", Strike("greater", level))
            for level in (70, 74)
        ]
    calm_e4 = draw_chances(rng, 3, 20)
    wild_e4 = [1_500, 2_000, 6_500]
    members = []
    for place, market in enumerate(markets):
        day, rung = divmod(place, 2)
        pays = frozenset(
            3 * first + second
            for first in range(3)
            for second in range(3)
            if (first, second)[day] > rung
        )
        own_e4 = (sorted(calm_e4, reverse=True), wild_e4)[day]
        members.append(Member(market, pays, sum(own_e4[rung + 1 :]), is_rung=True))
    return Structure(id="oil-other-day", worlds=9, members=members, trap="other_terms")
