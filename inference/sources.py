"""Where the command line's statements come from: arguments, files, standard input."""

import re
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, iterdecode
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

STDIN = "-"
LOOKS_LIKE_A_FILE = re.compile(r"\S*/\S*|\S+\.[A-Za-z]{2,5}")
"""An argument without white space that has a slash or a file's ending: no statement, but a file that is not there."""

LOOKS_LIKE_MARKUP = re.compile(rb"\s*(?:[<{]|\[\s*(?:[]\[{\"\d-]|$))")
"""The beginning of a feed, a page or JSON. A line of text may begin with a word in brackets: `[Updated] Talks …`."""

UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
"""How a file in UTF-16 begins, as Windows' Notepad and PowerShell write it."""

LONGEST_NAME = 200
"""Characters of a file's name that are repeated in a message."""


class Sourced(NamedTuple):
    """A statement and its place, for messages."""

    text: str | None
    """None where the bytes could not be read; `problem` then says why."""
    place: str
    problem: str = ""


def read_sources(sources: Iterable[str]) -> Iterator[Sourced]:
    """The statements of the arguments: each a text, a file of one statement a line, or `-` for standard input."""
    for number, source in enumerate(sources, 1):
        if source == STDIN:
            if sys.stdin is None:
                yield Sourced(None, "standard input", "is closed")
            else:
                yield from read_lines(sys.stdin.buffer, "standard input")
        elif not source.strip():
            yield Sourced(source, f"argument {number}")
        elif is_there(source):
            yield from _read_file(source)
        elif LOOKS_LIKE_A_FILE.fullmatch(source):
            yield Sourced(None, source[:LONGEST_NAME], "no such file (a statement has several words)")
        else:
            yield Sourced(source, f"argument {number}")


def is_there(source: str) -> bool:
    """Whether there is a file or directory of this name."""
    try:
        return Path(source).exists()
    except (OSError, ValueError):  # too long for a file's name, or with a NUL in it: a text
        return False


def _read_file(source: str) -> Iterator[Sourced]:
    try:
        with Path(source).open("rb") as file:
            if LOOKS_LIKE_MARKUP.match(b"".join(_lines_in_utf_8([file.peek()]))):
                yield Sourced(None, source, "is no plain text; `wirestance score` reads feeds, HTML and JSON")
            else:
                yield from read_lines(file, source)
    except OSError as error:
        yield Sourced(None, source, f"cannot be read: {error.strerror}")


def read_lines(file: BinaryIO, name: str) -> Iterator[Sourced]:
    """One statement a line, blank lines left out; UTF-8, or UTF-16 where a byte-order mark says so.

    A line that is not UTF-8 comes with its problem; a file without any statement is a problem of its own.
    """
    empty = True
    for number, line in enumerate(_lines_in_utf_8(file), 1):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            yield Sourced(None, f"{name}:{number}", f"not UTF-8: byte 0x{byte:02x} at position {error.start}")
            empty = False
            continue
        if text.strip():
            yield Sourced(text, f"{name}:{number}")
            empty = False
    if empty:
        yield Sourced(None, name, "holds no statement")


def _lines_in_utf_8(raw: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file from behind its byte-order mark, as they come: a pipe need not have ended.

    What is wrong in UTF-16 becomes the mark of a lost character.
    """
    lines = iter(raw)
    first = next(lines, b"")
    if not first.startswith(UTF_16):
        yield first.removeprefix(BOM_UTF8)
        yield from lines
        return
    rest = ""
    for piece in iterdecode(chain([first], lines), "utf-16", errors="replace"):
        *whole, rest = (rest + piece).split("\n")
        yield from map(str.encode, whole)
    yield rest.encode()
