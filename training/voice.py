"""How well a model tells reported speech from the outlet's own voice, where it was not trained on the voice."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from wirestance import StanceClassifier
from wirestance.inference.prediction import REPORTED
from wirestance.inference.speaker import read_speaker
from wirestance.training.corpus import SEEDS, Statement, load_statements
from wirestance.training.evaluate import kin
from wirestance.training.metrics import Figure, bootstrap
from wirestance.training.tables import table

HELD_OUT = SEEDS / "voice.jsonl"
"""Statements with a careful annotation of the voice; in the corpus their groups have none."""


@dataclass(frozen=True)
class VoiceFigures:
    """Figures of the voice."""

    statements: int
    accuracy: Figure
    majority: float
    """Accuracy of always giving the commoner voice."""
    speaker_given: float
    """Share of the statements with an annotated speaker for which one is shown: read off, and called reported."""
    speaker_right: float
    """Share of all speakers shown that are the annotated one, or a part or an extension of it."""


def evaluate_voice(classifier: StanceClassifier, statements: Sequence[Statement] | None = None) -> VoiceFigures:
    """The figures on annotated statements, by default on the held-out ones."""
    statements = load_statements(HELD_OUT) if statements is None else statements
    found = classifier.answer([statement.text for statement in statements], threshold=0)
    right = np.array([prediction.voice == one.voice for prediction, one in zip(found, statements, strict=True)])
    reported = float(np.mean([statement.voice == REPORTED for statement in statements]))
    shown = [
        (one.speaker, read)
        for prediction, one in zip(found, statements, strict=True)
        if prediction.voice == REPORTED and (read := read_speaker(one.text))
    ]
    return VoiceFigures(
        statements=len(statements),
        accuracy=bootstrap(len(statements), lambda chosen: float(right[chosen].mean()), families=kin(statements)),
        majority=max(reported, 1 - reported),
        speaker_given=sum(bool(truth) for truth, _ in shown) / sum(bool(one.speaker) for one in statements),
        speaker_right=sum(_same(truth, read) for truth, read in shown) / len(shown) if shown else nan,
    )


def _same(truth: str | None, read: str) -> bool:
    return truth is not None and (truth.lower() in read.lower() or read.lower() in truth.lower())


def print_voice(found: VoiceFigures) -> None:
    """The figures as a table."""
    table(
        f"voice: {found.statements} statements",
        ["figure", "value [95 % interval]"],
        [
            ("accuracy of own or reported", found.accuracy),
            ("accuracy of the commoner voice", found.majority),
            ("speakers shown, of those annotated", found.speaker_given),
            ("right, of all speakers shown", found.speaker_right),
        ],
    )
