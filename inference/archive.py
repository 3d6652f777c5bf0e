"""The output of scoring on disk: rows that are written once and once only, whatever interrupts the writing.

Three files stand side by side: the rows, `OUT.rejected.jsonl`, and the journal `OUT.progress`. After every chunk the
rows are forced to disk and only then the journal says how far they are whole and which records they cover. What a
crash leaves behind that point is cut off when the run is resumed, and so are the rejections of whole files, which stand
there so that such files are tried again. The journal is locked as long as a run writes.
"""

import csv
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from wirestance.inference.extras import need
from wirestance.inference.wires.problems import shown
from wirestance.inference.wires.record import Rejection
from wirestance.model.errors import InputError

FORMATS = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet"}
ROWS_IN_GROUP = 10_000
"""Rows of a Parquet file that are held in memory at once."""

REJECTED, JOURNAL, ROWS = ".rejected.jsonl", ".progress", ".rows.jsonl"
"""What the names of an archive's other files have behind that of the output; the last, where that is Parquet."""

TOLD = 5
"""Rejections that are told where no file is left to tell them."""


def check_ending(path: Path) -> None:
    """Raise InputError if a path does not end as an output does."""
    if path.suffix not in FORMATS:
        raise InputError(f"{path}: the ending {path.suffix!r} is not known; allowed are {', '.join(FORMATS)}")


def check_directory(path: Path) -> None:
    """Raise InputError if the directory that a file is to be written to is not there."""
    if not path.parent.is_dir():
        raise InputError(f"{path}: cannot be written: {path.parent} is no directory")


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
            InputError: unknown ending or directory, an output that is there already, that another run is writing, that
                was made otherwise or holds less than its journal says, or a journal that no run has written.
        """
        check_ending(path)
        check_directory(path)
        self.path = path
        self.columns = columns
        self.done: Counter[str] = Counter()
        """How many records of each input file are dealt with."""
        self.keys: set[bytes] = set()
        """What must not come again, as `commit` was told."""
        self.rows = 0
        """Those that stand in the file."""
        self._noted = 0
        """Rejections that the journal tells of."""
        self._whole: list[bytes] = []
        """The lines of the others: of whole files, in this run."""
        self._format = FORMATS[path.suffix]
        if self._format == "parquet":
            need("pyarrow.parquet", "writing Parquet")
        self._rows_path = path.with_name(path.name + ROWS) if self._format == "parquet" else path
        self.rejected_path = path.with_name(path.name + REJECTED)
        self._journal_path = path.with_name(path.name + JOURNAL)
        with ExitStack() as files:
            self._journal = files.enter_context(self._open_journal(resume=resume))
            self._lock()
            rows, self._noted_end = self._replay(settings)
            self._rows_file = files.enter_context(self._open(self._rows_path, rows))
            self._rejected_file = files.enter_context(self._open(self.rejected_path, self._noted_end))
            self._files = files.pop_all()

    @property
    def rejected(self) -> int:
        """Rejections that stand in the file."""
        return self._noted + len(self._whole)

    def __enter__(self) -> "Archive":
        """The archive itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files; what was written since the last `commit` is not kept.

        An error before the first row leaves no file: nothing is lost, and the name is free for another try.
        """
        self._files.close()
        if isinstance(error, Exception) and not self.rows:
            for path in (self._rows_path, self.rejected_path, self._journal_path):
                path.unlink(missing_ok=True)

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
            rejections: those among the records; of whole files, too, which are written and not noted.
            records: how many more records of each input file are dealt with.
            keys: what must not come again in this output, in any run.
        """
        written = [self._line(row) for row in rows]
        if self._format == "csv" and not self._rows_file.tell():
            self._rows_file.write(_csv_line(self.columns))
        self._rows_file.writelines(written)
        refused: list[bytes] = []
        whole: list[bytes] = []
        for item in rejections:
            (refused if item.number else whole).append(_json_line(asdict(item)))
        self._whole += whole
        if refused:
            self._rejected_file.seek(self._noted_end)
            self._rejected_file.writelines(refused)
            self._noted_end, whole = self._rejected_file.tell(), self._whole
        self._rejected_file.writelines(whole)
        for file in (self._rows_file, self._rejected_file):
            file.flush()
            os.fsync(file.fileno())
        self.done.update(records)
        kept = list(keys)
        self.keys.update(kept)
        self.rows += len(written)
        self._noted += len(refused)
        self._note(
            {
                "bytes": [self._rows_file.tell(), self._noted_end],
                "written": [self.rows, self._noted],
                "records": records,
                "keys": [key.hex() for key in kept],
            }
        )

    def finish(self) -> None:
        """Make what remains to be made when every input is dealt with: the Parquet file of the rows.

        Raises:
            InputError: there are rejections and no row; the message has the first of them.
        """
        if self.rejected and not self.rows:
            raise InputError(f"{self.path}: is not written, as nothing could be scored: {self._first_rejections()}")
        if self._format == "parquet":
            _write_parquet(self._rows_path, self.path, self.columns)
        if not self._rejected_file.tell():
            self._rejected_file.close()  # Windows removes no open file
            self.rejected_path.unlink()

    def _first_rejections(self) -> str:
        self._rejected_file.seek(0)
        told = [str(Rejection(**json.loads(line))) for line in islice(self._rejected_file, TOLD)]
        return "; ".join([*told, *([f"and {self.rejected - TOLD:,} more"] if self.rejected > TOLD else [])])

    def _line(self, row: Mapping[str, Any]) -> bytes:
        return _csv_line([row[name] for name in self.columns]) if self._format == "csv" else _json_line(row)

    def _note(self, entry: Mapping[str, Any]) -> None:
        """Write a line of the journal, and have it on disk."""
        self._journal.write(_json_line(entry))
        self._journal.flush()
        os.fsync(self._journal.fileno())

    def _open_journal(self, *, resume: bool) -> BinaryIO:
        """The journal of an earlier run, or a new one where there is no output."""
        earlier = resume and self._journal_path.exists()
        if not earlier:
            self._check_absent()
        try:
            return self._journal_path.open("r+b" if earlier else "x+b")
        except FileExistsError:
            raise self._is_there(self._journal_path) from None

    def _check_absent(self) -> None:
        """Raise InputError if there is an output, or what a run that was cut short has left of one."""
        for path in (self.path, self._rows_path, self.rejected_path):
            if path.exists():
                raise self._is_there(path)

    def _is_there(self, path: Path) -> InputError:
        return InputError(
            f"{path}: is there already; --resume goes on with it where there is {self._journal_path}, or remove what "
            "there is of both, or write to another file"
        )

    def _lock(self) -> None:
        """Keep other runs from the output until the journal is closed, or the process ends in whatever way."""
        if sys.platform == "win32":
            return
        import fcntl  # only here: Windows has none

        try:
            fcntl.flock(self._journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{self.path}: another run is writing it and holds {self._journal_path}; wait for its end, or write "
                "to another file"
            ) from None
        except OSError:
            pass  # a file system without locks: as on Windows

    def _replay(self, settings: Mapping[str, Any]) -> tuple[int, int]:
        """Read the journal, or begin one that is empty; the sizes up to which the files are whole."""
        sizes = (0, 0)
        first: dict[str, Any] | None = None
        for number, line in enumerate(_whole_lines(self._journal), 1):
            try:
                entry = json.loads(line)
                if first is None:
                    first = dict(entry["settings"])
                    continue
                rows, rejected = entry["bytes"]
                sizes = (int(rows), int(rejected))
                self.rows, self._noted = entry["written"]
                self.done.update(entry["records"])
                self.keys.update(map(bytes.fromhex, entry["keys"]))
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(
                    f"{self._journal_path}:{number}: {shown(line.decode(errors='replace'))} is no line of the journal "
                    f"that a run of scoring writes; remove or rename the file, or write to another one than {self.path}"
                ) from error
        if first is None:
            self._check_absent()
            self._note({"settings": settings})
            return sizes
        for name, value in json.loads(json.dumps(settings)).items():
            if first.get(name) != value:
                raise InputError(
                    f"{self.path}: was made with {name} {first.get(name)!r}, not {value!r}; resume with the same"
                )
        return sizes

    def _open(self, path: Path, size: int) -> BinaryIO:
        """A file to write to, cut at a size behind which nothing is known to be whole."""
        held = path.stat().st_size if path.exists() else 0
        if held < size:
            raise InputError(
                f"{path}: holds {held:,} bytes, and {self._journal_path} tells of {size:,}; put back the file that was "
                f"written, or remove {self.path} and what lies beside it, and score all again"
            )
        path.touch()
        file = path.open("r+b")
        file.truncate(size)
        file.seek(size)
        return file


def _whole_lines(journal: BinaryIO) -> Iterator[bytes]:
    """The lines of a journal; a last one that a crash cut short is removed from it."""
    whole = 0
    for line in journal:
        if not line.endswith(b"\n"):
            break
        whole += len(line)
        yield line
    journal.truncate(whole)
    journal.seek(whole)


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
