"""The mirror: the two sides of the conflict exchanged in a text, and the orientation that follows from it.

A classifier of partisanship should answer a statement and its mirror image with exchanged labels (codebook, rule 10).
`Mirror.orient` makes that hold exactly and at no cost: every text is turned so that the side it names first is
Azerbaijan's, read once, and the two partisan classes are exchanged back if it was turned. A statement and its mirror
image reach the encoder as the same string.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from wirestance.model.errors import ConfigError
from wirestance.model.labels import SIDES

MARK = r"\u0300-\u036f"
"""Combining marks. One behind a name makes another word of it: it may become one letter with the name's last ("Armenia"
with a macron is "Armeniā"), and not with its counterpart's."""

WORD = rf"\w+[{MARK}]*"

Row = Mapping[str, Sequence[str]]
"""One name: the spellings of each side, keyed by side, in step; the first is the one that the encoder reads."""


class Oriented(NamedTuple):
    """A text as the encoder reads it."""

    text: str
    turned: bool
    """The sides were exchanged, so the two partisan classes have to be exchanged back."""
    named: bool
    """A side is named at all."""


class _Name(NamedTuple):
    side: int
    counterpart: str
    reading: str


class Mirror:
    """Exchanges whole names, in the case in which they stand: as listed, UPPER or lower.

    Possessives and the parts of hyphenated compounds are exchanged with their name. The mirror is its own inverse:
    `mirror(mirror(text)) == text` for every text.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        """Build the mirror from the rows of `configs/conflict.yaml`.

        Raises:
            ConfigError: a row or a name that would break the mirror's promise; the message names it.
        """
        self.rows = tuple(dict(row) for row in rows)
        self._names: dict[str, _Name] = {}
        for row in self.rows:
            self._add(row)
        self._check_places(spelling for row in self.rows for side in SIDES for spelling in row[side])
        self._counterparts = {name: entry.counterpart for name, entry in self._names.items()}
        kept = {name: entry.reading for name, entry in self._names.items()}
        turned = {name: kept[entry.counterpart] for name, entry in self._names.items()}
        self._readings = kept, turned
        several = "|".join(re.escape(name) for name in self._names if not re.fullmatch(WORD, name))
        # A group, so that a split keeps the names and words themselves; what stands between them is in no table.
        self._pattern = re.compile(rf"((?<!\w)(?:{several or WORD})(?![\w{MARK}])|{WORD})")

    def _add(self, row: Row) -> None:
        first, second = (row[side] for side in SIDES)
        if isinstance(first, str) or isinstance(second, str):
            raise ConfigError(f"names {first!r} and {second!r}: a list of spellings is needed for each side")
        if not first or len(first) != len(second):
            raise ConfigError(
                f"names {list(first)} and {list(second)}: each side needs the same number of spellings, at least one"
            )
        for name in (*first, *second):
            if name in self._names:
                raise ConfigError(f"name {name!r} stands in the table twice")
        if len({*first, *second}) < len(first) + len(second):
            raise ConfigError(f"names {list(first)} and {list(second)}: a spelling stands there twice")
        for side, (own, other) in enumerate(((first, second), (second, first))):
            for name, counterpart in zip(own, other, strict=True):
                if name.isupper() != counterpart.isupper():
                    raise ConfigError(f"name {name!r}: an acronym answers to an acronym, not to {counterpart!r}")
                for case in (str, str.upper, str.lower):
                    entry = _Name(side, case(counterpart), case(own[0]))
                    if self._names.setdefault(case(name), entry) != entry:
                        raise ConfigError(f"name {name!r} stands in the table twice")

    def _check_places(self, spellings: Iterable[str]) -> None:
        """A word of a name of several words keeps its place in all of them, and none begins another.

        So no two matches can overlap, and the mirrored text falls apart into names as the text did.
        """
        several: set[tuple[str, ...]] = set()
        places: dict[str, tuple[int, bool]] = {}
        for name in spellings:
            words = re.findall(WORD, name)
            for place in enumerate(words):
                word, key = place[1].lower(), (place[0], len(words) > 1)
                if places.setdefault(word, key) != key:
                    raise ConfigError(f"name {name!r}: the word {word!r} stands at another place in another name")
            if len(words) > 1:
                several.add(tuple(word.lower() for word in words))
        for words_of in several:
            if any(words_of[:length] in several for length in range(2, len(words_of))):
                raise ConfigError(f"name {' '.join(words_of)!r} begins with another name")

    def __call__(self, text: str) -> str:
        """The text with the sides exchanged."""
        pieces = self._pattern.split(text)
        return "".join(map(self._counterparts.get, pieces, pieces))

    def orient(self, text: str) -> Oriented:
        """The text turned so that the first side it names is Azerbaijan's, every name in its first spelling.

        `orient(text)` and `orient(mirror(text))` hold the same text and differ in `turned`, whenever a name occurs.
        """
        pieces = self._pattern.split(text)
        first = next(filter(None, map(self._names.get, pieces)), None)
        if first is None:
            return Oriented(text, turned=False, named=False)
        turned = first.side != 0
        return Oriented("".join(map(self._readings[turned].get, pieces, pieces)), turned, named=True)
