"""Rows into Parquet files, a row group at a time. Knows no meaning of any column.

A file gets its name only when it is whole. Needs the extra `export` (pyarrow).
"""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from underround.core.errors import UnderroundError

GROUP_ROWS: Final = 65_536


class ParquetTable:
    """One table, written row by row as tuples in the order of its columns.

    UnderroundError when pyarrow is not installed.
    """

    def __init__(self, path: Path, columns: dict[str, str]) -> None:
        """Begin the table; `columns` names each column's type, "int64" or "string" for instance."""
        arrow = _arrow()
        self.path = path
        self.rows = 0
        self._names = tuple(columns)
        self._partial = path.with_name(f".{path.name}.partial")
        self._schema = arrow.schema(
            [(name, arrow.type_for_alias(kind)) for name, kind in columns.items()]
        )
        parquet = import_module("pyarrow.parquet")
        self._writer = parquet.ParquetWriter(self._partial, self._schema, compression="zstd")
        self._group: list[tuple[Any, ...]] = []

    def add(self, *row: Any) -> None:
        """Add a row."""
        self._group.append(row)
        if len(self._group) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left and give the file its name."""
        if self._group or not self.rows:
            self._flush()
        self._writer.close()
        self._partial.replace(self.path)

    def discard(self) -> None:
        """Take back what was written."""
        self._writer.close()
        self._partial.unlink(missing_ok=True)

    def _flush(self) -> None:
        arrow = _arrow()
        columns = zip(*self._group, strict=True) if self._group else [()] * len(self._names)
        arrays = [
            arrow.array(values, field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(arrow.Table.from_arrays(arrays, schema=self._schema))
        self.rows += len(self._group)
        self._group.clear()


def _arrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise UnderroundError(
            "pyarrow is not installed, without it nothing is exported: pip install"
            " 'underround[export]'"
        ) from None
