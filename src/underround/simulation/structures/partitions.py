"""Draws events of which one outcome wins: true partitions, and sets that only look like one."""

import random
from collections.abc import Sequence
from typing import Final

from underround.simulation.market import KalshiMarket, Market, Pair, PolymarketMarket
from underround.simulation.structures.chances import draw_chances, fair_e4
from underround.simulation.structures.listing import (
    Strike,
    contract,
    open_kalshi,
    open_polymarket,
    token_market,
)
from underround.simulation.structures.structure import Member, Structure

JAN_9_2029_S: Final = 1_862_690_400
"""17:00 in New York on 9 January 2029; the days that follow are other questions."""
DAY_S: Final = 86_400


def cells(
    markets: Sequence[Market], chances_e4: Sequence[int], *, is_rung: bool = False
) -> list[Member]:
    """Return one member a market, each paying in the world of its own number."""
    return [
        Member(market, frozenset((world,)), chances_e4[world], is_cell=True, is_rung=is_rung)
        for world, market in enumerate(markets)
    ]


def approved(polymarket: Member, kalshi: Member, name: str, *, inverse: bool = False) -> Pair:
    """Return the pair that a person approved: one question on two venues."""
    token, market = polymarket.market, kalshi.market
    assert isinstance(token, PolymarketMarket) and isinstance(market, KalshiMarket)
    return Pair(
        id=name,
        polymarket=token,
        kalshi=market,
        inverse=inverse,
        note="Same source, same cut-off; compared by a person.",
        fair_e4=polymarket.fair_e4,
        unit_e4=100,
        messages_per_s=0.0,
    )


def draw_mayor(rng: random.Random) -> Structure:
    """A neg-risk event of Polymarket whose outcomes are all listed."""
    room = open_polymarket(
        rng,
        "Riverside mayoral election winner",
        "Politics",
        JAN_9_2029_S,
        "This market resolves to Yes for the listed candidate who wins; the four candidates are "
        "all who stand, and write-ins are not allowed.",
        neg_risk=True,
    )
    names = ("Ana Ortiz", "Ben Castle", "Cleo Marsh", "Dan Whitlock")
    markets = [
        token_market(rng, room, rank, name, f"Will {name} win the Riverside mayoral election?")
        for rank, name in enumerate(names)
    ]
    return Structure(
        id="riverside-mayor",
        worlds=4,
        members=cells(markets, draw_chances(rng, 4)),
        plays="partition",
    )


def draw_bitcoin_bands(rng: random.Random) -> Structure:
    """An exclusive event of Kalshi whose bands cover the whole line."""
    room = open_kalshi(
        "Bitcoin price range on Jan 9, 2029?",
        "KXBTC-29JAN0917",
        "Crypto",
        JAN_9_2029_S,
        "If the average of the index over the minute before 5 PM EST on Jan 9, 2029",
        is_exclusive=True,
    )
    rows = (
        ("T64000", "$63,999.99 or below", Strike("less", cap=64_000)),
        ("B65000", "$64,000 to 65,999.99", Strike("between", 64_000, 65_999.99)),
        ("B67000", "$66,000 to 67,999.99", Strike("between", 66_000, 67_999.99)),
        ("B69000", "$68,000 to 69,999.99", Strike("between", 68_000, 69_999.99)),
        ("T69999.99", "$70,000 or above", Strike("greater", 69_999.99)),
    )
    markets = [contract(rng, room, *row) for row in rows]
    return Structure(
        id="bitcoin-bands",
        worlds=5,
        members=cells(markets, draw_chances(rng, 5)),
        plays="partition",
    )


def draw_match(rng: random.Random) -> Structure:
    """One match on both venues, every outcome approved: the cheapest leg of each may be taken."""
    kickoff_s = JAN_9_2029_S + 4 * DAY_S
    room = open_polymarket(
        rng,
        "Ajax vs. Feyenoord",
        "Sports",
        kickoff_s,
        "This market resolves by the result after 90 minutes and stoppage time; one of home win, "
        "draw and away win must happen.",
        neg_risk=True,
    )
    house = open_kalshi(
        "Ajax vs Feyenoord Winner?",
        "KXEREDIVISIEGAME-29JAN13AJAFEY",
        "Sports",
        kickoff_s,
        "If the result of Ajax vs Feyenoord after 90 minutes and stoppage time",
        is_exclusive=True,
    )
    names = (("AJA", "Ajax"), ("TIE", "Tie"), ("FEY", "Feyenoord"))
    chances_e4 = draw_chances(rng, 3, 15)
    tokens: list[Market] = [
        token_market(
            rng,
            room,
            rank,
            "Draw" if name == "Tie" else name,
            "Will Ajax vs. Feyenoord end in a draw?"
            if name == "Tie"
            else f"Will {name} win Ajax vs. Feyenoord?",
        )
        for rank, (_, name) in enumerate(names)
    ]
    contracts: list[Market] = [contract(rng, house, suffix, name) for suffix, name in names]
    ours, theirs = cells(tokens, chances_e4), cells(contracts, chances_e4)
    pairs = [
        approved(one, other, f"ajax-feyenoord-{suffix.lower()}")
        for one, other, (suffix, _) in zip(ours, theirs, names, strict=True)
    ]
    return Structure(
        id="ajax-feyenoord",
        worlds=3,
        members=ours + theirs,
        plays="partition",
        pairs=pairs,
    )


def draw_augmented(rng: random.Random) -> Structure:
    """A neg-risk event to which names may be added: its "Other" is not everybody else."""
    room = open_polymarket(
        rng,
        "Next prime minister of Ruritania",
        "Politics",
        JAN_9_2029_S + 60 * DAY_S,
        "This market resolves to Yes for the person who is sworn in. Outcomes may be added; Other "
        "resolves to Yes only when nobody listed by then is sworn in.",
        neg_risk=True,
        is_augmented=True,
    )
    names = ("Rudolf Rassendyll", "Flavia Elphberg", "Fritz von Tarlenheim", "Other")
    markets = [
        token_market(
            rng,
            room,
            rank,
            name,
            f"Will {name} be the next prime minister of Ruritania?",
            is_other=name == "Other",
        )
        for rank, name in enumerate(names)
    ]
    # The fifth world is a name that is added later.
    return _trap("ruritania", markets, draw_chances(rng, 5, 12))


def draw_open_ended(rng: random.Random) -> Structure:
    """Markets of Polymarket side by side without neg-risk: the rules know a way to none of them."""
    room = open_polymarket(
        rng,
        "Winner of the Halden Prize",
        "Politics",
        JAN_9_2029_S + 30 * DAY_S,
        "This market resolves to Yes if the named person alone receives the prize. If no prize is "
        "awarded or it is shared, it resolves to No.",
    )
    names = ("Mara Lindqvist", "Tomas Reyes", "another person")
    markets = [
        token_market(rng, room, rank, name, f"Will {name} win the Halden Prize?")
        for rank, name in enumerate(names)
    ]
    return _trap("halden-prize", markets, draw_chances(rng, 4, 14))


def draw_gap(rng: random.Random) -> Structure:
    """An exclusive event of Kalshi whose bands leave a part of the line open."""
    room = open_kalshi(
        "Highest temperature in Chicago on Jan 10, 2029?",
        "KXHIGHCHI-29JAN10",
        "Weather",
        JAN_9_2029_S + DAY_S,
        "If the highest temperature recorded at Chicago Midway on Jan 10, 2029",
        is_exclusive=True,
    )
    rows = (
        ("B30.5", "30° to 31°", Strike("between", 30, 31)),
        ("B32.5", "32° to 33°", Strike("between", 32, 33)),
        ("T33", "34° or above", Strike("greater", 33)),
    )
    return _trap(
        "chicago-gap", [contract(rng, room, *row) for row in rows], draw_chances(rng, 4, 14)
    )


def _trap(name: str, markets: Sequence[Market], chances_e4: Sequence[int]) -> Structure:
    members = [
        Member(market, frozenset((world,)), fair_e4(chances_e4, (world,)), is_cell=True)
        for world, market in enumerate(markets)
    ]
    return Structure(id=name, worlds=len(chances_e4), members=members, trap="open_set")
