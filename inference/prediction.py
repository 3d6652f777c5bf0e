"""The answer to one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wirestance.model.labels import ARMENIA, AZERBAIJAN, LABELS

Voice = Literal["own", "reported"]
OWN: Voice = "own"
REPORTED: Voice = "reported"

BELOW_THRESHOLD = "below the threshold"
"""The problem of an answer that was withheld because no label was probable enough."""

NAMES_NEITHER = "names neither side"
"""The problem of a partisan answer that was withheld because nothing in the statement says whom it is about."""

NOT_ENGLISH = "not in English"
"""The problem of an answer that was withheld because the text does not read as English."""

NOT_LATIN = "not in Latin script"
"""The problem of a text that the model cannot read at all."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model makes of one statement."""

    label: str | None
    """One of `LABELS`, or None for "can't tell"; `problem` then says why."""
    score: float
    """The probability of the most probable label, calibrated."""
    scores: Mapping[str, float]
    """The probability of every label; all 0 where there was no statement to read."""
    reported: float = 0.0
    """The probability that the statement gives somebody's words; otherwise the outlet asserts it in its own voice. It
    is 0 where there was no statement to read, and says nothing there."""
    truncated: bool = False
    """The statement is longer than the model reads; only its beginning was judged."""
    problem: str | None = None
    """Why there is no label."""

    @property
    def withheld(self) -> bool:
        """There was a statement, but the answer is "can't tell"."""
        return self.problem in (BELOW_THRESHOLD, NAMES_NEITHER, NOT_ENGLISH, NOT_LATIN)

    @property
    def read(self) -> bool:
        """Whether the model could read the statement: not what is in another language or script."""
        return self.problem != NOT_ENGLISH and any(self.scores.values())

    @property
    def voice(self) -> Voice:
        """Whose voice the statement is more probably in; `own`, and of no meaning, where there was none to read."""
        return REPORTED if self.reported >= 0.5 else OWN

    @property
    def lean(self) -> float:
        """p(pro-azerbaijan) − p(pro-armenia), in [−1, 1].

        It is 0 where a partisan answer was withheld because neither side is named.
        """
        return lean_of(self.scores[AZERBAIJAN], self.scores[ARMENIA], self.problem)

    @classmethod
    def unread(cls, problem: str) -> "Prediction":
        """The answer where there was no statement to read."""
        return cls(None, 0.0, dict.fromkeys(LABELS, 0.0), problem=problem)


def lean_of(azerbaijan: float, armenia: float, problem: str | None) -> float:
    """What a statement leans to, by its two partisan probabilities and why it has no label, if it has none.

    One that names neither side is its own mirror image: what it leans to would be a lean of the model.
    """
    return 0.0 if problem == NAMES_NEITHER else azerbaijan - armenia
