"""The record that every format is read into, and what is told of one that cannot be read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One news item as an agency or outlet sent it."""

    id: str
    """The sender's identifier; where it gives none, the file and the item's number in it."""
    text: str
    """The body, without markup; paragraphs are parted by blank lines. Never empty."""
    title: str | None = None
    source: str | None = None
    """Agency or outlet."""
    date: datetime | None = None
    """When it was published; naive where the sender names no time zone."""
    language: str | None = None
    """A language tag such as `en` or `en-GB`."""
    url: str | None = None
    file: str
    """Where it was read."""
    number: int
    """Its line in the file, or its place among the file's items, from 1."""

    @property
    def has_made_id(self) -> bool:
        """The sender gave no identifier: it is made of the wire's place."""
        return self.id in (self.file, made_id(self.file, self.number))


def made_id(file: str, number: int) -> str:
    """The identifier of a wire whose sender gives none."""
    return f"{file}#{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A record that cannot be scored, and why."""

    file: str
    number: int
    """As in `Wire`; 0 for the whole file."""
    reason: str
    """Names the value and what is allowed."""

    def __str__(self) -> str:
        """The place and the reason, for messages."""
        return f"{self.file}:{self.number}: {self.reason}" if self.number else f"{self.file}: {self.reason}"


Record = Wire | Rejection
