"""Open files: read whole or line by line, never more at once than a record may have."""

import codecs
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, BinaryIO

from wirestance.inference.wires.problems import LONGEST_RECORD, UnreadableError
from wirestance.inference.wires.text import not_in_encoding

BLOCK = 64 * 1024
"""Bytes read at once of what is passed over or copied."""


@contextmanager
def seekable(file: BinaryIO) -> Iterator[IO[bytes]]:
    """The file, or a temporary copy of a pipe: its format is recognised before it is read."""
    if file.seekable():
        yield file
        return
    with SpooledTemporaryFile(max_size=LONGEST_RECORD) as copy:
        shutil.copyfileobj(file, copy, BLOCK)
        copy.seek(0)
        yield copy


def read_whole(file: IO[bytes]) -> bytes:
    """All of a file.

    Raises:
        UnreadableError: it is too long.
    """
    data = file.read(LONGEST_RECORD + 1)
    if len(data) > LONGEST_RECORD:
        raise UnreadableError(f"has {file.seek(0, 2)} bytes; of this format at most {LONGEST_RECORD} are read")
    return data


@contextmanager
def as_utf8(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The file from behind its byte-order mark, rewritten where that says UTF-16.

    Raises:
        UnreadableError: it says UTF-16 and the file is not.
    """
    start = file.read(3)
    if not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        file.seek(len(codecs.BOM_UTF8) if start == codecs.BOM_UTF8 else 0)
        yield file
        return
    file.seek(0)
    decoder, place = codecs.getincrementaldecoder("utf-16")(), 0
    with TemporaryFile() as rewritten:
        while block := file.read(BLOCK):
            rewritten.write(_decoded(decoder, block, place).encode())
            place += len(block)
        rewritten.write(_decoded(decoder, b"", place, final=True).encode())
        rewritten.seek(0)
        yield rewritten


def _decoded(decoder: codecs.IncrementalDecoder, block: bytes, place: int, *, final: bool = False) -> str:
    waiting = len(decoder.getstate()[0])
    try:
        return decoder.decode(block, final)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise UnreadableError(not_in_encoding("utf-16", byte, place - waiting + error.start)) from None


class Lines:
    """The lines of a file with their numbers. One that is too long is refused and passed over, and reading goes on."""

    def __init__(self, file: IO[bytes], before: int = 0) -> None:
        """Begin at the file's position, behind some lines."""
        self._file = file
        self._left = LONGEST_RECORD
        self.number = before
        """Of the line that was read last, from 1."""

    def begin(self) -> None:
        """Begin a record: all its lines together may be as long as one."""
        self._left = LONGEST_RECORD

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> bytes:
        """The next line.

        Raises:
            UnreadableError: it is too long, or the record is.
        """
        line = self._file.readline(LONGEST_RECORD + 1)
        if not line:
            raise StopIteration
        self.number += 1
        size = len(line)
        if size > LONGEST_RECORD and not line.endswith(b"\n"):
            while rest := self._file.readline(BLOCK):
                size += len(rest)
                if rest.endswith(b"\n"):
                    break
        self._left -= size
        if self._left < 0:
            size = LONGEST_RECORD - self._left
            raise UnreadableError(f"has {size} bytes up to line {self.number}; at most {LONGEST_RECORD} are read")
        return line
