"""The labelled pairs beside the checkout, where there are any: judged blind, scored afterwards."""

import csv
import random
from pathlib import Path

import pytest

from underround.core.instrument import Venue
from underround.matching.candidates import candidates
from underround.matching.finding import find_pairs, judge_rows
from underround.matching.tables import read_listings, read_pairs
from underround.matching.verdict import Decision

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "matching"
PAIRS = FOLDER / "pairs_dev.csv"
HIDDEN = ("label", "trap", "note", "family", "confidence", "residual", "text_origin", "source")
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PAIRS.exists(), reason=f"no labelled pairs at {PAIRS}"),
]


def rows():
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def accepted(path):
    table = read_pairs(path)
    judged = judge_rows(table.rows)
    return {
        row.pair_id
        for row, verdict in zip(table.rows, judged, strict=True)
        if verdict is not None and verdict.decision is Decision.ACCEPT
    }


def test_labelled_pairs():
    found = accepted(PAIRS)
    labels = {row["pair_id"]: row["label"] for row in rows()}
    matches = {name for name, label in labels.items() if label == "match"}
    assert found - matches == set()
    assert len(found & matches) / len(matches) >= 0.80


def test_labels_are_not_looked_at(tmp_path):
    table = rows()
    shuffler = random.Random(11)
    for name in HIDDEN:
        values = [row[name] for row in table]
        shuffler.shuffle(values)
        for row, value in zip(table, values, strict=True):
            row[name] = value
    path = tmp_path / "shuffled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    assert accepted(path) == accepted(PAIRS)


def test_all_pairs_of_the_listings():
    polymarket = read_listings(FOLDER / "listings_poly_dev.csv", Venue.POLYMARKET).listings
    kalshi = read_listings(FOLDER / "listings_kalshi_dev.csv", Venue.KALSHI).listings
    true = {
        (row["poly_question"], row["poly_outcome"], row["kalshi_ticker"])
        for row in rows()
        if row["label"] == "match"
    }
    proposed = {
        (
            polymarket[each.polymarket].title,
            polymarket[each.polymarket].outcome,
            kalshi[each.kalshi].id,
        )
        for each in candidates(polymarket, kalshi)
    }
    assert len(true & proposed) / len(true) >= 0.98
    found = {
        (verdict.polymarket.title, verdict.polymarket.outcome, verdict.kalshi.id)
        for verdict in find_pairs(polymarket, kalshi)
        if verdict.decision is Decision.ACCEPT
    }
    assert len(found - true) <= 1
    assert len(found & true) / len(true) >= 0.80
