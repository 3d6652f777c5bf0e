"""The audit: is the classifier even-handed? On any statements, labelled or not."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import numpy as np

from wirestance import StanceClassifier
from wirestance.model.labels import ARMENIA, AZERBAIJAN, EXCHANGED, LABELS, NEUTRAL
from wirestance.training.corpus import Statement
from wirestance.training.evaluate import kin, probabilities
from wirestance.training.metrics import Figure, bootstrap, classes

WORST = 20
FIRST, SECOND, NEITHER = (LABELS.index(label) for label in (AZERBAIJAN, ARMENIA, NEUTRAL))


@dataclass(frozen=True)
class Audit:
    """How the classifier answers statements and their mirror images."""

    statements: int
    mirrored: int
    """Statements that the mirror changes; the figures down to `gap` are over these."""
    consistency: Figure
    """Share whose label is exchanged with the sides (a neutral one kept)."""
    gap: Figure
    """Mean |p(pro-azerbaijan | statement) − p(pro-armenia | mirror image)|."""
    lean: Figure
    """The same with its sign: the model's own lean; above 0 it favours calling things pro-azerbaijan."""
    neutral_to_azerbaijan: int
    """Neutral answers whose mirror image is called pro-azerbaijan."""
    neutral_to_armenia: int
    recall_gap: Figure | None
    """Recall of pro-azerbaijan minus recall of pro-armenia, over labelled statements and their mirror images."""
    false_positive_gap: Figure | None
    """Neutral statements called pro-azerbaijan minus those called pro-armenia, as shares of the neutral ones."""
    observed_recall_gap: Figure | None
    """The recall gap on the statements as they come, without their mirror images: the set's leanings included."""
    worst: Sequence[dict[str, Any]] = field(repr=False)
    """The twenty statements with the largest gap."""


def audit(
    classifier: StanceClassifier,
    texts: Sequence[str],
    labels: Sequence[str] | None = None,
    families: Sequence[Hashable] | None = None,
) -> Audit:
    """Answer every statement and its mirror image, and compare.

    Args:
        classifier: the model.
        texts: the statements.
        labels: theirs, where they are known.
        families: theirs, which the intervals draw whole; None draws single statements.
    """
    texts = [normalize("NFC", text) for text in texts]  # as the classifier reads them
    mirror = classifier.stance.mirror
    images = [mirror(text) for text in texts]
    changed = np.array([image != text for image, text in zip(images, texts, strict=True)], dtype=bool)
    here, there = probabilities(classifier, texts), probabilities(classifier, images)
    label, image_label = here.argmax(axis=1), there.argmax(axis=1)
    difference = here[:, FIRST] - there[:, SECOND]
    kept = np.flatnonzero(changed)
    exchanged = np.array(EXCHANGED)[label] == image_label

    def share(values: np.ndarray) -> Figure:
        if not len(kept):
            return Figure(float("nan"), float("nan"), float("nan"))
        drawn_whole = None if families is None else [families[int(i)] for i in kept]
        return bootstrap(len(kept), lambda i: float(values[kept[i]].mean()), families=drawn_whole)

    gaps = (None, None, None) if labels is None else _gaps(classes(labels), label, image_label, changed, families)
    order = [int(i) for i in kept[np.argsort(-np.abs(difference[kept]), kind="stable")][:WORST]]
    return Audit(
        statements=len(texts),
        mirrored=len(kept),
        consistency=share(exchanged.astype(float)),
        gap=share(np.abs(difference)),
        lean=share(difference),
        neutral_to_azerbaijan=int(np.sum(changed & (label == NEITHER) & (image_label == FIRST))),
        neutral_to_armenia=int(np.sum(changed & (label == NEITHER) & (image_label == SECOND))),
        recall_gap=gaps[0],
        false_positive_gap=gaps[1],
        observed_recall_gap=gaps[2],
        worst=[
            {
                "text": texts[i],
                "label": LABELS[label[i]],
                "mirror_label": LABELS[image_label[i]],
                "gap": float(difference[i]),
            }
            for i in order
        ],
    )


def _gaps(
    truth: np.ndarray,
    label: np.ndarray,
    image_label: np.ndarray,
    changed: np.ndarray,
    families: Sequence[Hashable] | None,
) -> tuple[Figure, Figure, Figure]:
    """The gaps; a statement is drawn together with its mirror image, whose answer hangs on its own."""
    image_truth = np.array(EXCHANGED)[truth]

    def recall_gap(truth: np.ndarray, label: np.ndarray) -> float:
        return _rate(label, truth == FIRST, FIRST) - _rate(label, truth == SECOND, SECOND)

    def false_positive_gap(truth: np.ndarray, label: np.ndarray) -> float:
        return _rate(label, truth == NEITHER, FIRST) - _rate(label, truth == NEITHER, SECOND)

    def with_images(gap: Callable[[np.ndarray, np.ndarray], float]) -> Figure:
        def figure(drawn: np.ndarray) -> float:
            images = drawn[changed[drawn]]
            return gap(
                np.concatenate([truth[drawn], image_truth[images]]), np.concatenate([label[drawn], image_label[images]])
            )

        return bootstrap(len(truth), figure, families=families)

    return (
        with_images(recall_gap),
        with_images(false_positive_gap),
        bootstrap(len(truth), lambda i: recall_gap(truth[i], label[i]), families=families),
    )


def _rate(label: np.ndarray, where: np.ndarray, guess: int) -> float:
    return float(np.mean(label[where] == guess)) if where.any() else float("nan")


def audit_statements(classifier: StanceClassifier, statements: Sequence[Statement]) -> Audit:
    """The audit on labelled statements."""
    return audit(classifier, [s.text for s in statements], [s.label for s in statements], kin(statements))
