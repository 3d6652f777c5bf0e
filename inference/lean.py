"""The lean of a source, a day, a wire: to which side its statements come down, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple

import numpy as np

from wirestance.inference.prediction import OWN
from wirestance.inference.scoring import COLUMNS, Scored
from wirestance.model.errors import InputError
from wirestance.model.labels import LABELS

RESAMPLES = 2000
DRAWN_AT_ONCE = 1_000_000
"""Wires drawn at once while resampling, which bounds its memory."""

CONFIDENCE = 0.95
DATE_PARTS = {"day": len("2020-10-27"), "month": len("2020-10")}
"""Parts of an ISO date that wires can be grouped by, and their lengths."""

UNKNOWN = "unknown"
"""The group of statements that have nothing in the field."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number of statements amounts to."""

    wires: int
    """Wires that have such statements."""
    statements: int
    """Statements that the model could read."""
    answered: int
    counts: dict[str, int]
    """Statements of each label among the answered ones."""
    lean: float | None
    """The mean of p(pro-azerbaijan) − p(pro-armenia) over the statements, in [−1, 1]; None if there are none.

    A partisan statement that names neither side counts with 0.
    """
    low: float | None
    """The 95 % interval, by resampling whole wires; too short of few wires, and None with fewer than two."""
    high: float | None

    @property
    def coverage(self) -> float | None:
        """The share of statements that got a label."""
        return self.answered / self.statements if self.statements else None

    @property
    def shares(self) -> dict[str, float]:
        """The share of each label among the answered statements; empty if none was answered."""
        return {label: count / self.answered for label, count in self.counts.items()} if self.answered else {}


@dataclass(frozen=True, slots=True)
class Lean:
    """The lean of one group of wires."""

    key: str
    wires: int
    """Different wires."""
    copies: int
    """Further wires with the text of one of them, or the same wire again; they are not counted in anything else."""
    everything: Measure
    own: Measure
    """Of the statements in the outlet's own voice alone: what it asserts, without what it quotes."""


class Answer(NamedTuple):
    """What is counted of a statement."""

    lean: float
    label: str | None
    voice: str
    read: bool

    @classmethod
    def of(cls, statement: Scored) -> "Answer":
        """The answer of a row; all statements share one string for a label."""
        label = None if statement.label is None else intern(statement.label)
        return cls(statement.lean, label, intern(statement.voice), statement.read)

    @property
    def strength(self) -> tuple[float, float, str, str, bool]:
        """For sorting by how far the answer leans, to whatever side."""
        return (abs(self.lean), self.lean, self.label or "", self.voice, self.read)


@dataclass(slots=True)
class Tally:
    """Sums over the statements of one wire."""

    statements: int = 0
    answered: int = 0
    lean: float = 0.0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LABELS, 0))

    @property
    def mean(self) -> float | None:
        """The lean; None of no statements."""
        return self.lean / self.statements if self.statements else None

    def add(self, scored: Scored | Answer) -> None:
        """Count a statement, unless the model could not read it."""
        if scored.read:
            self.statements += 1
            self.lean += scored.lean
            if scored.label is not None:
                self.answered += 1
                self.counts[scored.label] += 1


@dataclass(slots=True)
class Voices:
    """The sums of one wire: of everything that it carries, and of its own voice alone."""

    everything: Tally = field(default_factory=Tally)
    own: Tally = field(default_factory=Tally)

    def add(self, statement: Scored | Answer) -> None:
        """Count a statement of the wire."""
        self.everything.add(statement)
        if statement.voice == OWN:
            self.own.add(statement)


Place = tuple[str, str, int]
"""What tells a wire from all others, among those of its source or of its file, and where it stands."""


def place_of(statement: Scored) -> Place:
    """The place of a statement's wire."""
    return (f"{statement.source or statement.file}\0{statement.wire}", statement.file, statement.number)


@dataclass(slots=True)
class WireSums:
    """The statements of one wire at one place, each once, however often their rows come."""

    place: Place
    answers: dict[int, Answer] = field(default_factory=dict)
    """By where they start, in the title counted backwards from −1."""
    rows: int = 0

    @property
    def copies(self) -> int:
        """How often the wire is there again, as where two outputs have it."""
        return (self.rows - 1) // len(self.answers)

    @property
    def voices(self) -> Voices:
        """The sums, which do not hang on the order of the rows."""
        sums = Voices()
        for _, answer in sorted(self.answers.items()):
            sums.add(answer)
        return sums

    def add(self, statement: Scored) -> bool:
        """Put a statement to the wire, and tell whether it is new; of its answers, the one that leans less stays."""
        self.rows += 1
        start, answer = ~statement.start if statement.part == "title" else statement.start, Answer.of(statement)
        earlier = self.answers.get(start)
        self.answers[start] = answer if earlier is None else min(earlier, answer, key=lambda one: one.strength)
        return earlier is None


@dataclass(slots=True)
class Group:
    """Wires that have something in common; of those with one text the first by name counts, the others are copies."""

    texts: dict[str, WireSums] = field(default_factory=dict)
    copies: dict[tuple[str, Place], WireSums] = field(default_factory=dict)

    def add(self, digest: str, sums: WireSums) -> None:
        """Put a wire into the group, unless it is there."""
        counted = self.texts.setdefault(digest, sums)
        if counted is not sums:
            first, copy = sorted((counted, sums), key=lambda one: one.place)
            self.texts[digest] = first
            self.copies[digest, copy.place] = copy

    def lean(self, key: str, seed: int = 0) -> Lean:
        """The lean of the group under its name."""
        voices = [self.texts[digest].voices for digest in sorted(self.texts)]
        return Lean(
            key,
            wires=len(voices),
            copies=len(self.copies) + sum(one.copies for one in (*self.texts.values(), *self.copies.values())),
            everything=measure([one.everything for one in voices], seed),
            own=measure([one.own for one in voices], seed),
        )


def lean(scored: Iterable[Scored], by: str = "source", *, seed: int = 0) -> list[Lean]:
    """The lean of groups of scored statements, the groups in the order of their names.

    Of the wires of a group with the same text, one counts, whatever the order; the others are copies, a wire that
    stands in two files among them, or in two outputs: they are told as such, and left out of everything else. Of a
    statement that has another answer in another output, the one that leans less counts.

    Args:
        scored: statements, in any order.
        by: what a group has in common: a field of `Scored`, or the `day` or `month` of its date. Groups by `wire` are
            called "source: id", or "file: id" where there is no source: an id is one wire's among those of its source.
        seed: of the resampling.

    Raises:
        InputError: no such field.
    """
    if by not in (*COLUMNS, *DATE_PARTS):
        raise InputError(f"by is {by!r}; allowed are {', '.join(DATE_PARTS)} and the fields {', '.join(COLUMNS)}")
    wires: dict[tuple[str, str, Place], WireSums] = {}
    groups: dict[str, Group] = {}
    for statement in scored:
        key, place = _key(statement, by), place_of(statement)
        sums = wires.setdefault((key, statement.digest, place), WireSums(place))
        sums.add(statement)
        groups.setdefault(key, Group()).add(statement.digest, sums)
    return [group.lean(key, seed) for key, group in sorted(groups.items())]


def measure(tallies: Sequence[Tally], seed: int = 0) -> Measure:
    """The measure of wires, with its interval by the percentile bootstrap (Efron 1979) over the wires."""
    used = [tally for tally in tallies if tally.statements]
    statements = sum(tally.statements for tally in used)
    low, high = _interval(used, seed) if len(used) > 1 else (None, None)
    return Measure(
        len(used),
        statements,
        answered=sum(tally.answered for tally in used),
        counts={label: sum(tally.counts[label] for tally in used) for label in LABELS},
        lean=sum(tally.lean for tally in used) / statements if statements else None,
        low=low,
        high=high,
    )


def _interval(tallies: Sequence[Tally], seed: int) -> tuple[float, float]:
    sums = np.array([tally.lean for tally in tallies])
    numbers = np.array([tally.statements for tally in tallies])
    random = np.random.default_rng(seed)
    step = max(1, DRAWN_AT_ONCE // len(tallies))
    means: list[float] = []
    for start in range(0, RESAMPLES, step):
        drawn = random.integers(len(tallies), size=(min(step, RESAMPLES - start), len(tallies)))
        means.extend(sums[drawn].sum(axis=1) / numbers[drawn].sum(axis=1))
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _key(statement: Scored, by: str) -> str:
    if by == "wire":
        return f"{statement.source or statement.file}: {statement.wire}"
    value = (statement.date or "")[: DATE_PARTS[by]] if by in DATE_PARTS else getattr(statement, by)
    return UNKNOWN if value in (None, "") else str(value)
