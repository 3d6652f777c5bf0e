"""One pass over scored statements: the sums of their wires by source, day and month, and the statements to be shown."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from wirestance.inference.lean import DATE_PARTS, UNKNOWN, Group, Lean, Place, WireSums, place_of
from wirestance.inference.report.words import read_day
from wirestance.inference.scoring import Scored
from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS

STRONGEST = 10
"""Statements of each side that are shown."""

UNTOLD = 15
"""Statements shown that the model could not tell."""

MOST_DAYS = 92
"""Days up to which the lean over time is told by day; beyond, by month."""

MOST_PROBLEMS = 20
"""Different problems that are counted apart."""


class Best:
    """The statements of most weight, one a text; of the same weight, those that came first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[tuple[float, int, str, Scored]] = []
        self._texts: set[str] = set()
        self._offered = 0

    def offer(self, weight: float, statement: Scored) -> None:
        """Keep the statement if it weighs enough."""
        self._offered += 1
        if len(self._heap) == self._most and weight <= self._heap[0][0]:
            return
        text = " ".join(statement.text.split()).casefold()
        entry = (weight, -self._offered, text, statement)
        if text in self._texts:
            place = next(place for place, kept in enumerate(self._heap) if kept[2] == text)
            if weight > self._heap[place][0]:
                self._heap[place] = entry
                heapq.heapify(self._heap)
            return
        self._texts.add(text)
        heapq.heappush(self._heap, entry)
        if len(self._heap) > self._most:
            self._texts.remove(heapq.heappop(self._heap)[2])

    def statements(self) -> list[Scored]:
        """Those kept, of most weight first."""
        return [entry[3] for entry in sorted(self._heap, key=lambda entry: entry[:2], reverse=True)]


class Gathered:
    """What the page tells of the statements; copies of a source's wires count as copies alone, as in `lean`.

    It holds the answers of every wire, and the texts of some statements alone. Of copies, the one that comes first is
    shown.
    """

    def __init__(self, scored: Iterable[Scored]) -> None:
        self.strongest = {AZERBAIJAN: Best(STRONGEST), ARMENIA: Best(STRONGEST)}
        self.untold = Best(UNTOLD)
        self.problems: Counter[str] = Counter()
        """Statements without a label by what was the matter."""
        self.unread = 0
        self.first: date | None = None
        self.last: date | None = None
        self._sums: dict[tuple[str, Place], tuple[WireSums, bool]] = {}
        """The sums of every wire, and whether its statements are shown."""
        self._groups: dict[str, dict[str, Group]] = {by: {} for by in ("source", *DATE_PARTS)}
        for statement in scored:
            self._add(statement)

    @property
    def empty(self) -> bool:
        """Whether there was no statement at all."""
        return not self._sums

    def by_source(self) -> list[Lean]:
        """The lean of every source, by name."""
        return self._leans("source")

    def by_date(self) -> tuple[str, list[Lean]]:
        """What the statements are grouped by, `day` or `month`, and the lean of each group in the order of time."""
        long = self.first and self.last and (self.last - self.first).days >= MOST_DAYS
        by = "month" if long else "day"
        return by, self._leans(by)

    def _leans(self, by: str) -> list[Lean]:
        return [group.lean(key) for key, group in sorted(self._groups[by].items())]

    def _add(self, statement: Scored) -> None:
        digest, place = statement.digest, place_of(statement)
        by_source = self._group("source", statement.source)
        if (digest, place) not in self._sums:
            self._sums[digest, place] = WireSums(place), digest not in by_source.texts
        sums, shown = self._sums[digest, place]
        is_new = sums.add(statement)
        by_source.add(digest, sums)
        for by, length in DATE_PARTS.items():
            self._group(by, (statement.date or "")[:length]).add(digest, sums)
        if day := read_day(statement.date):
            self.first = min(self.first or day, day)
            self.last = max(self.last or day, day)
        if shown and is_new:
            self._show(statement)

    def _group(self, by: str, key: str | None) -> Group:
        return self._groups[by].setdefault(key or UNKNOWN, Group())

    def _show(self, statement: Scored) -> None:
        if not statement.read:
            self.unread += 1
        if statement.label is None:
            problem = (statement.problem or "no reason given").partition(": ")[0]
            known = problem in self.problems or len(self.problems) < MOST_PROBLEMS
            self.problems[problem if known else "other"] += 1
            surest = max(probabilities(statement).values())
            self.untold.offer(-surest if statement.read else -2.0, statement)
        elif statement.label in self.strongest:
            self.strongest[statement.label].offer(probabilities(statement)[statement.label], statement)


def probabilities(statement: Scored) -> Mapping[str, float]:
    """A statement's probability of each label."""
    return dict(zip(LABELS, (statement.p_azerbaijan, statement.p_armenia, statement.p_neutral), strict=True))
