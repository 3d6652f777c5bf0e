"""Wires as they arrive: new files in spool directories, new lines in growing files."""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from wirestance.inference.wires.fields import FieldNames
from wirestance.inference.wires.files import Lines
from wirestance.inference.wires.json_lines import read_lines
from wirestance.inference.wires.problems import LONGEST_RECORD
from wirestance.inference.wires.read import check_reading, file_name, files_below, read_records, unread
from wirestance.inference.wires.record import Record, Rejection
from wirestance.model.errors import InputError

LOGGER = logging.getLogger("wirestance")

POLL = 0.5
"""Seconds between two looks at the inputs."""

SETTLED = 1.0
"""Seconds after its last change from which a file in a spool directory is taken to be whole. A sender that may pause
for longer puts the file there by renaming it."""


def follow_records(
    paths: Sequence[str],
    *,
    format: str | None = None,  # noqa: A002
    fields: Mapping[str, str] | None = None,
) -> Iterator[Record | None]:
    """The records of inputs that grow, without an end; None whenever there is nothing more for now.

    A file of JSON lines that is removed is let go, and one that is replaced or shortened is read from its beginning;
    both are logged as warnings of the logger `wirestance`. Whoever follows it again begins with the file that is there.

    Args:
        paths: directories, in which every file is read once, and files of JSON lines, whose whole lines are read as
            they come.
        format: as in `read_records`, of the files in directories; of growing ones it only says whether their lines
            are ninjs.
        fields: as there.

    Raises:
        InputError: at once, if a path is neither a directory nor a file, or as in `read_records`.
    """
    check_reading(format, fields or {})
    read: set[str] = set()
    return _follow([_followed(Path(path), format, fields or {}, read) for path in paths])


def _followed(path: Path, forced: str | None, fields: Mapping[str, str], read: set[str]) -> "_Spool | _Growing":
    with suppress(OSError, ValueError):
        if path.is_dir():
            return _Spool(path, forced, fields, read)
        if path.is_file():
            return _Growing(path, forced, fields)
    name = file_name(str(path))
    raise InputError(f"{name}: cannot be followed; a directory or a file of JSON lines can that is there to be read")


def _follow(inputs: Sequence["_Spool | _Growing"]) -> Iterator[Record | None]:
    while True:
        for one in inputs:
            yield from one.more()
        yield None
        time.sleep(POLL)


class _Spool:
    """A directory, and what of it is read."""

    def __init__(self, path: Path, forced: str | None, fields: Mapping[str, str], read: set[str]) -> None:
        self._path, self._format, self._fields = path, forced, fields
        self._read = read

    def more(self) -> Iterator[Record]:
        """The records of the files that are new and whole, and a rejection for each place that cannot be looked at."""
        closed: list[OSError] = []
        files = [str(file) for file in files_below(self._path, closed.append)]
        for error in closed:
            if error.filename not in self._read:
                self._read.add(error.filename)
                yield unread(error.filename, error)
        for file in files:
            if file not in self._read and _is_settled(Path(file)):
                self._read.add(file)
                yield from read_records(file, format=self._format, fields=self._fields)


def _is_settled(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime >= SETTLED
    except OSError:  # taken away since it was listed
        return False


class _Growing:
    """A file of JSON lines, and how far it is read.

    It is held open, so that what was written to it before another took its place is read, and its inode is not given
    to the other.
    """

    def __init__(self, path: Path, forced: str | None, fields: Mapping[str, str]) -> None:
        self._path, self._format, self._name = path, forced, file_name(str(path))
        self._names = FieldNames(self._name, fields)
        self._file = path.open("rb")
        self._place = 0
        self._lines = 0
        """Those read, also of the files that had the path before: ids that are made of numbers stay unlike."""
        self._passing_over = False
        """Whether the place lies inside a line that is too long."""

    def more(self) -> Iterator[Record]:
        """The records of the whole lines that are new."""
        yield from self._new_lines()
        if self._begins_anew():
            yield from self._new_lines()

    def _new_lines(self) -> Iterator[Record]:
        while block := self._block():
            whole = block[: block.rfind(b"\n") + 1]
            if self._passing_over:
                whole = block[: block.find(b"\n") + 1]
                self._passing_over = not whole
            elif whole:
                yield from read_lines(Lines(BytesIO(whole), self._lines), self._name, self._format, self._names)
            elif len(block) > LONGEST_RECORD:
                reason = f"is longer than the {LONGEST_RECORD} bytes that are read at most"
                yield Rejection(file=self._name, number=self._lines + 1, reason=reason)
                self._passing_over = True
            else:
                return
            self._place += len(whole or block)
            self._lines += whole.count(b"\n")

    def _block(self) -> bytes:
        if self._file.closed:
            return b""
        self._file.seek(self._place)
        return self._file.read(LONGEST_RECORD + 1)

    def _begins_anew(self) -> bool:
        """Whether there is a file to be read from its beginning: in the place of the one before, or that one cut."""
        try:
            file = self._path.open("rb")
        except OSError as error:
            if not self._file.closed:
                LOGGER.warning("%s: is let go: %s; a new one there will be read", self._name, error.strerror)
                self._file.close()
            return False
        there = os.fstat(file.fileno())
        if self._file.closed or not os.path.samestat(there, os.fstat(self._file.fileno())):
            change = "is a new file"
        elif there.st_size < self._place:
            change = f"has {there.st_size} bytes, of which {self._place} were read before"
        else:
            file.close()
            return False
        LOGGER.warning("%s: %s; it is read from its beginning, as line %d", self._name, change, self._lines + 1)
        self._file.close()
        self._file = file
        self._place, self._passing_over = 0, False
        return True
