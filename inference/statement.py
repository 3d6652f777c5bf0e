"""What counts as a statement that can be read at all."""

from wirestance.model.errors import InputError

LONGEST = 20_000
"""Characters of a statement that are looked at; far more than any model reads."""


def check_statement(text: object) -> str:
    """The statement without surrounding white space.

    Raises:
        InputError: not a string, not valid Unicode, or nothing in it to read.
    """
    if not isinstance(text, str):
        raise InputError(f"a statement is a string, not {type(text).__name__} {text!r:.40}")
    text = text.strip()
    if not text:
        raise InputError("the statement is empty")
    head = text[:LONGEST]
    if not any(character.isalpha() for character in head):
        raise InputError(f"the statement has no words: {head!r:.40}")
    try:
        head.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the statement is not valid Unicode at character {error.start}: {head!r:.40}") from None
    return text
