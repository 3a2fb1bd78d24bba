"""A recording as Parquet, read again by polars and by DuckDB."""

import duckdb
import polars as pl
import pytest

from tests.app.explain.rain import at, written
from tests.core.desk import YES
from underround.app.recordings.export import TABLES, export
from underround.core.errors import UnderroundError


@pytest.fixture
def folder(tmp_path):
    rows = export(written(tmp_path / "rain"), tmp_path / "out")
    assert set(rows) == set(TABLES)
    return tmp_path / "out"


def test_polars_reads_every_table(folder):
    for name, columns in TABLES.items():
        table = pl.read_parquet(folder / f"{name}.parquet")
        assert table.columns == list(columns)
        assert table.height > 0
    signals = pl.read_parquet(folder / "signals.parquet")
    assert signals["signal"].to_list() == ["opened", "changed", "closed"]
    assert signals["size_e6"].to_list() == [60_000_000, 40_000_000, 40_000_000]


def test_duckdb_reads_every_table(folder):
    def ask(query: str) -> list:
        return duckdb.sql(query.replace("FROM ", f"FROM '{folder}/")).fetchall()

    found = ask("SELECT id, opened_ns, lasted_ns, ended FROM opportunities.parquet'")
    assert found == [("rain/yes_no/1", at(100), at(250) - at(100), "trade")]
    tops = ask(
        f"SELECT at_ns, ask_e4, ask_size_e6 FROM tops.parquet' WHERE instrument = '{YES}'"
        " ORDER BY at_ns DESC LIMIT 2"
    )
    assert tops == [(at(250), 5_500, 100_000_000), (at(150), 4_500, 40_000_000)]
    assert ask("SELECT count(*) FROM book_states.parquet' WHERE state = 'live'") == [(3,)]
    assert ask("SELECT max(latency_ns) FROM latencies.parquet' WHERE what = 'feed'") == [(0,)]


def test_nothing_is_written_over(folder, tmp_path):
    with pytest.raises(UnderroundError, match=r"signals.parquet is there already"):
        export(tmp_path / "rain", folder)


def test_a_recording_that_cannot_be_read_leaves_nothing(tmp_path):
    odd = tmp_path / "odd"
    odd.mkdir()
    with pytest.raises(UnderroundError):
        export(odd, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
