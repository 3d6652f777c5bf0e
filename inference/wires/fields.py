"""Which field of a record is its text, its title and so on: given by the user, or guessed from its name."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.text import is_blank
from wirestance.model.errors import InputError

LOGGER = logging.getLogger("wirestance")

TOOK = ": took "
"""Between a file and what was guessed for it, where that is told."""

GUESSES = {
    "text": (
        "text", "body", "bodytext", "content", "contenttext", "contenthtml", "fulltext", "maintext", "articletext",
        "articlebody", "article", "statement", "storytext", "story", "wire", "message", "description", "summary",
    ),
    "title": ("title", "headline", "heading", "subject"),
    "source": (
        "source", "sourcename", "outlet", "agency", "publisher", "provider", "sitename", "feed", "sourcedomain",
        "domain",
    ),
    "date": (
        "date", "published", "publishedat", "publishedon", "publicationdate", "datepublished", "datepublish", "pubdate",
        "datetime",
        "timestamp", "time", "versioncreated", "created", "createdat",
    ),
    "language": ("language", "lang", "locale"),
    "url": ("url", "link", "permalink", "href", "sourceurl"),
    "id": ("id", "guid", "uri", "uuid", "identifier", "articleid", "key"),
}  # fmt: skip
"""For each of our names what others call it, the likeliest first, in small letters and digits alone."""

DOUBTFUL = frozenset({"message", "description", "summary"})
"""Names of texts that something else than a wire has too: a feed, an answer that tells of an error."""

MOST_SHOWN = 12
"""Names of fields that are repeated in a message."""


def check_fields(fields: Mapping[str, str]) -> None:
    """Raise InputError if a name of ours is unknown or theirs is no name."""
    for ours, theirs in fields.items():
        if ours not in GUESSES:
            raise InputError(f"the field {shown(ours)} is unknown; allowed are {', '.join(GUESSES)}")
        if not isinstance(theirs, str) or not theirs:
            raise InputError(f"the field {ours} is {shown(theirs)}; the name of a field in the file is needed")


def is_guess(name: str) -> bool:
    """Whether a field of this name would be taken for one of ours."""
    return any(_plain(name) in guesses for guesses in GUESSES.values())


def is_body(name: str) -> bool:
    """Whether a field of this name is taken for the text, and is no other text than a wire's."""
    return _plain(name) in GUESSES["text"] and _plain(name) not in DOUBTFUL


class FieldNames:
    """The names of a file's fields.

    Each guess that is one (`text` for the text is none) is told once a file, with the first record it is made for.
    """

    def __init__(self, file: str, given: Mapping[str, str]) -> None:
        """Take what is given for this file and guess the rest."""
        self._file, self._given = file, given
        self._told: set[tuple[str, str]] = set()

    def choose(self, names: Iterable[str], holds: Callable[[str], bool] = lambda _: True) -> dict[str, str]:
        """Our names with theirs, of a record that has these fields.

        Args:
            names: of the fields.
            holds: whether the field of a name holds anything: of all that may be guessed, the likeliest that does is.

        Raises:
            UnreadableError: a given field is not there, or none can be the text.
        """
        there = list(names)
        for ours, theirs in self._given.items():
            if theirs not in there:
                raise UnreadableError(
                    f"has no field {shown(theirs)}, which was given for {ours}; there are {_list(there)}"
                )
        chosen = dict(self._given)
        for ours, guesses in GUESSES.items():
            guess = None if ours in chosen else self._guess(guesses, there, chosen.values(), holds)
            if guess is not None:
                chosen[ours] = guess
        if "text" not in chosen:
            raise UnreadableError(f"has no field that can be the text; there are {_list(there)}")
        for theirs in chosen.values():
            if there.count(theirs) > 1:
                raise UnreadableError(f"has the field {shown(theirs)} more than once; there are {_list(there)}")
        self._tell(chosen)
        return chosen

    def values(self, record: Mapping[str, object]) -> dict[str, object]:
        """The values of a record under our names.

        Raises:
            UnreadableError: as in `choose`.
        """
        chosen = self.choose(record, lambda name: not is_blank(record[name]))
        return {ours: record[theirs] for ours, theirs in chosen.items()}

    def have_body(self, names: Iterable[str]) -> bool:
        """Whether a record in which these fields are filled has surely a text, or its field was given."""
        return "text" in self._given or any(map(is_body, names))

    @staticmethod
    def _guess(
        guesses: Iterable[str], there: list[str], taken: Iterable[str], holds: Callable[[str], bool]
    ) -> str | None:
        free = {_plain(name): name for name in reversed(there) if name not in taken}
        found = [free[guess] for guess in guesses if guess in free]
        return next(filter(holds, found), found[0] if found else None)

    def _tell(self, chosen: Mapping[str, str]) -> None:
        guessed = {
            (ours, _plain(theirs)): theirs
            for ours, theirs in chosen.items()
            if ours not in self._given and ours != _plain(theirs)
        }
        if new := guessed.keys() - self._told:
            told = ", ".join(f"{place[0]} from {theirs!r}" for place, theirs in guessed.items() if place in new)
            LOGGER.info("%s%s%s", self._file, TOOK, told)
            self._told |= new


@lru_cache(maxsize=256)
def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _list(names: list[str]) -> str:
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return (", ".join(shown(name) for name in names[:MOST_SHOWN]) or "none") + more
