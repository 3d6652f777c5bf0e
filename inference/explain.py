"""Why: which words moved the label, found by leaving each of them out (occlusion; Zeiler and Fergus 2014)."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from wirestance.inference.prediction import Prediction
from wirestance.inference.statement import UNSEEN
from wirestance.model.errors import InputError

if TYPE_CHECKING:
    from wirestance.inference.classifier import StanceClassifier

WORD = re.compile(rf"\w+(?:(?:[’'.-]|{UNSEEN.pattern}+)\w+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a statement and what it does to the label."""

    text: str
    start: int
    """Its place in the statement, [start, end) in characters."""
    end: int
    weight: float
    """How much the probability of the label falls without the word; below 0 it speaks against the label."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A prediction and the words behind it, in their order."""

    text: str
    prediction: Prediction
    label: str
    """The label that is explained: the most probable one, whether or not it reaches the threshold."""
    words: tuple[Word, ...]


def explain(classifier: "StanceClassifier", text: str, threshold: float | None = None) -> Explanation:
    """Which words of a statement moved its label.

    Every word is left out in turn, all in one batch; its weight is the label's loss of probability. Of a statement
    that is longer than the model reads, only the words of its beginning are tried.

    Raises:
        InputError: as `StanceClassifier.predict`, and for a text that has no label at all.
    """
    prediction = classifier.predict(text, threshold=threshold)
    if not any(prediction.scores.values()):
        raise InputError(f"there is no label to explain: {prediction.problem}")
    label = max(prediction.scores, key=prediction.scores.__getitem__)
    spans = [match.span() for match in islice(WORD.finditer(text), classifier.stance.max_tokens)]
    read = text[: spans[-1][1]] if prediction.truncated else text
    without = classifier.answer([read[:start] + read[end:] for start, end in spans], threshold=0)
    words = tuple(
        Word(text[start:end], start, end, prediction.scores[label] - left.scores[label] if left.label else 0.0)
        for (start, end), left in zip(spans, without, strict=True)
    )
    return Explanation(text, prediction, label, words)
