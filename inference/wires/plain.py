"""Plain text: one file is one wire."""

from collections.abc import Iterator
from typing import IO

from wirestance.inference.wires.build import build
from wirestance.inference.wires.files import read_whole
from wirestance.inference.wires.record import Record
from wirestance.inference.wires.text import decode


def read_text(file: IO[bytes], name: str) -> Iterator[Record]:
    """The record of a text; its id is the file's name.

    Raises:
        UnreadableError: it is too long, or in an encoding that is not allowed.
    """
    yield build(name, 1, {"id": name, "text": decode(read_whole(file))})
