"""Wires as they arrive: new files in spool directories, new lines in growing files."""

import time
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from wirestance.inference.wires.json_lines import read_json
from wirestance.inference.wires.problems import LONGEST_RECORD
from wirestance.inference.wires.read import file_name, files_below, read_records
from wirestance.inference.wires.record import Record, Rejection
from wirestance.model.errors import InputError

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

    Args:
        paths: directories, in which every file is read once, and files of JSON lines, whose whole lines are read as
            they come.
        format: as in `read_records`, of the files in directories.
        fields: as there.

    Raises:
        InputError: a path is neither a directory nor a file, or as in `read_records`.
    """
    for path in paths:
        if not Path(path).exists():
            raise InputError(f"{path}: cannot be followed; a directory or a file of JSON lines can, once it is there")
    read: set[Path] = set()
    growing = [_Growing(Path(path)) for path in paths if not Path(path).is_dir()]
    while True:
        for path in paths:
            if Path(path).is_dir():
                for file in sorted(set(files_below(Path(path))) - read):
                    if _is_settled(file):
                        read.add(file)
                        yield from read_records(file, format=format, fields=fields)
        for grown in growing:
            yield from grown.more(fields or {})
        yield None
        time.sleep(POLL)


def _is_settled(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime >= SETTLED
    except FileNotFoundError:  # taken away since it was listed
        return False


class _Growing:
    """A file of JSON lines, and how far it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = self._lines = 0
        self._passing_over = False
        """Whether the place lies inside a line that is too long."""

    def more(self, fields: Mapping[str, str]) -> Iterator[Record]:
        """The records of the whole lines that are new."""
        name = file_name(str(self._path))
        while block := self._block():
            whole = block[: block.rfind(b"\n") + 1]
            if self._passing_over:
                whole = block[: block.find(b"\n") + 1]
                self._passing_over = not whole
            elif whole:
                yield from read_json(BytesIO(whole), name, "jsonl", fields, before=self._lines)
            elif len(block) > LONGEST_RECORD:
                reason = f"is longer than the {LONGEST_RECORD} bytes that are read at most"
                yield Rejection(file=name, number=self._lines + 1, reason=reason)
                self._passing_over = True
            else:
                return
            self._place += len(whole or block)
            self._lines += whole.count(b"\n")

    def _block(self) -> bytes:
        with self._path.open("rb") as file:
            file.seek(self._place)
            return file.read(LONGEST_RECORD + 1)
