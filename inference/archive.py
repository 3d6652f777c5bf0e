"""The output of scoring on disk: rows that are written once and once only, whatever interrupts the writing.

Three files stand side by side: the rows, `OUT.rejected.jsonl`, and the journal `OUT.progress`. After every chunk the
rows are forced to disk and only then the journal says how far they are whole and which records they cover. What a
crash leaves behind that point is cut off when the run is resumed.
"""

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from wirestance.inference.extras import need
from wirestance.inference.wires.record import Rejection
from wirestance.model.errors import InputError

FORMATS = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet"}
ROWS_IN_GROUP = 10_000
"""Rows of a Parquet file that are held in memory at once."""


class Archive:
    """Rows and rejections of one run of scoring; a context manager."""

    def __init__(self, path: Path, columns: Mapping[str, type], settings: Mapping[str, Any], *, resume: bool) -> None:
        """Start an output, or go on with one.

        Args:
            path: where the rows go; its ending says in which format.
            columns: names and types of a row's fields.
            settings: what the rows depend on; a run is resumed only with the same.
            resume: go on where an earlier run stopped, if there was one.

        Raises:
            InputError: unknown ending, an output that is there already, or one that was made otherwise.
        """
        if path.suffix not in FORMATS:
            raise InputError(f"{path}: the ending {path.suffix!r} is not known; allowed are {', '.join(FORMATS)}")
        self.path = path
        self.columns = columns
        self.done: Counter[str] = Counter()
        """How many records of each input file are dealt with."""
        self.keys: set[bytes] = set()
        """What must not come again, as `commit` was told."""
        self.rows = self.rejected = 0
        """Rows and rejections that stand in the files."""
        self._format = FORMATS[path.suffix]
        self._rows_path = path.with_name(path.name + ".rows.jsonl") if self._format == "parquet" else path
        self.rejected_path = path.with_name(path.name + ".rejected.jsonl")
        self._journal_path = path.with_name(path.name + ".progress")
        if resume and self._journal_path.exists():
            sizes = self._replay(settings)
        elif path.exists() or self._journal_path.exists():
            raise InputError(f"{path}: is there already; resume goes on with it, or remove it and {self._journal_path}")
        else:
            sizes = (0, 0)
            _append(self._journal_path, {"settings": settings})
        self._rows_file = _open(self._rows_path, sizes[0])
        self._rejected_file = _open(self.rejected_path, sizes[1])

    def __enter__(self) -> "Archive":
        """The archive itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files; what was written since the last `commit` is not kept."""
        self._rows_file.close()
        self._rejected_file.close()

    def commit(
        self,
        rows: Iterable[Mapping[str, Any]],
        rejections: Iterable[Rejection],
        records: Mapping[str, int],
        keys: Iterable[bytes] = (),
    ) -> None:
        """Write rows and rejections, and note that they are all there is of some records.

        Args:
            rows: of the records.
            rejections: those among the records.
            records: how many more records of each input file are dealt with.
            keys: what must not come again in this output, in any run.
        """
        written = [self._line(row) for row in rows]
        if self._format == "csv" and not self._rows_file.tell():
            self._rows_file.write(_csv_line(self.columns))
        self._rows_file.writelines(written)
        refused = [_json_line({"file": item.file, "number": item.number, "reason": item.reason}) for item in rejections]
        self._rejected_file.writelines(refused)
        for file in (self._rows_file, self._rejected_file):
            file.flush()
            os.fsync(file.fileno())
        self.done.update(records)
        kept = list(keys)
        self.keys.update(kept)
        self.rows += len(written)
        self.rejected += len(refused)
        _append(
            self._journal_path,
            {
                "bytes": [self._rows_file.tell(), self._rejected_file.tell()],
                "written": [self.rows, self.rejected],
                "records": records,
                "keys": [key.hex() for key in kept],
            },
        )

    def finish(self) -> None:
        """Make what remains to be made when every input is dealt with: the Parquet file of the rows."""
        if self._format == "parquet":
            _write_parquet(self._rows_path, self.path, self.columns)
        if not self._rejected_file.tell():
            self.rejected_path.unlink()

    def _line(self, row: Mapping[str, Any]) -> bytes:
        return _csv_line([row[name] for name in self.columns]) if self._format == "csv" else _json_line(row)

    def _replay(self, settings: Mapping[str, Any]) -> tuple[int, int]:
        """Read the journal; the sizes up to which the files are whole."""
        lines = list(_whole_lines(self._journal_path))
        first = json.loads(lines[0])["settings"] if lines else settings
        for name, value in json.loads(json.dumps(settings)).items():
            if first.get(name) != value:
                raise InputError(
                    f"{self.path}: was made with {name} {first.get(name)!r}, not {value!r}; resume with the same"
                )
        sizes = (0, 0)
        for line in lines[1:]:
            entry = json.loads(line)
            sizes = tuple(entry["bytes"])
            self.rows, self.rejected = entry["written"]
            self.done.update(entry["records"])
            self.keys.update(map(bytes.fromhex, entry["keys"]))
        if not lines:
            _append(self._journal_path, {"settings": settings})
        return sizes


def _open(path: Path, size: int) -> BinaryIO:
    """A file to write to, cut at a size behind which nothing is known to be whole."""
    path.touch()
    file = path.open("r+b")
    file.truncate(size)
    file.seek(size)
    return file


def _append(path: Path, entry: Mapping[str, Any]) -> None:
    with path.open("ab") as file:
        file.write(_json_line(entry))
        file.flush()
        os.fsync(file.fileno())


def _whole_lines(path: Path) -> Iterator[bytes]:
    """The lines of a journal; a last one that a crash cut short is removed from it."""
    whole = 0
    with path.open("r+b") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            yield line
        file.truncate(whole)


def _json_line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _csv_line(values: Iterable[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue().encode()


def arrow_schema(columns: Mapping[str, type]) -> Any:
    """The schema of rows in Arrow and Parquet, from the names and types of their columns."""
    arrow = need("pyarrow", "writing Parquet")
    types = {str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_()}
    return arrow.schema([(name, types[kind]) for name, kind in columns.items()])


def _write_parquet(rows: Path, path: Path, columns: Mapping[str, type]) -> None:
    """The rows of a JSON-lines file as Parquet; the file appears whole or not at all."""
    arrow, parquet = need("pyarrow", "writing Parquet"), need("pyarrow.parquet", "writing Parquet")
    schema = arrow_schema(columns)
    unfinished = path.with_name(path.name + ".unfinished")
    with rows.open("rb") as lines, parquet.ParquetWriter(unfinished, schema) as writer:
        while group := [json.loads(line) for line in islice(lines, ROWS_IN_GROUP)]:
            writer.write_table(arrow.Table.from_pylist(group, schema=schema))
    unfinished.replace(path)
