"""Files of wires as a source of Ray Data: read where the workers are, by the readers that read all wires.

To be imported only where Ray is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BufferedReader
from itertools import islice
from typing import Any

import pyarrow as arrow
from ray.data.datasource import FileBasedDatasource

from wirestance.inference.scoring import id_key
from wirestance.inference.wires.read import read_open
from wirestance.inference.wires.record import Record, Wire

RECORDS = 256
"""Records that a reading task holds at once."""

SCHEMA = arrow.schema(
    [
        *((name, arrow.string()) for name in ("id", "text", "title", "source", "date", "language", "url", "file")),
        ("number", arrow.int64()),
        ("key", arrow.binary()),
        ("reason", arrow.string()),
    ]
)
"""A row a record: the fields of a wire and its `id_key`, or those of a rejection."""


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

    def files(self) -> list[str]:
        """The paths of all files, in the order of the sources."""
        return list(self._paths())

    def _open_input_source(self, filesystem: Any, path: str, **_: Any) -> Any:
        return filesystem.open_input_file(path)  # not a stream: which format it is, is seen before it is read

    def _read_stream(self, f: Any, path: str) -> Iterator[Any]:
        records = read_open(BufferedReader(f), path, self._format, self._fields)
        while chunk := list(islice(records, RECORDS)):
            yield arrow.Table.from_pylist([_row(record) for record in chunk], schema=SCHEMA)


def wires_in(batch: Any) -> Iterator[Wire]:
    """The wires of a table of records, as they were read."""
    for row in batch.to_pylist():
        date = row.pop("date")
        if row.pop("key"):
            del row["reason"]
            yield Wire(**row, date=datetime.fromisoformat(date) if date else None)


def _row(record: Record) -> dict[str, Any]:
    if not isinstance(record, Wire):
        return {"file": record.file, "number": record.number, "reason": record.reason}
    return {name: getattr(record, name) for name in SCHEMA.names[:9]} | {
        "date": record.date.isoformat() if record.date else None,
        "key": id_key(record),
    }
