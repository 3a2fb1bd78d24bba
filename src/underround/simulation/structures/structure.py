"""Markets that hang together, and all that may happen to them: the space of outcomes.

A structure's worlds are the ways the future may turn out, as numbers; a member is a market with
the worlds in which its YES pays. State and facts; nothing here trades or judges.
"""

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, get_args

from underround.simulation.market import KalshiMarket, Market, Pair, PolymarketMarket

Kind = Literal["cross_venue", "partition", "ladder", "basket"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

PAIRS_ALONE: Final[tuple[Kind, ...]] = ("cross_venue",)

Trap = Literal["open_set", "other_terms", "fees_eat_it", "too_thin"]
TRAPS: Final[tuple[Trap, ...]] = get_args(Trap)


def read_kinds(text: str) -> tuple[Kind, ...]:
    """Return the kinds that a comma-separated list names, "all" for every one; ValueError."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in (*KINDS, "all")]
    if unknown or not words:
        named = f"{unknown[0]!r} is no kind" if unknown else "none is named"
        raise ValueError(f"{named}; known are {', '.join(KINDS)}, all")
    return tuple(kind for kind in KINDS if kind in words or "all" in words)


class Claim(NamedTuple):
    """What a leg buys: one outcome ("yes" or "no") of an instrument at a venue."""

    venue: str
    instrument: str
    outcome: str


@dataclass(slots=True, eq=False)
class Member:
    """A market of a structure: the worlds in which its YES pays, and its fair price (e4).

    A `cell` is one outcome of a partition, a `rung` one step of a ladder.
    """

    market: Market
    pays: frozenset[int]
    fair_e4: int
    is_cell: bool = False
    is_rung: bool = False

    def claim(self, outcome: str) -> Claim:
        """Name one side of the market the way a leg does."""
        if isinstance(self.market, PolymarketMarket):
            return Claim("polymarket", self.market.tokens[outcome == "no"], outcome)
        return Claim("kalshi", self.market.ticker, outcome)


@dataclass(slots=True, kw_only=True, eq=False)
class Structure:
    """Members over the same worlds, and what the flow plays on them.

    `plays` is the kind of true underround that is opened on it, None where it is a standing trap
    of kind `trap`. `pairs` are those markets of two venues that a person approved as one question.
    """

    id: str
    worlds: int
    members: list[Member]
    plays: Kind | None = None
    trap: Trap | None = None
    pairs: list[Pair] = field(default_factory=list)

    @property
    def markets(self) -> list[Market]:
        """The members' markets."""
        return [member.market for member in self.members]

    @property
    def everything(self) -> frozenset[int]:
        """All worlds."""
        return frozenset(range(self.worlds))


def polymarket_of(structures: list[Structure]) -> list[PolymarketMarket]:
    """Return all of Polymarket's markets in the structures."""
    return [m for each in structures for m in each.markets if isinstance(m, PolymarketMarket)]


def kalshi_of(structures: list[Structure]) -> list[KalshiMarket]:
    """Return all of Kalshi's markets in the structures."""
    return [m for each in structures for m in each.markets if isinstance(m, KalshiMarket)]
