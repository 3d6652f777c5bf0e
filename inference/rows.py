"""Rows of scored statements and wires: their columns, and reading them back from a file."""

import csv
import json
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, fields
from io import TextIOWrapper
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import IO, Any, BinaryIO, get_args, get_type_hints

from wirestance.inference.extras import need
from wirestance.inference.lean import Voices
from wirestance.inference.prediction import Voice
from wirestance.inference.scoring import OfWire, Part, Scored, ScoredWire
from wirestance.inference.sources import STDIN
from wirestance.inference.wires.files import seekable
from wirestance.inference.wires.problems import LONGEST_RECORD
from wirestance.inference.wires.read import files_below, unread
from wirestance.model.errors import InputError
from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS, NEUTRAL

PARQUET_MAGIC = b"PAR1"

TRUTHS = {"true": True, "false": False}
"""How a CSV tells them: as Python writes them, or as Excel does."""


def _plain(hint: Any) -> type:
    """The type of a field's values: `str` for `str | None` and for literal strings."""
    if isinstance(hint, type):
        return hint
    first = get_args(hint)[0]
    return first if isinstance(first, type) else type(first)


STATEMENT_COLUMNS: Mapping[str, type] = {name: _plain(hint) for name, hint in get_type_hints(Scored).items()}
"""Names and types of a statement's row."""

OPTIONAL = {name for name, hint in get_type_hints(Scored).items() if NoneType in get_args(hint)}
"""Columns of a statement's row that may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRow(OfWire):
    """One scored wire: a row of what `wirestance score --per wire` writes.

    The numbers are of the statements that the model could read.
    """

    statements: int
    answered: int
    """Statements that got a label."""
    pro_azerbaijan: int
    """Statements with this label, as the next two."""
    pro_armenia: int
    neutral: int
    lean: float | None
    """The mean lean of the statements, in [−1, 1]; None if nothing could be read."""
    own_statements: int
    """Statements in the outlet's own voice."""
    own_lean: float | None
    """The lean of those."""


WIRE_COLUMNS: Mapping[str, type] = {name: _plain(hint) for name, hint in get_type_hints(WireRow).items()}
"""Names and types of a wire's row."""


def statement_rows(scored: Iterable[ScoredWire]) -> Iterator[dict[str, Any]]:
    """A row for every statement."""
    for wire in scored:
        for statement in wire.statements:
            yield asdict(statement)


def wire_rows(scored: Iterable[ScoredWire]) -> Iterator[dict[str, Any]]:
    """A row for every wire that has a statement."""
    return (asdict(row) for wire in scored if (row := wire_row(wire)))


def wire_row(scored: ScoredWire) -> WireRow | None:
    """The counts of a wire's statements, and its lean; None if there is no statement in it."""
    if not scored.statements:
        return None
    sums = Voices()
    for statement in scored.statements:
        sums.add(statement)
    everything, own = sums.everything, sums.own
    return WireRow(
        **{field.name: getattr(scored.statements[0], field.name) for field in fields(OfWire)},
        statements=everything.statements,
        answered=everything.answered,
        pro_azerbaijan=everything.counts[AZERBAIJAN],
        pro_armenia=everything.counts[ARMENIA],
        neutral=everything.counts[NEUTRAL],
        lean=everything.mean,
        own_statements=own.statements,
        own_lean=own.mean,
    )


def read_scored(path: str | PathLike[str]) -> Iterator[Scored]:
    """The statements that `wirestance score` wrote, from JSON lines, CSV or Parquet, told apart by their content.

    Of a directory, which `wirestance score --ray` writes, all files are read but hidden ones; `-` is standard input. A
    pipe is read to its end first.

    Raises:
        InputError: a file cannot be read, or a row is not a scored statement; names the file and the row.
    """
    path = Path(path)
    closed: list[OSError] = []
    files = files_below(path, closed.append) if path.is_dir() else [path]
    for error in closed:
        raise InputError(str(unread(error.filename, error))) from error
    for file in files:
        yield from _read(file)


def _read(path: Path) -> Iterator[Scored]:
    name = "standard input" if str(path) == STDIN else str(path)
    try:
        with _opened(path) as file, seekable(file) as whole:  # once: what is read of a pipe is gone
            for number, row in _rows(whole, name):
                yield _scored(row, f"{name}:{number}")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(unread(name, error))) from error


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    if str(path) != STDIN:
        return path.open("rb")
    if sys.stdin is None:
        raise InputError("standard input: is closed")
    return nullcontext(sys.stdin.buffer)


def _rows(file: IO[bytes], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows with their numbers; of JSON, which may have blank lines, those of the lines."""
    head = file.read(len(BOM_UTF8) + len(PARQUET_MAGIC))
    file.seek(0)
    if head.startswith(PARQUET_MAGIC):
        return enumerate(_parquet_rows(file, name), 1)
    lines = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    if head.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
        return _json_rows(lines, name)
    return enumerate(_csv_rows(lines, name), 1)


def _parquet_rows(file: IO[bytes], name: str) -> Iterator[Mapping[str, Any]]:
    parquet = need("pyarrow.parquet", "reading Parquet")
    try:
        with parquet.ParquetFile(file) as table:
            for batch in table.iter_batches():
                yield from batch.to_pylist()
    except Exception as error:  # pyarrow raises whatever the broken part calls for
        raise InputError(f"{name}: is not Parquet that can be read: {error}") from error


def _csv_rows(lines: Iterable[str], name: str) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    rows = csv.DictReader(lines)
    try:
        yield from rows
    except csv.Error as error:
        raise InputError(f"{name}:{rows.reader.line_num}: not CSV: {error}") from error


def _json_rows(lines: Iterable[str], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{name}:{number}: not JSON: {error}") from error


def _scored(row: Mapping[str, Any], place: str) -> Scored:
    try:
        _check_columns(row)
        scored = Scored(**{name: _value(row[name], name, kind) for name, kind in STATEMENT_COLUMNS.items()})
        _check(scored)
        return scored
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{place}: not a scored statement ({error}); the rows of `wirestance score`, one a statement, are read"
        ) from error


def _check_columns(row: Mapping[str, Any]) -> None:
    """Raise ValueError if a column is missing."""
    for name in STATEMENT_COLUMNS:
        if name not in row:
            per_wire = all(one in row for one in WIRE_COLUMNS)
            raise ValueError(f"has no {name!r}" + (" but the columns of `--per wire`" if per_wire else ""))


def _check(scored: Scored) -> None:
    """Raise ValueError if no model can have answered so."""
    if scored.label is not None and scored.label not in LABELS:
        raise ValueError(f"the label is {scored.label!r:.40}; known are {', '.join(LABELS)}")
    for name, known in (("voice", get_args(Voice)), ("part", get_args(Part))):
        if (value := getattr(scored, name)) not in known:
            raise ValueError(f"the {name} is {value!r:.40}; known are {', '.join(known)}")
    for name in ("score", "p_azerbaijan", "p_armenia", "p_neutral"):
        if not 0 <= (value := getattr(scored, name)) <= 1:  # true of what is no number, too
            raise ValueError(f"{name} is {value}, not in [0, 1]")


def _value(value: Any, name: str, kind: type) -> Any:
    """A value as its column has it; CSV knows only strings, and no None."""
    if value is None or (value == "" and kind is str):
        if name in OPTIONAL:
            return None
        raise ValueError(f"{name} is empty")
    if kind is bool and isinstance(value, str):
        return TRUTHS[value.casefold()]
    return kind(value)
