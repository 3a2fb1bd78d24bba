"""`python -m bench.leg_policies`: how policies for two legs fare against the frozen competition.

On simulated time and the venues' own matching, without sockets: the plain policy must fare as a
peer's live record did, within five points; then others meet the very same contests, our own
trading desk among them. Gross edges in dollars a contract, no fees. Exit 1 when the plain policy is
off.
"""

import argparse
import heapq
import itertools
import math
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bench import desk_legs
from bench.desk_legs import DeskAttempt
from bench.leg_tally import HEADER, Tally
from underround.core.instrument import Venue
from underround.core.trading.settings import TradingSettings
from underround.simulation.book import ASK, BID
from underround.simulation.competition import Contest, open_contest
from underround.simulation.desk import Desk
from underround.simulation.exchange import Exchange
from underround.simulation.ledger import Ledger
from underround.simulation.universe import draw_pairs

SECOND = 10**9
PEER = {"both": 0.253, "missed": 0.601, "unwound": 0.146}
PEER_NARROW, PEER_WIDE = 0.48, 0.24
WITHIN = 0.05
CAP_E6 = 20_000_000
MEDIAN_S = {Venue.POLYMARKET: 0.576, Venue.KALSHI: 0.243}
SPREAD = 0.63  # of the logarithm: 2.5 s at the 99th percentile on Polymarket
Act = Callable[[], None]


@dataclass(frozen=True)
class Policy:
    """Which leg goes first (None: both at once), how often the second is tried, at what price."""

    name: str
    first: Venue | None
    whole_second: bool = False  # FOK: all or nothing
    retries: int = 0
    collar: float = 0.0  # share of the edge that a retry may give up


POLICIES = [
    Policy("plain: Polymarket FAK, then Kalshi FOK", Venue.POLYMARKET, whole_second=True),
    Policy("Polymarket, then Kalshi IOC", Venue.POLYMARKET),
    Policy("… with 2 retries, collar ½ edge", Venue.POLYMARKET, retries=2, collar=0.5),
    Policy("… with 2 retries, collar whole edge", Venue.POLYMARKET, retries=2, collar=1.0),
    Policy("Kalshi, then Polymarket FAK", Venue.KALSHI),
    Policy("Kalshi, then Polymarket, 2 retries ½", Venue.KALSHI, retries=2, collar=0.5),
    Policy("both at once", None),
    Policy("both at once, 2 retries, collar ½", None, retries=2, collar=0.5),
]


class Timeline:
    """One contest on simulated time: rivals and the policy's orders in the order of their times."""

    def __init__(self) -> None:
        self.now_ns = 0
        self._queue: list[tuple[int, int, Act]] = []
        self._count = itertools.count()

    def at(self, after_ns: int, act: Act) -> None:
        heapq.heappush(self._queue, (self.now_ns + after_ns, next(self._count), act))

    def run(self) -> None:
        while self._queue:
            self.now_ns, _, act = heapq.heappop(self._queue)
            act()


class Attempt:
    """One policy in one contest."""

    def __init__(
        self, policy: Policy, contest: Contest, time: Timeline, rng: random.Random, tally: Tally
    ) -> None:
        self.policy, self.contest, self.time, self.rng, self.tally = (
            policy,
            contest,
            time,
            rng,
            tally,
        )
        self.legs = (Venue.POLYMARKET, Venue.KALSHI)
        self.limit_e4 = {venue: self._top(venue)[0] for venue in self.legs}
        self.size_e6 = min(CAP_E6, *(self._top(venue)[1] for venue in self.legs))
        self.held_e6 = dict.fromkeys(self.legs, 0)
        self.cash = 0.0  # dollars, pair's scale: sold less bought
        self.since_ns = 0
        tally.attempts += 1
        tally.quoted += contest.edge_e4 * self.size_e6 / 1e10

    def _top(self, venue: Venue) -> tuple[int, int]:
        side = self.contest.side(venue)
        levels = self.contest.desk.levels(venue, side)
        price_e4 = min(levels) if side == ASK else max(levels)
        return price_e4, levels[price_e4]

    def start(self) -> None:
        if self.policy.first is None:
            arrivals = [self._delay_ns(venue) for venue in self.legs]
            for venue, after_ns in zip(self.legs, arrivals, strict=True):
                self.time.at(after_ns, lambda v=venue: self._take(v, self.size_e6, 0.0))
            self.time.at(max(arrivals) + 1, lambda: self._second(0))
        else:
            first = self.policy.first
            self.time.at(self._delay_ns(first), lambda: self._first(first))

    def _delay_ns(self, venue: Venue) -> int:
        return int(self.rng.lognormvariate(math.log(MEDIAN_S[venue]), SPREAD) * SECOND)

    def _first(self, venue: Venue) -> None:
        self._take(venue, self.size_e6, 0.0)
        self._second(0)

    def _second(self, tried: int) -> None:
        """Hedge what one leg has more than the other, or give up and unwind it."""
        ahead, behind = sorted(self.legs, key=lambda venue: -self.held_e6[venue])
        missing_e6 = self.held_e6[ahead] - self.held_e6[behind]
        if not missing_e6:
            self._over("both" if self.held_e6[ahead] else "missed")
            return
        is_first_try = tried == 0 and self.policy.first is not None
        if is_first_try or tried < self.policy.retries + (self.policy.first is not None):
            give = 0.0 if is_first_try else self.policy.collar

            def hedge() -> None:
                self._take(behind, missing_e6, give, whole=self.policy.whole_second)
                self._second(tried + 1)

            self.time.at(self._delay_ns(behind), hedge)
        else:
            self.time.at(self._delay_ns(ahead), lambda: self._unwind(ahead, missing_e6))

    def _take(self, venue: Venue, size_e6: int, give: float, *, whole: bool = False) -> None:
        side = self.contest.side(venue)
        worse_e4 = int(give * self.contest.edge_e4)
        limit_e4 = self.limit_e4[venue] + (worse_e4 if side == ASK else -worse_e4)
        filled_e6, spent = self._match(venue, side, limit_e4, size_e6, whole=whole)
        self._moved(venue, filled_e6)
        self.cash -= spent if side == ASK else -spent

    def _unwind(self, venue: Venue, size_e6: int) -> None:
        side = BID if self.contest.side(venue) == ASK else ASK
        filled_e6, spent = self._match(venue, side, 0 if side == BID else 10_000, size_e6)
        self._moved(venue, -filled_e6)
        self.cash += spent if side == BID else -spent
        self._over("stranded" if filled_e6 < size_e6 else "unwound")

    def _match(
        self, venue: Venue, side: str, limit_e4: int, size_e6: int, *, whole: bool = False
    ) -> tuple[int, float]:
        """Take from one side on the pair's scale, best first; return the size and its price."""
        desk = self.contest.desk
        levels = sorted(desk.levels(venue, side).items(), reverse=side == BID)
        reach = [(p, s) for p, s in levels if (p <= limit_e4 if side == ASK else p >= limit_e4)]
        if whole and sum(s for _, s in reach) < size_e6:
            return 0, 0.0
        filled_e6, spent, changes = 0, 0.0, []
        for price_e4, shown_e6 in reach:
            taken_e6 = min(shown_e6, size_e6 - filled_e6)
            if taken_e6:
                filled_e6 += taken_e6
                spent += price_e4 * taken_e6 / 1e10
                changes.append((side, price_e4, shown_e6 - taken_e6))
        if changes:
            desk.change(venue, changes)
        return filled_e6, spent

    def _moved(self, venue: Venue, size_e6: int) -> None:
        a, b = (self.held_e6[leg] for leg in self.legs)
        self.tally.naked += abs(a - b) / 1e6 * (self.time.now_ns - self.since_ns) / SECOND
        self.since_ns = self.time.now_ns
        self.held_e6[venue] += size_e6

    def _over(self, how: str) -> None:
        self.tally.over(how, self.cash, self.contest.edge_e4)


def contests(seed: int, count: int) -> Iterator[tuple[Contest, Timeline, random.Random]]:
    """Yield the same contests for the same seed, each on a fresh pair of books."""
    rng = random.Random(f"{seed} contests")
    made = 0
    while made < count:
        [pair] = draw_pairs(rng, 1, calm=True)
        time = Timeline()
        exchange = Exchange([pair], Ledger([pair]), lambda time=time: time.now_ns)
        desk = Desk(pair, exchange, rng, lambda time=time: time.now_ns)
        draws = random.Random(rng.random())
        contest = open_contest(desk, rng)
        if contest is None:
            continue
        made += 1
        for venue, after_ns in contest.taken_after_ns.items():
            time.at(after_ns, lambda c=contest, v=venue: c.rival_takes(v))
        yield contest, time, draws


def fare(policy: Policy, seed: int, count: int) -> Tally:
    """Let a policy meet every contest."""
    tally = Tally()
    for contest, time, draws in contests(seed, count):
        Attempt(policy, contest, time, draws, tally).start()
        time.run()
    return tally


def fare_of_ours(settings: TradingSettings, seed: int, count: int) -> Tally:
    """Let our trading desk meet every contest."""
    tally = Tally()
    delays = {venue: (median_s, SPREAD) for venue, median_s in MEDIAN_S.items()}
    for contest, time, draws in contests(seed, count):
        attempt = DeskAttempt(settings, contest, time, draws, delays, CAP_E6)
        attempt.start()
        time.run()
        how, naked, booked = attempt.result()
        tally.attempts += 1
        tally.quoted += attempt.quoted
        tally.naked += naked
        tally.over(how, booked, contest.edge_e4)
    return tally


def problems(plain: Tally) -> list[str]:
    """Return in words where the plain policy is further from the peer's record than allowed."""
    shares = {name: getattr(plain, name) / plain.attempts for name in PEER}
    found = [
        f"{name}: {shares[name]:.1%}, the peer's {want:.1%}"
        for name, want in PEER.items()
        if abs(shares[name] - want) > WITHIN
    ]
    for bucket, want in (("< 5¢", PEER_NARROW), ("> 20¢", PEER_WIDE)):
        filled, of = plain.by_edge[bucket]
        if abs(filled / of - want) > WITHIN:
            found.append(f"first leg filled at {bucket}: {filled / of:.1%}, the peer's {want:.0%}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when the plain policy is off the peer's record."""
    parser = argparse.ArgumentParser(prog="python -m bench.leg_policies", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--contests", type=int, default=2_000)
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}, {options.contests} contests")
    print(f"{'policy':40} {HEADER}")
    found: list[str] = []
    of = (options.seed, options.contests)
    fares = [(policy.name, partial(fare, policy, *of)) for policy in POLICIES]
    fares += [(name, partial(fare_of_ours, each, *of)) for name, each in desk_legs.POLICIES.items()]
    for name, fared in fares:
        tally = fared()
        print(f"{name:40} {tally.row()}")
        if name == POLICIES[0].name:
            found = problems(tally)
    print("naked: contract-seconds an attempt; booked: share of the quoted edge, before fees")
    for problem in found:
        print(f"off the peer's record: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
