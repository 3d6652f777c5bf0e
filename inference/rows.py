"""Rows of scored statements and wires: their columns, and reading them back from a file."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any, get_args, get_type_hints

from wirestance.inference.extras import need
from wirestance.inference.lean import Voices
from wirestance.inference.scoring import Scored, ScoredWire
from wirestance.model.errors import InputError
from wirestance.model.labels import ARMENIA, AZERBAIJAN, NEUTRAL

PARQUET_MAGIC = b"PAR1"


def _plain(hint: Any) -> type:
    """The type of a field's values: `str` for `str | None` and for literal strings."""
    if isinstance(hint, type):
        return hint
    first = get_args(hint)[0]
    return first if isinstance(first, type) else type(first)


STATEMENT_COLUMNS: Mapping[str, type] = {name: _plain(hint) for name, hint in get_type_hints(Scored).items()}
"""Names and types of a statement's row."""

WIRE_FIELDS = ("wire", "source", "date", "title", "url", "language", "file", "number", "digest")
"""What a statement's row says of its wire."""

WIRE_COLUMNS: Mapping[str, type] = {name: STATEMENT_COLUMNS[name] for name in WIRE_FIELDS} | {
    "statements": int, "answered": int, "pro_azerbaijan": int, "pro_armenia": int, "neutral": int, "lean": float,
    "own_statements": int, "own_lean": float,
}  # fmt: skip
"""Names and types of a wire's row."""


def statement_rows(scored: Iterable[ScoredWire]) -> Iterator[dict[str, Any]]:
    """A row for every statement."""
    for wire in scored:
        for statement in wire.statements:
            yield asdict(statement)


def wire_rows(scored: Iterable[ScoredWire]) -> Iterator[dict[str, Any]]:
    """A row for every wire that has a statement: the counts of its statements, and its lean."""
    for wire in scored:
        sums = Voices()
        for statement in wire.statements:
            sums.add(statement)
        everything, own = sums.everything, sums.own
        if wire.statements:
            yield {name: getattr(wire.statements[0], name) for name in WIRE_FIELDS} | {
                "statements": everything.statements,
                "answered": everything.answered,
                "pro_azerbaijan": everything.counts[AZERBAIJAN],
                "pro_armenia": everything.counts[ARMENIA],
                "neutral": everything.counts[NEUTRAL],
                "lean": everything.mean,
                "own_statements": own.statements,
                "own_lean": own.mean,
            }


def read_scored(path: str | PathLike[str]) -> Iterator[Scored]:
    """The statements that `wirestance score` wrote, from JSON lines, CSV or Parquet, told apart by their content.

    Of a directory, which `wirestance score --ray` writes, all the files are read.

    Raises:
        InputError: the file cannot be read, or a row is not a scored statement; names the row.
    """
    path = Path(path)
    try:
        yield from (_scored(row, f"{path}:{number}") for number, row in enumerate(_rows(path), 1))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.is_dir():
        for part in sorted(path.iterdir()):
            yield from _rows(part)
        return
    with path.open("rb") as file:
        head = file.read(4)
    if head == PARQUET_MAGIC:
        with need("pyarrow.parquet", "reading Parquet").ParquetFile(path) as table:
            for batch in table.iter_batches():
                yield from batch.to_pylist()
        return
    with path.open(encoding="utf-8", newline="") as lines:
        if not head.startswith(b"{"):
            yield from csv.DictReader(lines)
            return
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise InputError(f"{path}:{number}: not JSON: {error}") from error


def _scored(row: Mapping[str, Any], place: str) -> Scored:
    try:
        return Scored(**{name: _value(row[name], kind) for name, kind in STATEMENT_COLUMNS.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{place}: not a scored statement ({error}); the rows of `wirestance score`, one a statement, are read"
        ) from error


def _value(value: Any, kind: type) -> Any:
    """A value as its column has it; CSV knows only strings, and no None."""
    if value is None or (value == "" and kind is str):
        return None
    if kind is bool and isinstance(value, str):
        return value == "True"
    return kind(value)
