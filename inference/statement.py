"""What counts as a statement that can be read at all."""

import re
from unicodedata import normalize

from wirestance.model.errors import InputError
from wirestance.model.mirror import Mirror, Oriented

LONGEST = 20_000
"""Characters of a statement that are looked at; far more than any model reads."""

ENGLISH = frozenset({
    "the", "of", "to", "and", "for", "that", "with", "by", "from", "were", "are", "have", "has", "been",
    "its", "their", "said", "says", "will", "would", "which", "who", "after", "over", "into", "not",
})  # fmt: skip
"""Words without which hardly an English sentence gets by; other languages do not have them."""

FOREIGN = frozenset({
    "le", "la", "les", "des", "du", "une", "est", "dans", "sur", "pour", "qui", "que", "au", "aux", "avec", "ses", "et",
    "der", "das", "und", "ist", "mit", "den", "dem", "ein", "eine", "nicht", "auf", "für", "zu", "im",
    "el", "los", "las", "del", "una", "con", "por", "su", "se", "en", "il", "della", "di", "che", "gli", "nel",
    "os", "da", "ao", "com", "em", "ve", "bir", "ile", "için", "və", "ilə", "üçün", "het", "een", "zijn",
    "och", "att", "är", "som", "på", "na", "się",
})  # fmt: skip
"""Words of that kind in French, German, Spanish, Italian, Portuguese, Turkish, Azerbaijani, Dutch, Swedish and Polish,
but not those that surnames begin with (van, von)."""

FOREIGN_WORDS = 2
"""Different ones of these from which a text without any of the English words is not English; one may be a name's."""

FOREIGN_PIECES = 2.1
"""Word pieces a word from which a text without any of the English words is not English: its words fall to pieces.

Of the project's English statements six in ten thousand are beyond it (surnames and names of places)."""

FEWEST_WORDS = 4
"""Shorter texts are headlines or names as often as they are foreign."""

UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
"""Soft hyphens, joiners and other zero-width characters, marks of direction and of variants. The tokenizer drops them,
and so joins what they stand between; a reader, too, sees one word."""

UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff\U000f0000-\U0010ffff]")
"""Controls, characters of private use, and marks of a lost one. The tokenizer drops them, too, but they mostly are what
a wrong encoding has left of an apostrophe, a dash or a quotation mark: words end there."""


def check_statement(text: object) -> str:
    """The statement without surrounding white space.

    Raises:
        InputError: not a string, not valid Unicode, with a NUL in it, or with nothing in it to read.
    """
    if not isinstance(text, str):
        raise InputError(f"a statement is a string, not {type(text).__name__} {text!r:.40}")
    text = text.strip()
    if not text:
        raise InputError("the statement is empty")
    head = text[:LONGEST]
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the statement is not valid Unicode at character {error.start}: {head!r:.40}") from None
    if (nul := text.find("\0")) >= 0:
        raise InputError(f"the statement has a NUL at character {nul}; only text is allowed: {head!r:.40}")
    if not any(character.isalpha() for character in head):
        raise InputError(f"the statement has no words: {head!r:.40}")
    return text


def oriented(text: str, mirror: Mirror) -> Oriented:
    """A statement as it is read: its beginning, in words that the names are found in, its sides turned."""
    return mirror.orient(in_words(text[:LONGEST]))


def in_words(text: str) -> str:
    """A text in the words that a reader sees: one blank between them, nothing unseen in them, letters composed (NFC).

    A name that the tokenizer puts together, or takes apart, and the mirror does not would be read as no side's.
    """
    if not (text.isascii() and text.isprintable()):  # most are, and this takes twice the time of the rest
        text = UNREADABLE.sub(" ", UNSEEN.sub("", text))
    return normalize("NFC", " ".join(text.split()))


def is_latin(text: str) -> bool:
    """Whether at least half of a text's letters are Latin ones."""
    if text.isascii():
        return True
    letters = [character for character in text[:LONGEST] if character.isalpha()]
    latin = sum(character < "\u0250" or "\u1e00" <= character < "\u1f00" for character in letters)
    return latin * 2 >= len(letters)


def reads_as_english(text: str, pieces: int, *, truncated: bool) -> bool:
    """Whether a text in Latin script may be English.

    Args:
        text: the text as the network reads it.
        pieces: how many word pieces the tokenizer makes of what is read of it.
        truncated: whether only its beginning is read.
    """
    words = re.findall(r"[^\W_]+", text)
    read = {word.lower() for word in (words[: pieces // 2] if truncated else words)}
    if not ENGLISH.isdisjoint(read):
        return True
    if truncated or len(read & FOREIGN) >= FOREIGN_WORDS:  # no English text goes on for long without such a word
        return False
    return len(words) < FEWEST_WORDS or pieces <= FOREIGN_PIECES * len(words)
