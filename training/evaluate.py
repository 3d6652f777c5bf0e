"""Evaluation: what a classifier's answers are worth, as records that go to a table, `metrics.json` and the card."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isnan
from typing import Any

import numpy as np

from wirestance import Prediction, StanceClassifier
from wirestance.inference.neutral_share import likeliest_share
from wirestance.model.errors import InputError
from wirestance.model.labels import LABELS
from wirestance.training.baselines import Guesser, frozen_encoder, majority, tfidf
from wirestance.training.corpus import Statement
from wirestance.training.metrics import (
    NEUTRAL_CLASS,
    Bin,
    Classes,
    Figure,
    Mask,
    Probabilities,
    Weights,
    bootstrap,
    calibration_error,
    classes,
    confusion,
    expecting,
    false_alarms,
    macro_f1,
    most_confident,
    own_share,
    precision_recall_f1,
    prior_weights,
    reliability,
    risk_coverage,
    share_of,
)
from wirestance.training.recipe import recipe_of
from wirestance.training.split import Split, families

COVERAGE = 0.8
"""Share of the statements, the most confident ones, on which the macro-F1 is given as well."""

WORST = 3
"""Examples shown for each capability of the contrast suite."""


@dataclass(frozen=True)
class Evaluation:
    """The figures of one classifier on one set of labelled statements, always answering."""

    statements: int
    macro_f1: Figure
    macro_f1_at_own_share: Figure
    """The same where the classifier expects the share of neutral statements that the set has."""
    macro_f1_at_estimated_share: Figure
    """The same where it expects the share that it estimates from the texts alone, without their labels."""
    estimated_share: float
    accuracy: Figure
    false_alarms: Figure
    """Neutral statements called partisan."""
    classes: Mapping[str, Mapping[str, float]]
    """Precision, recall and F1 of every label."""
    confusion: Sequence[Sequence[int]]
    """Rows true, columns guessed, in the order of `LABELS`."""
    calibration_error: float
    """Of statements weighted to the share of neutral ones that the classifier expects, and so its probabilities."""
    macro_f1_at_coverage: Figure
    """Of the most confident four fifths."""
    risk_coverage_area: float
    answered: Figure
    """Share of the statements that get a label by default."""
    answered_precision: Figure
    """Share of those that are right."""
    answered_partisan: int
    """Statements that get a partisan label by default."""
    answered_partisan_precision: Figure
    """Share of those that are right."""
    expected_partisan_precision: Figure
    """The same, weighted to the expected share of neutral statements: what the default threshold aims at."""
    answered_false_alarms: Figure
    """Neutral statements that are called partisan by default, as a share of all neutral ones."""
    reliability: Sequence[Bin] = field(repr=False)
    """Confidence, accuracy and share of every bin, weighted as the calibration error is."""


@dataclass(frozen=True)
class Capability:
    """How often the model fails at one capability of the contrast suite."""

    items: int
    failures: int
    worst: Sequence[Mapping[str, str]]
    """The failures in which it was surest."""

    @property
    def rate(self) -> float:
        """Share of the items that fail."""
        return self.failures / self.items


def contrast_rows(found: Mapping[str, Capability]) -> list[tuple[str, int, int, str]]:
    """Items, failures and their rate at every capability, and in the last row at all of them."""
    every = Capability(sum(one.items for one in found.values()), sum(one.failures for one in found.values()), ())
    return [(name, one.items, one.failures, f"{one.rate:.1%}") for name, one in [*found.items(), ("all", every)]]


def probabilities(classifier: StanceClassifier, texts: Iterable[str]) -> Probabilities:
    """The calibrated probabilities of statements, shape (statements, 3).

    Raises:
        InputError: a statement is none that the model reads.
    """
    statements = list(texts)
    return as_array(statements, classifier.predict_batch(statements, threshold=0))


def as_array(texts: Sequence[str], predictions: Sequence[Prediction]) -> Probabilities:
    """The probabilities of predictions, shape (statements, 3).

    Raises:
        InputError: a statement was not read.
    """
    for position, (text, prediction) in enumerate(zip(texts, predictions, strict=True)):
        if not any(prediction.scores.values()):
            raise InputError(f"text {position}: {text!r:.60} cannot be judged: {prediction.problem}; leave it out")
    return np.array([[prediction.scores[label] for label in LABELS] for prediction in predictions])


def evaluate(classifier: StanceClassifier, statements: Sequence[Statement]) -> Evaluation:
    """Judge a classifier on labelled statements."""
    expected = classifier.stance.neutral_share
    texts, drawn_whole = [statement.text for statement in statements], kin(statements)
    predictions = classifier.predict_batch(texts)
    truth, found = classes([statement.label for statement in statements]), as_array(texts, predictions)
    guess = found.argmax(axis=1)
    answered = np.array([prediction.label is not None for prediction in predictions])
    right, neutral = guess == truth, truth == NEUTRAL_CLASS
    partisan = answered & (guess != NEUTRAL_CLASS)
    share_here = own_share(truth, expected)
    weights, told = prior_weights(truth, share_here, expected), expecting(found, expected, share_here).argmax(axis=1)
    everything, alike = np.full(len(truth), True), np.ones(len(truth))
    counts = confusion(truth, guess)

    def figure(of: Callable[[Classes, Classes], float], coverage: float = 1) -> Figure:
        def value(drawn: Classes) -> float:
            sure = drawn[most_confident(found[drawn], coverage)]
            return of(truth[sure], guess[sure])

        return bootstrap(len(truth), value, families=drawn_whole)

    def at_estimated_share(drawn: Classes) -> float:
        share = likeliest_share(found[drawn, NEUTRAL_CLASS], expected)
        return macro_f1(truth[drawn], expecting(found[drawn], expected, share).argmax(axis=1))

    def share(values: Mask, among: Mask, weights: Weights = alike) -> Figure:
        return bootstrap(len(truth), lambda i: share_of(values[i], among[i], weights[i]), families=drawn_whole)

    return Evaluation(
        statements=len(statements),
        macro_f1=figure(macro_f1),
        macro_f1_at_own_share=bootstrap(len(truth), lambda i: macro_f1(truth[i], told[i]), families=drawn_whole),
        macro_f1_at_estimated_share=bootstrap(len(truth), at_estimated_share, families=drawn_whole),
        estimated_share=likeliest_share(found[:, NEUTRAL_CLASS], expected),
        accuracy=figure(lambda truth, guess: float(np.mean(truth == guess))),
        false_alarms=figure(false_alarms),
        classes={
            label: dict(zip(("precision", "recall", "f1"), row.tolist(), strict=True))
            for label, row in zip(LABELS, precision_recall_f1(counts), strict=True)
        },
        confusion=counts.tolist(),
        calibration_error=calibration_error(truth, found, weights),
        macro_f1_at_coverage=figure(macro_f1, COVERAGE),
        risk_coverage_area=risk_coverage(truth, found)[1],
        answered=share(answered, everything),
        answered_precision=share(right, answered),
        answered_partisan=int(partisan.sum()),
        answered_partisan_precision=share(right, partisan),
        expected_partisan_precision=share(right, partisan, weights),
        answered_false_alarms=share(partisan, neutral),
        reliability=reliability(truth, found, weights),
    )


def kin(statements: Sequence[Statement]) -> list[str] | None:
    """The families of statements to resample; None where all are of one, as in the source article."""
    found = families(statements)
    return found if len(set(found)) > 1 else None


def evaluate_guesses(guesser: Guesser, statements: Sequence[Statement]) -> Figure:
    """The macro-F1 of a baseline."""
    truth = classes([statement.label for statement in statements])
    guess = guesser([statement.text for statement in statements])
    return bootstrap(len(truth), lambda i: macro_f1(truth[i], guess[i]), families=kin(statements))


def evaluate_baselines(
    parts: Split, classifier: StanceClassifier, sets: Mapping[str, Sequence[Statement]]
) -> dict[str, dict[str, Figure]]:
    """The macro-F1 of every baseline on every set of statements.

    All are trained on the same part of the corpus as the model, the frozen encoder on a sample of it (`SAMPLED`), and
    expect the same share of neutral statements.
    """
    shift = classifier.stance.neutral_shift
    mirror, base = classifier.stance.mirror, recipe_of(classifier.stance).base
    baselines = {
        "majority": majority(parts.train),
        "TF-IDF + logistic regression": tfidf(parts.train, mirror, shift),
        "frozen encoder + logistic regression": frozen_encoder(parts.train, mirror, base, shift),
    }
    return {
        name: {where: evaluate_guesses(guesser, statements) for where, statements in sets.items()}
        for name, guesser in baselines.items()
    }


def evaluate_contrast(classifier: StanceClassifier, items: Sequence[Statement]) -> dict[str, Capability]:
    """Failures at every capability of the contrast suite, in the manner of CheckList (Ribeiro et al. 2020)."""
    by_capability: dict[str, list[tuple[Statement, Prediction]]] = defaultdict(list)
    predictions = classifier.predict_batch([item.text for item in items], threshold=0)
    for item, prediction in zip(items, predictions, strict=True):
        by_capability[item.capability or ""].append((item, prediction))
    found = {}
    for capability, answers in sorted(by_capability.items()):
        failed = [(item, prediction) for item, prediction in answers if prediction.label != item.label]
        failed.sort(key=lambda answer: -answer[1].score)
        worst = [
            {
                "text": item.text,
                "label": item.label,
                "answer": prediction.label or "",
                "score": f"{prediction.score:.2f}",
            }
            for item, prediction in failed[:WORST]
        ]
        found[capability] = Capability(len(answers), len(failed), worst)
    return found


def plain(record: Any) -> Any:
    """A record of figures as JSON holds it: None where there is none.

    Rounded to six digits: three are shown, and what was rounded to few digits is not to be rounded again.
    """
    if hasattr(record, "__dataclass_fields__"):
        record = asdict(record)
    if isinstance(record, Mapping):
        return {str(key): plain(value) for key, value in record.items()}
    if isinstance(record, list | tuple):
        return [plain(value) for value in record]
    if isinstance(record, float):
        return None if isnan(record) else round(record, 6)
    return record
