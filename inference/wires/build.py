"""From the raw values of an item to its record, by the same checks in every format."""

from collections.abc import Mapping

from wirestance.inference.wires.dates import read_date
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.record import Record, Rejection, Wire, made_id
from wirestance.inference.wires.text import body, line, present


def build(file: str, number: int, values: Mapping[str, object]) -> Record:
    """The wire of an item, or why there is none.

    Args:
        file: where it was read.
        number: its line in the file, or its place among the file's items.
        values: raw values under the names of `Wire`; what is missing was not sent.
    """
    try:
        return Wire(
            language=_english(values.get("language")),
            text=body(values.get("text")),
            id=line(values.get("id"), "id") or made_id(file, number),
            title=line(values.get("title"), "title"),
            source=line(values.get("source"), "source"),
            date=read_date(present(values.get("date"))),
            url=line(values.get("url"), "url"),
            file=file,
            number=number,
        )
    except UnreadableError as error:
        return Rejection(file=file, number=number, reason=str(error))


def is_english(language: str) -> bool:
    """Whether a tag or name of a language is one of English."""
    tag = language.lower().replace("_", "-")
    return tag in {"en", "eng", "english"} or tag.startswith(("en-", "eng-"))


def _english(value: object) -> str | None:
    """The language, if it is English or not told.

    Raises:
        UnreadableError: it is another one.
    """
    language = line(value, "language")
    if language is None:
        return None
    if is_english(language):
        return language
    raise UnreadableError(f"the language is {shown(language)}; only English is read (en, en-GB, eng)")
