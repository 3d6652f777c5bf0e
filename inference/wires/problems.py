"""What stops a file or an item from being read, and the limits that everything is held to."""

LONGEST_RECORD = 16 * 1024 * 1024
"""Bytes of a line, a field, or a file of a format that is read whole; what is longer is refused."""

SHOWN = 80
"""Characters of a value that are repeated in a message."""


class UnreadableError(Exception):
    """Why an item, or a whole file, gives no wire. It never leaves the readers: it becomes a `Rejection`."""


def shown(value: object) -> str:
    """A value for a message: quoted, in ASCII where it may not be printable, and not too long."""
    text = repr(value) if isinstance(value, str) else f"{type(value).__name__} {value!r}"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
