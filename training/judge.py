"""Judging: every figure that is claimed about a model, computed in one place from the model and the seeds."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from wirestance import StanceClassifier
from wirestance.model.labels import NEUTRAL
from wirestance.training.audit import audit_statements
from wirestance.training.corpus import CONTRAST, Statement, load_article, load_corpus, load_directory, load_labelled
from wirestance.training.evaluate import (
    evaluate,
    evaluate_baselines,
    evaluate_contrast,
    plain,
    probabilities,
)
from wirestance.training.metrics import Probabilities, calibration_error, classes, soften
from wirestance.training.plots import plot_all
from wirestance.training.split import split
from wirestance.training.tables import print_audit, print_baselines, print_contrast, print_evaluation, table

NAMES_ONLY = "names-only"
"""The capability whose items hold nothing but names: they must stay neutral."""


def judge(classifier: StanceClassifier, files: Iterable[Path], directory: Path) -> dict[str, Any]:
    """Print every figure, draw the plots into the directory, and return the figures as JSON holds them.

    Args:
        classifier: the model.
        files: labelled files outside the project, to be judged beside the held-out part.
        directory: where the plots go.
    """
    steps = track(["corpus", "test", "contrast", "baselines", "audit", "plots"], "judging", transient=True)
    figures: dict[str, Any] = {}
    sets: dict[str, Sequence[Statement]] = {}
    audits: dict[str, Any] = {}
    for step in steps:
        if step == "corpus":
            parts = split(load_corpus())
            sets |= {"test": parts.test, "article": load_article()} | {path.name: load_labelled(path) for path in files}
            figures["statements"] = {name: len(part) for name, part in zip(parts._fields, parts, strict=True)}
        elif step == "test":
            found = {name: evaluate(classifier, statements) for name, statements in sets.items()}
            figures["evaluation"] = plain(found)
        elif step == "contrast":
            contrast = evaluate_contrast(classifier, load_directory(CONTRAST))
            figures["contrast"] = plain(contrast)
        elif step == "baselines":
            base = classifier.stance.provenance["recipe"]["base"]
            baselines = evaluate_baselines(parts, base, classifier, sets)
            compared = {"wirestance": {name: found[name].macro_f1 for name in sets}} | baselines
            figures["baselines"] = plain(baselines)
        elif step == "audit":
            audits = {name: audit_statements(classifier, statements) for name, statements in sets.items()}
            figures["audit"] = plain(audits)
            figures["names_only_neutral"] = _names_only(classifier)
        else:
            figures["calibration"] = _plot(classifier, sets, directory)
    for name, evaluation in found.items():
        print_evaluation(name, evaluation)
    print_contrast(contrast)
    print_baselines(compared)
    for name, one in audits.items():
        print_audit(name, one)
    table(
        "calibration",
        ["statements", "error before", "error after temperature scaling"],
        [(name, row["before"], row["after"]) for name, row in figures["calibration"].items()],
    )
    return figures


def _names_only(classifier: StanceClassifier) -> float:
    items = [item.text for item in load_directory(CONTRAST) if item.capability == NAMES_ONLY]
    return float(np.mean([answer.label == NEUTRAL for answer in classifier.predict_batch(items, threshold=0)]))


def unscaled(classifier: StanceClassifier, scaled: Probabilities) -> Probabilities:
    """The probabilities as they were without temperature and prior correction."""
    stance = classifier.stance
    shift = np.array([0.0, 0.0, stance.neutral_shift(stance.neutral_share)])
    return soften(np.exp(np.log(scaled) - shift), 1 / stance.temperature)


def _plot(
    classifier: StanceClassifier, sets: Mapping[str, Sequence[Statement]], directory: Path
) -> dict[str, dict[str, float]]:
    errors = {}
    for name, statements in sets.items():
        truth = classes([statement.label for statement in statements])
        after = probabilities(classifier, [statement.text for statement in statements])
        before = unscaled(classifier, after)
        plot_all(directory, Path(name).stem, truth, before, after)
        errors[name] = plain({"before": calibration_error(truth, before), "after": calibration_error(truth, after)})
    return errors
