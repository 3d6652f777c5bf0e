"""Bytes to text, and text to the one shape in which a wire holds it."""

import math
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping

from wirestance.inference.statement import UNSEEN
from wirestance.inference.wires.problems import LONGEST_RECORD, UnreadableError, shown

LINE_END = re.compile(r"\r\n|[\r\x85\u2028]")
PARAGRAPH_END = re.compile(r"[ ]*\n[ ]*(?:\n[ ]*)+")
BLANKS = re.compile(r"[^\S\n]+")
SURROGATE = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 where a byte-order mark says so.

    Raises:
        UnreadableError: it is neither.
    """
    encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
    start = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    try:
        return data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        position = start + error.start
        raise UnreadableError(not_in_encoding(encoding, data[position], position)) from None


def not_in_encoding(encoding: str, byte: int, position: int) -> str:
    """The message about a byte that is wrong in its encoding."""
    return (
        f"is not {encoding.upper()}: byte 0x{byte:02x} at position {position} "
        "(allowed are UTF-8, and UTF-16 with a byte-order mark)"
    )


def normalise(text: str) -> str:
    r"""A text with `\n` for every line end, one blank line between paragraphs, and single blanks in a line.

    Line breaks inside a paragraph stay.
    """
    text = LINE_END.sub("\n", UNSEEN.sub("", text)).replace("\u2029", "\n\n")
    text = BLANKS.sub(" ", text)
    text = PARAGRAPH_END.sub("\n\n", text)
    return re.sub(r" ?\n ?", "\n", text).strip()


def check_characters(text: str, field: str) -> str:
    """The text as it is, if it may be read.

    Raises:
        UnreadableError: it is too long, or has a NUL or half of a surrogate pair in it.
    """
    if len(text) > LONGEST_RECORD:
        raise UnreadableError(f"{field} has {len(text)} characters; at most {LONGEST_RECORD} are read")
    if (nul := text.find("\0")) >= 0:
        raise UnreadableError(f"{field} has a NUL at character {nul}; only text is allowed")
    if found := SURROGATE.search(text):
        character = f"U+{ord(found[0]):04X}"
        raise UnreadableError(f"{field} is not valid Unicode: half a surrogate pair, {character}, at {found.start()}")
    return text


def present(value: object) -> object:
    """The value, or None for the NaN that pandas writes where there is none."""
    return None if isinstance(value, float) and math.isnan(value) else value


def is_blank(value: object) -> bool:
    """Whether nothing is there, or nothing but white space."""
    return present(value) is None or (isinstance(value, str) and not value.strip())


def body(value: object) -> str:
    """The normalised text of a wire.

    Raises:
        UnreadableError: it is not a string, is empty, has no letter in it, or cannot be read.
    """
    if present(value) is None:
        raise UnreadableError("the text is null; a string is needed")
    if not isinstance(value, str):
        raise UnreadableError(f"the text is not a string but {shown(value)}")
    text = normalise(check_characters(value, "the text"))
    if not text:
        raise UnreadableError("the text is empty")
    if not any(character.isalpha() for character in text):
        raise UnreadableError(f"the text has no letter in it: {shown(text)}")
    return text


def line(value: object, field: str) -> str | None:
    """A title, an identifier or a name as one line; None for an empty one.

    A number is written out, and of an object its `name` or `title` is taken, as news interfaces give a source.

    Raises:
        UnreadableError: it is of another type, or cannot be read.
    """
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("title")
    if present(value) is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnreadableError(f"the {field} is {shown(value)}; a string or a number is allowed")
    if isinstance(value, int) and abs(value) > 10**30:
        raise UnreadableError(f"the {field} is a number of more than thirty digits; give it as a string")
    return " ".join(normalise(check_characters(str(value), f"the {field}")).split()) or None
