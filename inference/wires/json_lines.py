"""JSON: an object a line, one object, or an array of them; each a record with any field names, or an item in ninjs."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import IO

from wirestance.inference.wires.build import build
from wirestance.inference.wires.fields import FieldNames
from wirestance.inference.wires.files import Lines, as_utf8, read_whole
from wirestance.inference.wires.markup import unmarked
from wirestance.inference.wires.ninjs import is_ninjs, ninjs_values
from wirestance.inference.wires.problems import LONGEST_RECORD, UnreadableError, shown
from wirestance.inference.wires.record import Record, Rejection
from wirestance.inference.wires.text import decode, is_blank

LISTS = frozenset({"articles", "data", "entries", "items", "posts", "results"})
"""Names, in small letters, under which an answer or a feed holds its items."""


def read_json(file: IO[bytes], name: str, forced: str | None, fields: Mapping[str, str]) -> Iterator[Record]:
    """The records of a JSON file of any shape.

    Args:
        file: open at its beginning.
        name: of the file, for the records.
        forced: `jsonl` reads lines, and takes none for ninjs; `ninjs` takes every object for it; None looks at each.
        fields: our names with those of the file.

    Raises:
        UnreadableError: it is one document, and a broken one.
    """
    names = FieldNames(name, fields)
    with as_utf8(file) as text:
        if forced == "jsonl" or _is_lines(text):
            yield from read_lines(Lines(text), name, forced, names)
        else:
            for number, value in _document(text):
                yield _record(name, number, value, forced, names)


def read_lines(lines: Lines, name: str, forced: str | None, names: FieldNames) -> Iterator[Record]:
    """The records of JSON texts of one line each; blank lines are passed over.

    Args:
        lines: of the file, in UTF-8.
        name: of the file, for the records.
        forced: as in `read_json`.
        names: of the file's fields.
    """
    while True:
        lines.begin()
        try:
            raw = next(lines, None)
            if raw is None:
                return
            if raw.strip():
                yield _record(name, lines.number, _parse(raw), forced, names)
        except UnreadableError as error:
            yield Rejection(file=name, number=lines.number, reason=str(error))


def _record(name: str, number: int, value: object, forced: str | None, names: FieldNames) -> Record:
    try:
        return build(name, number, _values(value, forced, names))
    except UnreadableError as error:
        return Rejection(file=name, number=number, reason=str(error))


def _values(value: object, forced: str | None, names: FieldNames) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UnreadableError(f"is not a JSON object but {shown(value)}")
    if forced == "ninjs" or (forced is None and is_ninjs(value)):
        return ninjs_values(value)
    if not names.have_body(name for name, held in value.items() if not is_blank(held)):
        _check_is_item(value)
    return unmarked(names.values(value))


def _check_is_item(value: Mapping[str, object]) -> None:
    """Refuse an object without a text of its own that is a feed or an answer around its items, or an error message."""
    for name, held in value.items():
        if name.lower() in LISTS and isinstance(held, list) and all(isinstance(item, dict) for item in held):
            raise UnreadableError(
                f"is not a wire but holds a list of them, {shown(name)}; give each of those as an object of its own, "
                "or name the field of the text to have this one read"
            )
    if value.get("status") == "error":
        raise UnreadableError(
            "is not a wire but an error message, by its status 'error'; name the field of the text to have it read"
        )


def _is_lines(file: IO[bytes]) -> bool:
    """Whether each line is a JSON text of its own; the file is left where it was.

    An array is one document; so is an object whose first line is neither whole nor followed by the next object. A
    first line that is longer than a document may be costs only itself.
    """
    place = file.tell()
    filled = filter(None, map(bytes.strip, iter(partial(file.readline, LONGEST_RECORD + 1), b"")))
    first, second = next(filled, b""), next(filled, b"")
    file.seek(place)
    if not first.startswith(b"{"):
        return not first.startswith(b"[")
    return first.endswith(b"}") or second.startswith(b"{") or len(first) > LONGEST_RECORD


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
