"""Tables: CSV with a header, and Parquet."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from wirestance.inference.extras import need
from wirestance.inference.wires.build import build
from wirestance.inference.wires.fields import FieldNames, is_guess
from wirestance.inference.wires.files import Lines, as_utf8, read_whole
from wirestance.inference.wires.markup import unmarked
from wirestance.inference.wires.problems import LONGEST_RECORD, UnreadableError
from wirestance.inference.wires.record import Record, Rejection
from wirestance.inference.wires.text import SURROGATE, is_blank, not_in_encoding

DELIMITERS = ",;\t|"
SEPARATOR = re.compile(r'"?sep=.?"?\s*', re.IGNORECASE)
"""The line that Excel puts before a header to name the delimiter."""

LONGEST_HEADER = 64 * 1024
"""Bytes of a header."""

ROWS = 64
"""Rows of a Parquet file that are held at once."""


def delimiter_of(header: str) -> str:
    """The delimiter that parts a header into the most names."""
    return max(DELIMITERS, key=lambda delimiter: len(split_header(header, delimiter)))


def split_header(header: str, delimiter: str) -> list[str]:
    """The names in a header; none where it is not one in this dialect."""
    try:
        return [name.strip() for name in next(_reader([header], header, delimiter), [])]
    except csv.Error:
        return []


def _reader(lines: Iterable[str], header: str, delimiter: str) -> Iterator[list[str]]:
    """The rows in a dialect, to whose delimiter the blanks behind it belong where the header has one there."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter + " " in header, strict=True)


def read_csv(file: IO[bytes], name: str, fields: Mapping[str, str]) -> Iterator[Record]:
    """The records of a CSV file; each has the number of its first line. Blank lines may come before the header.

    Raises:
        UnreadableError: the header cannot be read, or has no field for the text, or not the fields that are given.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    with as_utf8(file) as text:
        lines = Lines(_with_line_feeds(text))
        filled = filter(bytes.strip, lines)
        first = next(filled, b"")
        if SEPARATOR.fullmatch(_text(first)):
            first = next(filled, b"")
        if len(first) > LONGEST_HEADER:
            raise UnreadableError(f"has a header of {len(first)} bytes; at most {LONGEST_HEADER} are read")
        header = _text(first).strip("\r\n")
        _check_encoding([header])
        delimiter = delimiter_of(header)
        names = split_header(header, delimiter)
        field_names = FieldNames(name, fields)
        field_names.choose(names)  # what is wrong with the header is told once
        rows = _reader(_Texts(lines), header, delimiter)
        while True:
            lines.begin()
            number = lines.number + 1
            try:
                row = next(rows, None)
                if row is None:
                    return
                if row:
                    _check(row, names)
                    yield build(name, number, unmarked(field_names.values(dict(zip(names, row, strict=True)))))
            except (UnreadableError, csv.Error) as error:
                reason = f"is not a row of CSV: {error}" if isinstance(error, csv.Error) else str(error)
                yield Rejection(file=name, number=number, reason=reason)


def _with_line_feeds(file: IO[bytes]) -> IO[bytes]:
    """The file; where carriage returns alone end its lines, as in "CSV (Macintosh)", one of the same lines."""
    place = file.tell()
    first = file.read(LONGEST_HEADER).strip().partition(b"\n")[0]
    file.seek(place)
    if b"\r" not in first.rstrip(b"\r"):
        return file
    return BytesIO(re.sub(rb"\r(?!\n)", b"\n", read_whole(file)))


class _Texts:
    """Lines as texts; what is not UTF-8 in them is marked, so that only its own row is refused."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __iter__(self) -> "_Texts":
        return self

    def __next__(self) -> str:
        return _text(next(self._lines))


def _text(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _check(row: list[str], names: list[str]) -> None:
    if len(row) != len(names):
        raise UnreadableError(f"has {len(row)} fields; the header has {len(names)}")
    _check_encoding(row)


def _check_encoding(row: list[str]) -> None:
    for text in row:
        if found := SURROGATE.search(text):
            before = len(text[: found.start()].encode("utf-8", "surrogateescape"))
            raise UnreadableError("a field " + not_in_encoding("utf-8", ord(found[0]) & 0xFF, before))


def read_parquet(file: IO[bytes], name: str, fields: Mapping[str, str]) -> Iterator[Record]:
    """The records of a Parquet file, of which only the columns that may be needed are read.

    Raises:
        UnreadableError: it is broken, or has no field for the text, or not the fields that are given.
    """
    for number, values in enumerate(_rows(file, name, fields), 1):
        try:
            if isinstance(values, UnreadableError):
                raise values
            yield build(name, number, unmarked(values))
        except UnreadableError as error:
            yield Rejection(file=name, number=number, reason=str(error))


def _rows(file: IO[bytes], name: str, fields: Mapping[str, str]) -> Iterator[Mapping[str, object] | UnreadableError]:
    """The raw values of every row, or why it has none."""
    parquet = need("pyarrow.parquet", "reading Parquet")
    try:
        table = parquet.ParquetFile(file)
        names, there = FieldNames(name, fields), table.schema_arrow.names
        chosen = names.choose(there).values()
        read = [column for column in there if there.count(column) == 1 and (column in chosen or is_guess(column))]
        for batch in table.iter_batches(batch_size=ROWS, columns=read):
            columns = {column: _plain(batch.column(column)) for column in read}
            for row in range(batch.num_rows):
                yield _row({theirs: column[row] for theirs, column in columns.items()}, names)
    except UnreadableError:
        raise
    except Exception as error:  # pyarrow raises whatever the broken part calls for
        raise UnreadableError(f"is not Parquet that can be read: {error}") from None


def _plain(column: Any) -> Any:
    """A column whose times Python can hold: in microseconds."""
    arrow = need("pyarrow", "reading Parquet")
    if not arrow.types.is_timestamp(column.type):
        return column
    return column.cast(arrow.timestamp("us", column.type.tz), safe=False)


def _row(values: Mapping[str, Any], names: FieldNames) -> Mapping[str, object] | UnreadableError:
    try:
        chosen = names.choose(values, lambda name: not is_blank(values[name].as_py()))
        return {ours: values[theirs].as_py() for ours, theirs in chosen.items()}
    except Exception as error:  # bytes that are no UTF-8, years that Python does not know, and more
        return UnreadableError(f"has a value that cannot be read: {error}")
