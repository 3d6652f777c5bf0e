"""JSON: an object a line, one object, or an array of them; each a record with any field names, or an item in ninjs."""

import json
from collections.abc import Iterator, Mapping
from typing import IO

from wirestance.inference.wires.build import build
from wirestance.inference.wires.fields import FieldNames
from wirestance.inference.wires.files import Lines, as_utf8, read_whole
from wirestance.inference.wires.ninjs import is_ninjs, ninjs_values
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.record import Record, Rejection
from wirestance.inference.wires.text import decode

HEAD = 64 * 1024
"""Bytes by which lines are told from one document."""


def read_json(
    file: IO[bytes], name: str, forced: str | None, fields: Mapping[str, str], *, before: int = 0
) -> Iterator[Record]:
    """The records of a JSON file of any shape.

    Args:
        file: open at its beginning.
        name: of the file, for the records.
        forced: `ninjs` and `jsonl` take every object as one of that kind; None looks at each.
        fields: our names with those of the file.
        before: lines that came before, where a file is read as it grows.

    Raises:
        UnreadableError: it is one document, and a broken one.
    """
    names = FieldNames(name, fields)
    with as_utf8(file) as text:
        place = text.tell()
        head = text.read(HEAD)
        text.seek(place)
        for number, value in _lines(text, before) if _is_lines(head) else _document(text):
            try:
                if isinstance(value, UnreadableError):
                    raise value
                yield build(name, number, _values(value, forced, names))
            except UnreadableError as error:
                yield Rejection(file=name, number=number, reason=str(error))


def _values(value: object, forced: str | None, names: FieldNames) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UnreadableError(f"is not a JSON object but {shown(value)}")
    if forced == "ninjs" or (forced is None and is_ninjs(value)):
        return ninjs_values(value)
    return {ours: value[theirs] for ours, theirs in names.choose(value).items()}


def _is_lines(head: bytes) -> bool:
    """Whether each line is a JSON text of its own.

    An array is one document; so is an object whose first line is neither whole nor followed by the next object.
    """
    first, second = ([line.strip() for line in head.splitlines() if line.strip()] + [b"", b""])[:2]
    if first.startswith(b"["):
        return False
    return first.endswith(b"}") or second.startswith(b"{") or not first.startswith(b"{")


def _lines(file: IO[bytes], before: int) -> Iterator[tuple[int, object]]:
    lines = Lines(file, before)
    while True:
        lines.begin()
        try:
            raw = next(lines, None)
            if raw is None:
                return
            if raw.strip():
                yield lines.number, _parse(raw)
        except UnreadableError as error:
            yield lines.number, error


def _document(file: IO[bytes]) -> Iterator[tuple[int, object]]:
    value = _parse(read_whole(file))
    yield from enumerate(value if isinstance(value, list) else [value], 1)


def _parse(raw: bytes) -> object:
    try:
        return json.loads(decode(raw))
    except RecursionError:
        raise UnreadableError("is JSON nested too deeply to be read") from None
    except ValueError as error:
        raise UnreadableError(f"is not JSON: {error}") from None
