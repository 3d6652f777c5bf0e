"""Files of wires as a source of Ray Data: read where the workers are, by the readers that read all wires.

To be imported only where Ray is there.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from functools import cached_property
from io import BufferedReader
from itertools import islice
from typing import Any, cast

import pyarrow as arrow
import ray
from ray.data.datasource import FileBasedDatasource

from wirestance.inference.scoring import id_key
from wirestance.inference.wires.read import read_open
from wirestance.inference.wires.record import Record, Wire
from wirestance.model.errors import InputError

LOGGER = logging.getLogger("wirestance")

RECORDS = 256
"""Records that a reading task holds at once."""

SCHEMA = arrow.schema(
    [
        *((name, arrow.string()) for name in ("id", "text", "title", "source", "date", "language", "url", "file")),
        ("number", arrow.int64()),
        ("key", arrow.binary()),
        ("reason", arrow.string()),
        ("told", arrow.string()),
    ]
)
"""A row a record: the fields of a wire and its `id_key`, or those of a rejection; and one for what a reader logs."""


class WireSource(FileBasedDatasource):  # type: ignore[misc]
    """The records of files in any format; a file is read by one task, which hands them on as it goes."""

    def __init__(self, paths: Sequence[str], wire_format: str | None, fields: Mapping[str, str]) -> None:
        """Find the files.

        Args:
            paths: files, with or without a scheme, such as `s3://`; and directories, of which Ray reads all files but
                those that lie in them and begin with `.` or `_`.
            wire_format: as in `read_records`, and checked.
            fields: as there, and checked.

        Raises:
            OSError: there is no such file, or it cannot be reached.
            ValueError: there is none in the directories, or the scheme is not known.
        """
        super().__init__(list(paths))
        self._format, self._fields = wire_format, dict(fields)
        self._wires: Any = None

    def files(self) -> list[str]:
        """The paths of all files, in the order of the sources."""
        return list(self._paths())

    def again(self, wires: Mapping[str, int]) -> "WireSource":
        """The wires of the same files a second time; reading a file fails unless it has as many as are told here."""
        second = copy(self)
        second._wires = ray.put(Counter(wires))  # and not with every task, as Ray does with the paths
        return second

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """Wires by path, taken over once a task: each reads many files."""
        return cast(Mapping[str, int], ray.get(self._wires))

    def _open_input_source(self, filesystem: Any, path: str, **_: Any) -> Any:
        return filesystem.open_input_file(path)  # not a stream: which format it is, is seen before it is read

    def _read_stream(self, f: Any, path: str) -> Iterator[Any]:
        records = read_open(BufferedReader(f), path, self._format, self._fields)
        if self._wires is not None:
            records = _counted(records, path, self._numbers[path])
        while True:
            with _overheard() as told:
                rows = [_row(record) for record in islice(records, RECORDS)]
            rows += [{"file": path, "number": 0, "told": message} for message in told]
            if not rows:
                return
            yield arrow.Table.from_pylist(rows, schema=SCHEMA)


def wires_in(batch: Any) -> Iterator[Wire]:
    """The wires of a table of records, as they were read."""
    for row in batch.to_pylist():
        date = row.pop("date")
        if row.pop("key"):
            del row["reason"], row["told"]
            yield Wire(**row, date=datetime.fromisoformat(date) if date else None)


def _counted(records: Iterator[Record], path: str, before: int) -> Iterator[Record]:
    """The wires of a file alone, and an error if they are not as many as before.

    Ray may read the file again then: so nothing is given of what only the failed reading has.
    """
    wires, reason = 0, ""
    for record in records:
        if isinstance(record, Wire):
            wires += 1
            yield record
        elif not record.number:
            reason = ": " + " ".join(record.reason.split())
    if wires != before:
        raise InputError(f"{path}: gave {before} wires when it was looked through, and {wires} to be scored{reason}")


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What the readers log meanwhile: nobody would see it on a worker."""
    told: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        told.append(record.getMessage())
        return False

    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    LOGGER.addFilter(keep)
    try:
        yield told
    finally:
        LOGGER.removeFilter(keep)
        LOGGER.setLevel(level)


def _row(record: Record) -> dict[str, Any]:
    if not isinstance(record, Wire):
        return {"file": record.file, "number": record.number, "reason": record.reason}
    return {name: getattr(record, name) for name in SCHEMA.names[:9]} | {
        "date": record.date.isoformat() if record.date else None,
        "key": id_key(record),
    }
