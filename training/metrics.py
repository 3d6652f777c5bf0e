"""Figures: what probabilities are worth against the true labels, with bootstrap intervals."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from wirestance.model.labels import LABELS, NEUTRAL

Probabilities = npt.NDArray[np.float64]
"""Shape (statements, 3), in the order of `LABELS`."""
Classes = npt.NDArray[np.int64]
"""Shape (statements,), positions in `LABELS`."""
Mask = npt.NDArray[np.bool_]
"""Shape (statements,), for which of them something holds."""
Weights = npt.NDArray[np.float64]
"""Shape (statements,)."""
Bin = tuple[float, float, float]
"""Mean confidence, accuracy, and share of the statements, each statement by its weight."""

NEUTRAL_CLASS = LABELS.index(NEUTRAL)
RESAMPLES = 1000
FLOOR_DRAWS = 200
BINS = 15
HIGHEST_THRESHOLD = 0.999
"""Above it an artifact would refuse its threshold."""

PRECISION = 0.95
"""What the default threshold aims at, on all answered statements of the validation part and on the partisan alone."""


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def classes(labels: Sequence[str]) -> Classes:
    """The positions of labels in `LABELS`."""
    return np.array([LABELS.index(label) for label in labels], dtype=np.int64)


def confusion(truth: Classes, guess: Classes) -> npt.NDArray[np.int64]:
    """Counts, shape (3 true, 3 guessed)."""
    size = len(LABELS)
    return np.bincount(truth * size + guess, minlength=size * size).reshape(size, size)


def precision_recall_f1(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Precision, recall and F1 of every class, shape (3 classes, 3 figures); 0 where nothing was guessed or true."""
    hit = np.diag(counts).astype(float)
    precision = hit / np.maximum(counts.sum(axis=0), 1)
    recall = hit / np.maximum(counts.sum(axis=1), 1)
    return np.stack([precision, recall, 2 * precision * recall / np.maximum(precision + recall, 1e-12)], axis=1)


def macro_f1(truth: Classes, guess: Classes) -> float:
    """The mean F1 of the classes that occur, in truth or as a guess."""
    counts = confusion(truth, guess)
    present = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    return float(precision_recall_f1(counts)[present, 2].mean()) if present.any() else 0.0


def bootstrap(
    size: int,
    figure: Callable[[npt.NDArray[np.int64]], float],
    seed: int = 0,
    families: Sequence[Hashable] | None = None,
) -> Figure:
    """A figure of `size` statements, and the percentiles 2.5 and 97.5 of it over resampled ones (Efron 1979).

    Args:
        size: number of statements.
        figure: the figure of the statements at the given indices.
        seed: of the resampling.
        families: of every statement, where some belong together: whole families are drawn, since what is right for one
            statement is likely right for its kin. None draws single statements.
    """
    random = np.random.default_rng(seed)
    everything = np.arange(size)
    if families is None:

        def drawn() -> npt.NDArray[np.int64]:
            return random.integers(0, size, size)
    else:
        places = np.unique(np.array(families), return_inverse=True)[1]
        kin = np.split(np.argsort(places, kind="stable"), np.cumsum(np.bincount(places))[:-1])

        def drawn() -> npt.NDArray[np.int64]:
            return np.concatenate([kin[family] for family in random.integers(0, len(kin), len(kin))])

    value = figure(everything)
    if isnan(value):  # there is nothing of which it could be a figure
        return Figure(value, value, value)
    low, high = np.nanpercentile([figure(drawn()) for _ in range(RESAMPLES)], [2.5, 97.5])
    return Figure(value, float(low), float(high))


def share_of(values: Mask, among: Mask, weights: Weights | None = None) -> float:
    """Share of the statements among some, each by its weight, for which something holds; NaN where there are none."""
    if not among.any():
        return float("nan")
    return float(np.average(values[among], weights=None if weights is None else weights[among]))


def false_alarms(truth: Classes, guess: Classes) -> float:
    """Share of the neutral statements that are called partisan."""
    return share_of(guess != NEUTRAL_CLASS, truth == NEUTRAL_CLASS)


def calibration_error(truth: Classes, probabilities: Probabilities, weights: Weights | None = None) -> float:
    """Expected calibration error of the highest probability, over 15 bins of equal width (Guo et al. 2017).

    Args:
        truth: the true classes.
        probabilities: what is stated.
        weights: `prior_weights`, where the set has another share of neutral statements than is expected; None: all 1.
    """
    bins = reliability(truth, probabilities, weights)
    return float(sum(abs(hits - confidence) * share for confidence, hits, share in bins))


def calibration_floor(probabilities: Probabilities, share: float, expected: float, seed: int = 0) -> float:
    """The calibration error that chance alone gives, in the mean.

    What a perfectly calibrated model with the same answers would show on so few statements: their truths are drawn
    from what its probabilities are at the set's own share of neutral statements, and weighted to the expected one.

    Args:
        probabilities: under the expected share.
        share: the set's own; the expected one where nothing is weighted.
        expected: the share that the probabilities expect.
        seed: of the draws.
    """
    random = np.random.default_rng(seed)
    sums = np.cumsum(expecting(probabilities, expected, share), axis=1)
    truths = ((random.random((len(sums), 1)) * sums[:, -1:] > sums).sum(axis=1) for _ in range(FLOOR_DRAWS))
    return float(
        np.mean([calibration_error(truth, probabilities, prior_weights(truth, share, expected)) for truth in truths])
    )


def reliability(truth: Classes, probabilities: Probabilities, weights: Weights | None = None) -> list[Bin]:
    """The bins that are not empty; the arguments are those of `calibration_error`."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    weights = np.ones(len(truth)) if weights is None else weights
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    sums = np.array([np.bincount(bins, weights * values) for values in (confidence, right, 1)])[:, np.unique(bins)]
    return [(sure / count, hits / count, count / weights.sum()) for sure, hits, count in sums.T.tolist()]


def risk_coverage(truth: Classes, probabilities: Probabilities) -> tuple[npt.NDArray[np.float64], float]:
    """The error among the k most confident answers for every k, and its mean, the area under the curve.

    Both as in Geifman and El-Yaniv (2017); the curve has shape (statements,).
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != truth)[order]
    curve = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    return curve, float(curve.mean())


def most_confident(probabilities: Probabilities, coverage: float) -> npt.NDArray[np.int64]:
    """The indices of the most confident answers, a share `coverage` of all."""
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    return order[: max(1, round(coverage * len(order)))]


def soften(probabilities: Probabilities, temperature: float) -> Probabilities:
    """The softmax of the same logits, divided by a temperature."""
    scaled = np.log(np.clip(probabilities, 1e-12, None)) / temperature
    odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit_temperature(truth: Classes, probabilities: Probabilities) -> float:
    """The temperature that minimises the negative log likelihood (Guo et al. 2017)."""

    def loss(logarithm: float) -> float:
        chosen = soften(probabilities, float(np.exp(logarithm)))[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chosen, 1e-12, None)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x))


def expecting(probabilities: Probabilities, expected: float, share: float) -> Probabilities:
    """The probabilities with another expected share of neutral statements (Saerens et al. 2002).

    Args:
        probabilities: under the expected share.
        expected: that share.
        share: the one to expect instead.
    """
    odds = probabilities * [1.0, 1.0, share / (1 - share) * (1 - expected) / expected]
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def own_share(truth: Classes, expected: float) -> float:
    """The share of neutral statements; the expected one where all are or none, which no weights turn into another."""
    share = float(np.mean(truth == NEUTRAL_CLASS))
    return share if 0 < share < 1 else expected


def prior_weights(truth: Classes, share: float, expected: float) -> Weights:
    """Weights under which statements of which `share` are neutral stand for some of which `expected` are."""
    neutral = truth == NEUTRAL_CLASS
    return np.where(neutral, expected / share, (1 - expected) / (1 - share))


def choose_threshold(
    truth: Classes,
    probabilities: Probabilities,
    weights: Weights,
    precision: float = PRECISION,
    partisan_precision: float = PRECISION,
) -> float:
    """The lowest threshold at which the answers are right with one precision, the partisan among them with another.

    Each statement counts by its weight; statements of one confidence are answered together. If no threshold reaches
    both, only the surest answer. A feed is mostly neutral, and so are the answers to it: their precision alone would
    let through partisan ones that are wrong much more often.
    """
    confidence, answers = probabilities.max(axis=1), probabilities.argmax(axis=1)
    levels, place = np.unique(-confidence, return_inverse=True)

    def reaches(counted: Weights, wanted: float) -> Mask:
        hits = np.cumsum(np.bincount(place, counted * (answers == truth)))
        return hits >= wanted * np.cumsum(np.bincount(place, counted))

    partisan = weights * (answers != NEUTRAL_CLASS)
    reached = np.flatnonzero(reaches(weights, precision) & reaches(partisan, partisan_precision))
    lowest = float(-levels[reached[-1] if len(reached) else 0])
    return min(lowest, HIGHEST_THRESHOLD)
