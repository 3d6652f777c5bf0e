"""Error analysis: where a classifier is wrong, by the traits of the statements."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from wirestance import StanceClassifier
from wirestance.training.corpus import Statement
from wirestance.training.tables import table

FEWEST = 20
"""Statements of a kind below which its error rate says nothing."""

LENGTHS = (12, 20, 30, 45)
"""Words up to which a statement belongs to a class of length."""

PERIODS = (
    (1987, "before 1988"),
    (1994, "1988–1994"),
    (2019, "1995–2019"),
    (2020, "2020"),
    (2022, "2021–2022"),
    (9999, "2023 on"),
)

THEMED = re.compile(r"[\w-]+-\d+")
"""The ids of `seeds/`: a theme and a number."""

TRAITS: dict[str, Callable[[Statement], object]] = {
    "label": lambda statement: statement.label,
    "voice": lambda statement: statement.voice,
    "rule": lambda statement: statement.rule,
    "words": lambda statement: _length(len(statement.text.split())),
    "period": lambda statement: statement.year and next(name for last, name in PERIODS if statement.year <= last),
    "register": lambda statement: statement.register,
    "theme": lambda statement: statement.id.rpartition("-")[0] if THEMED.fullmatch(statement.id) else None,
    "confidence": lambda statement: statement.confidence,
}


def print_errors(name: str, classifier: StanceClassifier, statements: Sequence[Statement]) -> None:
    """A table for each trait: how many statements of a kind, and the share that is wrong, the worst first."""
    answers = classifier.predict_batch([statement.text for statement in statements], threshold=0)
    wrong = [answer.label != statement.label for answer, statement in zip(answers, statements, strict=True)]
    for trait, value_of in TRAITS.items():
        kinds: dict[object, list[bool]] = defaultdict(list)
        for statement, failed in zip(statements, wrong, strict=True):
            kinds[value_of(statement)].append(failed)
        rows = [(kind, len(failed), sum(failed) / len(failed)) for kind, failed in kinds.items() if kind is not None]
        shown = sorted((row for row in rows if row[1] >= FEWEST), key=lambda row: -row[2])
        if shown:
            table(f"{name}: errors by {trait}", [trait, "statements", "wrong"], shown)


def _length(words: int) -> str:
    longest = next((limit for limit in LENGTHS if words <= limit), None)
    return f"up to {longest}" if longest else f"over {LENGTHS[-1]}"
