"""Tables in and out: only the named columns are read; bad rows are named, left out and counted."""

import csv
import random

import pytest

from tests.matching.contracts import SAME
from underround.core.instrument import Venue
from underround.matching.finding import judge_rows
from underround.matching.tables import (
    KALSHI_COLUMNS,
    POLYMARKET_COLUMNS,
    Left,
    TableError,
    read_listings,
    read_pairs,
    write_predictions,
)

IGNORED = ("label", "trap", "note", "family", "confidence", "residual", "text_origin", "source")


def pair_row(number, one, two, **more):
    values = (one.id, one.title, one.outcome, one.rules, one.ends)
    others = (two.id, two.title, two.subtitle, two.rules, two.ends)
    return {
        "pair_id": f"p{number}",
        **dict(zip(POLYMARKET_COLUMNS, values, strict=True)),
        **dict(zip(KALSHI_COLUMNS, others, strict=True)),
        **more,
    }


def write(path, rows, columns=None):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def rows():
    return [
        pair_row(number, *pair, **{name: f"{name}{number}" for name in IGNORED})
        for number, pair in enumerate(SAME.values())
    ]


def decisions(path):
    return [
        (verdict.decision, verdict.reason) if verdict else None
        for verdict in judge_rows(read_pairs(path).rows)
    ]


def test_labels_and_notes_are_never_looked_at(rows, tmp_path):
    before = decisions(write(tmp_path / "a.csv", rows))
    shuffler = random.Random(5)
    for name in IGNORED:
        values = [row[name] for row in rows]
        shuffler.shuffle(values)
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    assert decisions(write(tmp_path / "b.csv", rows)) == before
    bare = [name for name in rows[0] if name not in IGNORED]
    assert decisions(write(tmp_path / "c.csv", rows, bare)) == before


def test_a_row_that_cannot_be_used_is_named_and_keeps_its_place(rows, tmp_path):
    rows[1]["poly_end"] = "31st of never"
    rows[2]["kalshi_ticker"] = " "
    rows[3]["pair_id"] = ""
    table = read_pairs(write(tmp_path / "a.csv", rows))
    assert table.left == (
        Left(3, "p1", "poly_end '31st of never' is not a date"),
        Left(4, "p2", "kalshi_ticker is empty"),
        Left(5, "", "pair_id is empty"),
    )
    assert [row.pair_id for row in table.rows[:3]] == ["p0", "p1", "p2"]
    assert table.rows[1].reason.startswith("left out: poly_end")
    assert len(table.rows) == len(rows) - 1


def test_missing_columns_are_named(rows, tmp_path):
    columns = [name for name in rows[0] if name not in ("kalshi_rules", "poly_description")]
    table = read_pairs(write(tmp_path / "a.csv", rows, columns))
    assert table.missing_columns == ("poly_description", "kalshi_rules")
    with pytest.raises(TableError, match="no column 'poly_question'"):
        read_pairs(write(tmp_path / "b.csv", rows, ["pair_id", "kalshi_ticker"]))


def test_a_file_that_is_no_table_is_one_line(tmp_path):
    with pytest.raises(TableError, match="there is no such file"):
        read_pairs(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00pair_id")
    with pytest.raises(TableError, match="not a CSV table in UTF-8"):
        read_pairs(tmp_path / "b.csv")


def test_a_listing_listed_twice_is_taken_once(rows, tmp_path):
    path = write(tmp_path / "a.csv", [rows[0], rows[0], rows[1]], list(KALSHI_COLUMNS))
    table = read_listings(path, Venue.KALSHI)
    assert [each.id for each in table.listings] == [
        rows[0]["kalshi_ticker"],
        rows[1]["kalshi_ticker"],
    ]
    assert table.left == (Left(3, rows[0]["kalshi_ticker"], "listed twice"),)


def test_a_slug_in_the_place_of_an_id_is_used_as_one(tmp_path):
    rows = [{"poly_id": "nba-atl-bos-2026-02-03", "poly_question": "Hawks vs. Celtics"}]
    (listing,) = read_listings(write(tmp_path / "a.csv", rows), Venue.POLYMARKET).listings
    assert (listing.slug, listing.outcome) == ("nba-atl-bos-2026-02-03", "Yes")


def test_predictions_are_noughts_and_ones(tmp_path):
    write_predictions(tmp_path / "out.csv", [("p1", True, "all pass"), ("p2", False, "a, b")])
    assert (
        tmp_path / "out.csv"
    ).read_text() == 'pair_id,accept,reason\np1,1,all pass\np2,0,"a, b"\n'
