"""Parquet tables: typed columns, absent values, row groups, and nothing half done."""

import polars as pl
import pytest

from underround.stores import parquet
from underround.stores.parquet import ParquetTable


def test_rows_come_back_in_their_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "GROUP_ROWS", 2)
    table = ParquetTable(tmp_path / "t.parquet", {"x": "int64", "name": "string"})
    rows = [(1, "a"), (2, None), (None, "c")]
    for row in rows:
        table.add(*row)
    table.close()
    assert pl.read_parquet(tmp_path / "t.parquet").rows() == rows
    assert table.rows == 3


def test_an_empty_table_keeps_its_columns(tmp_path):
    ParquetTable(tmp_path / "t.parquet", {"x": "int64"}).close()
    assert pl.read_parquet(tmp_path / "t.parquet").schema == {"x": pl.Int64}


@pytest.mark.parametrize("written", [0, 3])
def test_what_is_discarded_is_gone(tmp_path, written):
    table = ParquetTable(tmp_path / "t.parquet", {"x": "int64"})
    for number in range(written):
        table.add(number)
    table.discard()
    assert list(tmp_path.iterdir()) == []
