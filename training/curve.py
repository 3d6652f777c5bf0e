"""The learning curve: what a quarter, half and all of the training part teach."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wirestance import StanceClassifier
from wirestance.model.artifact import Stance, write_whole
from wirestance.training.corpus import Statement, corpus_digest
from wirestance.training.evaluate import probabilities
from wirestance.training.metrics import classes, macro_f1
from wirestance.training.plots import learning_curve
from wirestance.training.recipe import RECIPE, recipe_of
from wirestance.training.run import CORPUS, train
from wirestance.training.split import SPLIT, Split, families, split_digest, split_of
from wirestance.training.tables import table

SHARES = (0.25, 0.5, 1.0)
"""Of the families of the training part; the statements of a share are told."""

CURVE, PLOT = "learning-curve.json", "learning-curve.png"
"""The figures, and their plot."""

SCRATCH = "model-of-"
"""What the models of the shares and their checkpoints are called, until the curve is made."""


def curve(whole: StanceClassifier, sets: dict[str, list[Statement]], directory: Path) -> dict[str, list[float]]:
    """Train on growing shares of the training part, whole families at a time; write and plot the macro-F1 of each set.

    Goes on where an interrupted run stopped.

    Args:
        whole: the model that all of it made; the shares are trained by its recipe.
        sets: labelled statements outside the project, judged beside the held-out part.
        directory: where figures and plot go.

    Raises:
        ConfigError: nothing tells what is held out from the model, or the recipe that it was made by; or the directory
            holds an interrupted training of another curve.
    """
    recipe = recipe_of(whole.stance)
    parts = split_of(whole.stance)
    sets = {"test": parts.test} | sets
    curves: dict[str, list[float]] = {name: [] for name in sets}
    shares = []
    directory.mkdir(parents=True, exist_ok=True)
    for share in SHARES:
        part = Split(first_families(parts.train, share), parts.validation, parts.test)
        shares.append(round(len(part.train) / len(parts.train), 4))
        scratch = directory / f"{SCRATCH}{share:g}"
        classifier = whole if share == 1 else train(recipe, scratch, part)
        for name, statements in sets.items():
            truth = classes([statement.label for statement in statements])
            found = probabilities(classifier, [statement.text for statement in statements])
            curves[name].append(macro_f1(truth, found.argmax(axis=1)))
    made_from = {SPLIT: split_digest(parts), CORPUS: corpus_digest(), RECIPE: asdict(recipe)}
    figures = {"shares": shares, "macro_f1": curves, **made_from}
    learning_curve(directory / PLOT, shares, curves)
    write_whole(directory / CURVE, json.dumps(figures, indent=1) + "\n")
    for path in directory.glob(f"{SCRATCH}*"):
        shutil.rmtree(path)
    table(
        f"learning curve, {recipe.epochs:g} epochs: macro-F1",
        ["share", *curves],
        [(f"{share:.0%}", *(values[row] for values in curves.values())) for row, share in enumerate(shares)],
    )
    return curves


def keep_curve(plots: Path, stance: Stance) -> dict[str, Any] | None:
    """The figures of a model's learning curve among its plots; every other plot, and another model's curve, is removed.

    What is judged next may have other sets. An interrupted curve, which has directories there, can go on.
    """
    found = plots / CURVE
    curve: dict[str, Any] | None = json.loads(found.read_text(encoding="utf-8")) if found.is_file() else None
    if curve and any(curve.get(key) != stance.provenance.get(key) for key in (SPLIT, CORPUS, RECIPE)):
        curve = None
    for path in plots.glob("*"):
        if path.is_file() and not (curve and path.name in (CURVE, PLOT)):
            path.unlink()
    return curve


def first_families(statements: Sequence[Statement], share: float) -> list[Statement]:
    """About this share of the statements, evenly over the corpus, no family cut."""
    names = families(statements)
    order = sorted(set(names))
    kept = {name for index, name in enumerate(order) if int((index + 1) * share) > int(index * share)}
    return [statement for statement, name in zip(statements, names, strict=True) if name in kept]
