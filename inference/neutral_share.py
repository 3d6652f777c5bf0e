"""The share of neutral statements in a set, found from the model's own probabilities of them, without labels."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wirestance.model.errors import InputError

SMALLEST = 0.001
"""The smallest share that is found; the largest is as far from 1."""

CERTAIN = 1e-6
"""No probability counts as nearer to 0 or 1, so that one statement alone does not rule a share out."""

LIKELY = 1.92
"""What the log likelihood may fall below its maximum within the 95 % interval: half a quantile of chi-squared with one
degree of freedom (Wilks 1938)."""

HALVINGS = 30
"""After which a share is known to nine digits."""


class NeutralShare(NamedTuple):
    """The share of neutral statements that is most likely, and how sure that is."""

    share: float
    low: float
    """The 95 % interval by the likelihood, for so many independent statements; it takes the model's probabilities to be
    right, which they are less on wires of a kind that it was not trained on."""
    high: float
    statements: int


def estimate_neutral_share(neutral: npt.ArrayLike, expected: float) -> NeutralShare:
    """The share of neutral statements that makes a model's answers most likely, with its interval.

    Args:
        neutral: the probability of being neutral of every statement, shape (statements,).
        expected: the share of neutral statements that these probabilities expect.

    Raises:
        InputError: there are no statements.
    """
    gain = _gain(neutral, expected)
    best = likeliest_share(neutral, expected)

    def likelihood(share: float) -> float:
        return float(np.sum(np.log1p(share * gain)))

    limit = likelihood(best) - LIKELY
    return NeutralShare(
        share=best,
        low=_falls_to_zero(lambda share: limit - likelihood(share), SMALLEST, best),
        high=_falls_to_zero(lambda share: likelihood(share) - limit, best, 1 - SMALLEST),
        statements=gain.size,
    )


def likeliest_share(neutral: npt.ArrayLike, expected: float) -> float:
    """The share alone, of the same arguments (Saerens et al. 2002).

    With one share unknown their expectation maximisation climbs a likelihood that has one maximum; here it is found by
    halving.
    """
    gain = _gain(neutral, expected)
    return _falls_to_zero(lambda share: float(np.sum(gain / (1 + share * gain))), SMALLEST, 1 - SMALLEST)


def _gain(neutral: npt.ArrayLike, expected: float) -> npt.NDArray[np.float64]:
    """How much likelier each text is as a neutral statement than as a partisan one, less 1."""
    p = np.clip(np.asarray(neutral, dtype=np.float64), CERTAIN, 1 - CERTAIN)
    if not p.size:
        raise InputError("there is no statement that the model reads; a share needs at least one, better hundreds")
    return np.asarray(p / (1 - p) * (1 - expected) / expected - 1)


def _falls_to_zero(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function is zero; the end next to it if that is outside."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2
