"""Leave whole series out: judge each Kalshi series without any table entry that only it supports.

The reader is written, not trained, so what could be fitted to a series are its tables: rewriting
rules, fillers, clubs, leagues, banks, topics. For each series, every entry that matches no row of
any other series is removed, all caches are emptied, and the series' rows are judged anew.

Run `python -m bench.matching_crossval PAIRS.csv`; labels are read here, to score, and nowhere else.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

from underround.matching import (
    candidates,
    names,
    periods,
    reading,
    tables,
    tickers,
    verdict,
    wording,
)
from underround.matching.gazetteer import banks, clubs, colleges, teams
from underround.matching.grammars import general, leagues, lexicon, phrases, publishers
from underround.matching.verdict import Decision

CACHED = (
    candidates,
    names,
    periods,
    reading,
    tickers,
    verdict,
    wording,
    colleges,
    teams,
    lexicon,
    phrases,
    publishers,
)


def texts_of(row):
    """Return a row's titles, subtitle, rules' clauses and ticker, folded."""
    sides = (row.polymarket, row.kalshi)
    parts = [part for side in sides for part in (side.title, side.subtitle, side.outcome)]
    parts += [wording.criterion(side.rules) for side in sides]
    return wording.folded(" | ".join(parts))


def clear_caches():
    """Empty every cache of the package, so that changed tables are read again."""
    for module in CACHED:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


class Tables:
    """The tables as they are, and the part of them that survives without one series."""

    def __init__(self, evidence):
        self.rules = phrases._RULES
        self.neutral = lexicon.NEUTRAL
        self.clubs = clubs.CLUB_LINES
        self.banks = dict(banks.BANKS)
        self.patterns = dict(banks._PATTERNS)
        self.leagues = {
            name: getattr(leagues, name) for name in ("_SOCCER", "_US", "_ESPORTS", "_OTHERS")
        }
        self.topics = general._LEAGUE_TOPICS
        self.evidence = evidence

    def only(self, series, matches):
        """Say whether rows of `series` match and no others do."""
        mine = any(matches(text) for text in self.evidence[series])
        return mine and not any(
            matches(text)
            for other, texts in self.evidence.items()
            if other != series
            for text in texts
        )

    def install_without(self, series):
        """Put the reduced tables in place; return how many entries were removed."""
        before = sum(map(len, (self.rules, self.neutral, self.clubs, self.banks, self.topics)))
        rules = [r for r in self.rules if not self.only(series, lambda t, r=r: r[0].search(t))]
        phrases._RULES = tuple(rules)
        neutral = {
            word
            for word in self.neutral
            if not self.only(
                series, lambda t, w=word: w in {lexicon.stem(x) for x in wording.words(t)}
            )
        }
        general_neutral = frozenset(neutral)
        for module in sys.modules.values():
            if getattr(module, "NEUTRAL", None) is not None and "underround" in module.__name__:
                module.NEUTRAL = general_neutral
        lines = [
            line
            for line in self.clubs
            if not self.only(
                series, lambda t, club=line: any(f" {s} " in f" {t} " for s in club.split("/"))
            )
        ]
        names.CLUB_LINES = tuple(lines)
        kept = {
            bank: value
            for bank, value in self.banks.items()
            if not self.only(series, self.patterns[bank].search)
        }
        banks.BANKS.clear()
        banks.BANKS.update(kept)
        banks._PATTERNS.clear()
        banks._PATTERNS.update({bank: self.patterns[bank] for bank in kept})
        topics = [
            t
            for t in self.topics
            if not self.only(series, lambda x, t=t: t[0] in phrases.rewritten(x))
        ]
        general._LEAGUE_TOPICS = tuple(topics)
        own = series.removeprefix("KX")
        for name, table in self.leagues.items():
            without = [key for key in table if not own.startswith(key)]
            keep = (
                frozenset(without)
                if isinstance(table, frozenset)
                else {k: table[k] for k in without}
            )
            setattr(leagues, name, keep)
        clear_caches()
        return before - sum(map(len, (rules, neutral, lines, kept, topics)))


def main(path):
    """Judge every series without its own table entries and print the figures."""
    table = tables.read_pairs(path)
    with path.open(encoding="utf-8") as file:
        labels = {row["pair_id"]: row["label"] for row in csv.DictReader(file)}
    rows = defaultdict(list)
    for row in table.rows:
        if row.polymarket and row.kalshi:
            rows[row.kalshi.id.split("-")[0]].append(row)
    evidence = {series: [texts_of(row) for row in each] for series, each in rows.items()}
    all_tables = Tables(evidence)
    figures = defaultdict(int)
    lost = []
    for series, each in sorted(rows.items()):
        figures["removed_entries"] += all_tables.install_without(series)
        for row in each:
            accepted = verdict.judge(row.polymarket, row.kalshi).decision is Decision.ACCEPT
            match = labels[row.pair_id] == "match"
            figures["matches"] += match
            figures["accepted"] += accepted
            figures["true"] += accepted and match
            figures["false"] += accepted and not match
            figures["false_lookalikes"] += accepted and labels[row.pair_id] == "lookalike"
            if match and not accepted:
                lost.append(f"{row.polymarket.title} | {row.kalshi.id}")
    figures["series"] = len(rows)
    precision = figures["true"] / max(1, figures["accepted"])
    recall = figures["true"] / max(1, figures["matches"])
    print(
        json.dumps(
            {**figures, "precision": round(precision, 4), "recall": round(recall, 4), "lost": lost},
            indent=2,
        )
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bench.matching_crossval PAIRS.csv")
    main(Path(sys.argv[1]))
