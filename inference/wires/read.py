"""Wires from files, directories and standard input, in every format."""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import IO, BinaryIO

from wirestance.inference.sources import STDIN
from wirestance.inference.wires.feeds import read_feed
from wirestance.inference.wires.fields import check_fields
from wirestance.inference.wires.files import seekable
from wirestance.inference.wires.json_lines import read_json
from wirestance.inference.wires.newsml import read_newsml
from wirestance.inference.wires.pages import read_page
from wirestance.inference.wires.plain import read_text
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.recognise import FORMATS, HEAD, recognise
from wirestance.inference.wires.record import Record, Rejection, Wire
from wirestance.inference.wires.tables import read_csv, read_parquet
from wirestance.model.errors import InputError

LOGGER = logging.getLogger("wirestance")


def read_records(
    path: str | PathLike[str],
    *,
    format: str | None = None,  # noqa: A002 - the name that the command line has
    fields: Mapping[str, str] | None = None,
) -> Iterator[Record]:
    """Every wire of the input, and a rejection for all that gives none, in a fixed order.

    Args:
        path: a file; a directory, of which all files below it are read, sorted by path and without hidden ones; or
            `-` for standard input, which is read to its end first.
        format: one of `FORMATS`; None recognises the format of every file by its content.
        fields: our names (id, text, title, source, date, language, url) with those of the fields in JSON, CSV and
            Parquet; those that are not given are guessed.

    Raises:
        InputError: the format or a field is unknown, at once; or, as soon as it is needed, a library is missing.
    """
    check_reading(format, fields or {})
    return _records(os.fspath(path), format, dict(fields or {}))


def read_wires(
    path: str | PathLike[str],
    *,
    format: str | None = None,  # noqa: A002
    fields: Mapping[str, str] | None = None,
    rejected: Callable[[Rejection], None] | None = None,
) -> Iterator[Wire]:
    """The wires of the input alone, as `read_records` gives them.

    Args:
        path: as there.
        format: as there.
        fields: as there.
        rejected: told of every rejection; by default each is logged as a warning of the logger `wirestance`.

    Raises:
        InputError: as there.
    """
    return _wires(read_records(path, format=format, fields=fields), rejected or _warn)


def check_reading(forced: str | None, fields: Mapping[str, str]) -> None:
    """Raise InputError if `read_records` knows no such format or field."""
    if forced is not None and forced not in FORMATS:
        raise InputError(f"the format {shown(forced)} is unknown; allowed are {', '.join(FORMATS)}")
    check_fields(fields)


def _wires(records: Iterator[Record], rejected: Callable[[Rejection], None]) -> Iterator[Wire]:
    for record in records:
        if isinstance(record, Wire):
            yield record
        else:
            rejected(record)


def _warn(rejection: Rejection) -> None:
    LOGGER.warning("%s", rejection)


def _records(path: str, forced: str | None, fields: Mapping[str, str]) -> Iterator[Record]:
    if path == STDIN:
        if sys.stdin is None:
            yield Rejection(file="standard input", number=0, reason="is closed")
        else:
            yield from read_open(sys.stdin.buffer, "standard input", forced, fields)
        return
    closed: list[OSError] = []
    files = files_below(Path(path), closed.append) if _is_directory(path) else [Path(path)]
    for error in closed:
        yield unread(error.filename, error)
    if not files and not closed:
        yield Rejection(file=file_name(path), number=0, reason="is a directory without any file to read")
    for file in files:
        try:
            opened = file.open("rb")  # and not in a with: what the reading raises is not caught here
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            yield unread(os.fspath(file), error)
            continue
        with opened:
            yield from read_open(opened, file_name(os.fspath(file)), forced, fields)


def _is_directory(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def files_below(directory: Path, closed: Callable[[OSError], None] | None = None) -> list[Path]:
    """All files below a directory in the order of their paths.

    Hidden ones are left out, and neither a hidden folder nor a link to one is entered.

    Args:
        directory: where to look.
        closed: told of every folder that cannot be listed, and of every file in one that cannot be entered.
    """
    files: list[Path] = []
    for folder, folders, names in os.walk(directory, onerror=closed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(folder, name) for name in names if not name.startswith(".")):
            try:
                if path.is_file():
                    files.append(path)
            except OSError as error:
                if closed:
                    closed(error)
    return sorted(files)


def read_open(file: BinaryIO, name: str, forced: str | None, fields: Mapping[str, str]) -> Iterator[Record]:
    """Every record of an open file, as `read_records`.

    Args:
        file: open for bytes, at its beginning.
        name: for the records.
        forced: the format, as there, and checked.
        fields: as there, and checked.
    """
    try:
        with seekable(file) as whole:
            head = whole.read(HEAD)
            if not head:
                raise UnreadableError("is empty")
            whole.seek(0)
            yield from _read(whole, name, forced or recognise(head, fields), forced, fields)
    except UnreadableError as error:
        yield Rejection(file=name, number=0, reason=str(error))
    except OSError as error:
        yield unread(name, error)


def _read(file: IO[bytes], name: str, chosen: str, forced: str | None, fields: Mapping[str, str]) -> Iterator[Record]:
    match chosen:
        case "text":
            yield from read_text(file, name)
        case "csv":
            yield from read_csv(file, name, fields)
        case "parquet":
            yield from read_parquet(file, name, fields)
        case "feed":
            yield from read_feed(file, name)
        case "newsml":
            yield from read_newsml(file, name)
        case "html":
            yield from read_page(file, name)
        case _:
            yield from read_json(file, name, forced, fields)


def unread(path: str, error: Exception) -> Rejection:
    """The rejection of a path that the system does not let be read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Rejection(file=file_name(path), number=0, reason=f"cannot be read: {reason}")


def file_name(path: str) -> str:
    """A path that can be printed, whatever bytes are in it."""
    return path.encode("utf-8", "backslashreplace").decode()
