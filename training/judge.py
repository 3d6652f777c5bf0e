"""Judging: every figure that is claimed about a model, computed in one place from the model and the seeds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from math import exp
from pathlib import Path
from typing import Any

from rich.progress import Progress

from wirestance import StanceClassifier
from wirestance.training.audit import audit_statements
from wirestance.training.corpus import ARTICLE, CONTRAST, Statement, labelled, load_article, load_directory
from wirestance.training.evaluate import (
    evaluate,
    evaluate_baselines,
    evaluate_contrast,
    plain,
    probabilities,
)
from wirestance.training.metrics import (
    Probabilities,
    calibration_error,
    calibration_floor,
    classes,
    expecting,
    own_share,
    prior_weights,
    reliability,
    soften,
)
from wirestance.training.plots import plot_all
from wirestance.training.recipe import recipe_of
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
        ConfigError: nothing tells what is held out from the model, or the recipe that it was made by.
        CorpusError: a file that is broken or holds a text that is not read.
    """
    recipe_of(classifier.stance)
    parts = split_of(classifier.stance)
    sets = {"test": parts.test, ARTICLE: load_article()} | labelled(files, classifier.stance.mirror)
    with Progress(transient=True) as progress:
        advance = partial(progress.advance, progress.add_task("judging", total=6))
        found = {name: evaluate(classifier, statements) for name, statements in sets.items()}
        advance()
        contrast = evaluate_contrast(classifier, load_directory(CONTRAST))
        advance()
        audits = {name: audit_statements(classifier, statements) for name, statements in sets.items()}
        advance()
        calibration = {name: judge_calibration(classifier, name, one, directory) for name, one in sets.items()}
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
        ["statements", "at the expected share", "by chance", "as trained", "unweighted", "at their own", "by chance"],
        [(name, found[name].calibration_error, *row.values()) for name, row in calibration.items()],
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


def judge_calibration(
    classifier: StanceClassifier, name: str, statements: Sequence[Statement], directory: Path
) -> dict[str, float]:
    """The calibration errors of one set beside that of its `Evaluation`, as their table has them; its plots are drawn.

    Probabilities are right for one share of neutral statements. Each error is of those that expect a share, on
    statements weighted to that share: `before` as the network was trained, `own_share` when told the set's own; only
    `unweighted` takes the set as it comes, though its probabilities expect another share. The floors are what chance
    alone gives: `floor` of the error in the `Evaluation`, `own_share_floor` of `own_share`.
    """
    expected, trained = classifier.stance.neutral_share, classifier.stance.trained_share
    truth = classes([statement.label for statement in statements])
    after = probabilities(classifier, [statement.text for statement in statements])
    before = unscaled(classifier, after)
    share = own_share(truth, expected)
    bins = {
        "as trained": reliability(truth, before, prior_weights(truth, share, trained)),
        "temperature and expected share": reliability(truth, after, prior_weights(truth, share, expected)),
    }
    plot_all(directory, name, truth, after, bins)
    told = expecting(after, expected, share)
    errors = {
        "floor": calibration_floor(after, share, expected),
        "before": calibration_error(truth, before, prior_weights(truth, share, trained)),
        "unweighted": calibration_error(truth, after),
        "own_share": calibration_error(truth, told),
        "own_share_floor": calibration_floor(told, share, share),
    }
    return dict(plain(errors))
