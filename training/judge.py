"""Judging: every figure that is claimed about a model, computed in one place from the model and the seeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from wirestance import StanceClassifier
from wirestance.model.labels import LABELS, NEUTRAL
from wirestance.training.audit import audit_statements
from wirestance.training.corpus import ARTICLE, CONTRAST, Statement, labelled, load_article, load_directory
from wirestance.training.evaluate import (
    evaluate,
    evaluate_baselines,
    evaluate_contrast,
    plain,
    probabilities,
)
from wirestance.training.metrics import Probabilities, calibration_error, calibration_floor, classes, expecting, soften
from wirestance.training.plots import plot_all
from wirestance.training.split import split_of
from wirestance.training.tables import print_audit, print_baselines, print_contrast, print_evaluation, table
from wirestance.training.voice import evaluate_voice, print_voice

NAMES_ONLY = "names-only"
"""The capability whose items hold nothing but names: they must stay neutral."""


def judge(classifier: StanceClassifier, files: Iterable[Path], directory: Path) -> dict[str, Any]:
    """Print every figure, draw the plots into the directory, and return the figures as JSON holds them.

    Args:
        classifier: the model.
        files: labelled files outside the project, to be judged beside the held-out part.
        directory: where the plots go.

    Raises:
        ConfigError: nothing tells what is held out from the model.
    """
    parts = split_of(classifier.stance)
    sets = {"test": parts.test, ARTICLE: load_article()} | labelled(files)
    with Progress(transient=True) as progress:
        advance = partial(progress.advance, progress.add_task("judging", total=6))
        found = {name: evaluate(classifier, statements) for name, statements in sets.items()}
        advance()
        contrast = evaluate_contrast(classifier, load_directory(CONTRAST))
        advance()
        audits = {name: audit_statements(classifier, statements) for name, statements in sets.items()}
        advance()
        calibration = _plot(classifier, sets, directory)
        advance()
        voice = evaluate_voice(classifier)
        advance()
        baselines = evaluate_baselines(parts, classifier, sets)
        advance()
    for name, evaluation in found.items():
        print_evaluation(name, evaluation)
    print_contrast(contrast)
    print_baselines({"wirestance": {name: found[name].macro_f1 for name in sets}} | baselines)
    for name, one in audits.items():
        print_audit(name, one)
    table(
        "calibration",
        ["statements", "as trained", "tempered, at the expected share", "at their own share", "by chance alone"],
        [(name, *row.values()) for name, row in calibration.items()],
    )
    print_voice(voice)
    return {
        "statements": {name: len(part) for name, part in zip(parts._fields, parts, strict=True)},
        "evaluation": plain(found),
        "contrast": plain(contrast),
        "baselines": plain(baselines),
        "audit": {name: plain(replace(one, worst=())) for name, one in audits.items()},  # no text from outside
        "names_only_neutral": 1 - contrast[NAMES_ONLY].rate,
        "calibration": calibration,
        "voice": plain(voice),
    }


def unscaled(classifier: StanceClassifier, scaled: Probabilities) -> Probabilities:
    """The probabilities as the network was trained: without temperature and prior correction."""
    stance = classifier.stance
    return soften(scaled * [1.0, 1.0, exp(-stance.neutral_shift)], 1 / stance.temperature)


def _plot(
    classifier: StanceClassifier, sets: Mapping[str, Sequence[Statement]], directory: Path
) -> dict[str, dict[str, float]]:
    errors = {}
    for name, statements in sets.items():
        truth = classes([statement.label for statement in statements])
        after = probabilities(classifier, [statement.text for statement in statements])
        before = unscaled(classifier, after)
        plot_all(directory, name, truth, before, after)
        share = (np.sum(truth == LABELS.index(NEUTRAL)) + 1) / (len(truth) + 2)  # never 0 nor 1
        errors[name] = plain(
            {
                "before": calibration_error(truth, before),
                "after": calibration_error(truth, after),
                "own_share": calibration_error(truth, expecting(after, classifier.stance.neutral_share, float(share))),
                "floor": calibration_floor(after),
            }
        )
    return errors
