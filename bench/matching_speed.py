"""Time the matcher on made-up listings: N by N from nothing, then a few hundred changed ones.

Run `python -m bench.matching_speed [N] [CHANGED]`; one JSON object, exit 1 over a limit. The
listings are drawn from the venues' title forms with a seed, so that two runs are comparable.
"""

import json
import random
import resource
import sys
import time
from datetime import date, timedelta

from underround.core.instrument import Venue
from underround.matching.candidates import Index
from underround.matching.gazetteer.clubs import CLUB_LINES
from underround.matching.gazetteer.teams import LEAGUES
from underround.matching.listing import Listing
from underround.matching.verdict import Decision, judge
from underround.matching.wording import listed

WHOLE_LIMIT_S, CHANGED_LIMIT_S, PEAK_LIMIT_MIB = 60.0, 2.0, 1024
CLUBS = [line.split("/")[0].title() for line in CLUB_LINES]
GIVEN = listed("Anna Bela Carl Dora Emil Fay Gus Hana Ivo Jan Kira Luca Mia Nils Olga Per Rosa Tim")
FAMILY = listed("Abbot Brandt Costa Duarte Eklund Farkas Greco Horvat Ibarra Jansen Kovac Lindt")
BANKS = (("Bank of Japan", "JAPAN"), ("Bank of England", "ENGLAND"), ("Bank of Canada", "CANADA"))


def _game(rng, day):
    league = rng.choice(sorted(LEAGUES))
    away, home = rng.sample(LEAGUES[league], 2)
    nick = [sorted(team.nicknames)[0].title() for team in (away, home)]
    code = [team.id.split(":")[1].upper() for team in (away, home)]
    side = rng.randrange(2)
    city = [sorted(team.cities)[0].title() for team in (away, home)]
    rules = f"In the upcoming {league.upper()} game, scheduled for {day:%B} {day.day} at 7:00PM ET"
    poly = (f"{nick[0]} vs. {nick[1]}", nick[side], rules, day)
    ticker = f"KX{league.upper()}GAME-{day:%y%b%d}".upper() + f"{code[0]}{code[1]}-{code[side]}"
    rules = (
        f"If {city[side]} wins the {city[0]} at {city[1]} professional game originally "
        f"scheduled for {day:%b} {day.day}, {day.year}, then the market resolves to Yes."
    )
    return poly, (ticker, f"{city[0]} at {city[1]} Winner?", city[side], rules, day)


def _soccer(rng, day):
    home, away = rng.sample(CLUBS, 2)
    codes = (home[:3].upper(), away[:3].upper())
    title = f"{home} vs {away} Winner?"
    poly = (f"Will {home} FC win on {day}?", "Yes", "", day)
    ticker = f"KXEPLGAME-{day:%y%b%d}".upper() + f"{codes[0]}{codes[1]}-{codes[0]}"
    return poly, (ticker, title, home, "", day)


def _nominee(rng, day):
    name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}{rng.randrange(300)}"
    poly = (f"Will {name} win the 2028 Democratic presidential nomination?", "Yes", "", day)
    title = f"Will {name} be the Democratic Presidential nominee in 2028?"
    return poly, (f"KXPRESNOMD-28-{name[:4].upper()}{rng.randrange(999)}", title, name, "", day)


def _rate(rng, day):
    bank, series = rng.choice(BANKS)
    poly = (f"{bank} increases interest rates by 25 bps after {day:%B %Y} meeting?", "Yes", "", day)
    title = f"Will the {bank} Hike 25 basis points at the {day:%b %Y} meeting?"
    return poly, (f"KXCBDECISION{series}-{day:%y%b%d}-H25".upper(), title, "", "", day)


def _deed(rng, day):
    name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    what = rng.choice(("visit", "endorse", "meet", "announce", "release", "host"))
    thing = f"{rng.choice(FAMILY)} project {rng.randrange(400)}"
    poly = (f"Will {name} {what} {thing} by {day:%B} {day.day}, {day.year}?", "Yes", "", day)
    after = day + timedelta(days=1)
    title = f"Will {name} {what} {thing} before {after:%b} {after.day}, {after.year}?"
    return poly, (f"KXDEED{rng.randrange(999)}-{after:%y%b%d}".upper(), title, "", "", day)


def listings(count, seed):
    """Return `count` Polymarket and `count` Kalshi listings; about two in three have a partner."""
    rng = random.Random(seed)
    poly, kalshi = [], []
    for number in range(count):
        day = date(2026, 1, 1) + timedelta(days=rng.randrange(330))
        maker = rng.choice((_game, _soccer, _nominee, _rate, _deed))
        one, two = maker(rng, day)
        if rng.random() < 0.33:
            _, two = maker(rng, day + timedelta(days=3))
        poly.append(
            Listing(
                venue=Venue.POLYMARKET,
                id=f"0x{seed}{number}",
                title=one[0],
                outcome=one[1],
                rules=one[2],
                ends=str(one[3]),
            )
        )
        kalshi.append(
            Listing(
                venue=Venue.KALSHI,
                id=f"{two[0]}",
                title=two[1],
                subtitle=two[2],
                rules=two[3],
                ends=str(two[4]),
            )
        )
    return poly, kalshi


def main(count: int = 5000, changed: int = 200) -> bool:
    """Run both timings, print them and return whether the limits hold."""
    poly, kalshi = listings(count, 7)
    started = time.perf_counter()
    index = Index(kalshi)
    accepted = judged = 0
    for listing in poly:
        for position, _ in index.nearest(listing):
            judged += 1
            accepted += judge(listing, kalshi[position]).decision is Decision.ACCEPT
    whole_s = time.perf_counter() - started
    fresh, fresh_kalshi = listings(changed, 8)
    started = time.perf_counter()
    for listing in fresh_kalshi[: changed // 2]:
        index.add(listing)
        kalshi.append(listing)
    for listing in fresh[: changed // 2]:
        for position, _ in index.nearest(listing):
            judge(listing, kalshi[position])
    changed_s = time.perf_counter() - started
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    held = whole_s < WHOLE_LIMIT_S and changed_s < CHANGED_LIMIT_S and peak_mib < PEAK_LIMIT_MIB
    figures = {
        "polymarket": count, "kalshi": count, "judged": judged, "accepted": accepted,
        "whole_s": round(whole_s, 2), "changed": changed, "changed_s": round(changed_s, 3),
        "peak_mib": round(peak_mib), "held": held,
    }  # fmt: skip
    print(json.dumps(figures))
    return held


if __name__ == "__main__":
    sys.exit(0 if main(*(int(word) for word in sys.argv[1:])) else 1)
