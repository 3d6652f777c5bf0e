"""Rounding weights so that what they put out, not they themselves, changes least.

GPTQ (Frantar et al. 2023): channel by channel, the error of a weight's rounding is made up for by the weights of the
channels behind it, as far as their inputs go together with those of the rounded one.
"""

import numpy as np
import numpy.typing as npt

from wirestance.training.smooth import Array

DAMPING = 0.01
"""Share of the mean square of the inputs that is added to each, so that few statements do not bind too much."""


def round_weights(weight: Array, scale: Array, moments: Array, steps: int) -> npt.NDArray[np.int8]:
    """Weights in whole steps, shape (units, channels).

    Args:
        weight: shape (units, channels).
        scale: the step of every unit, shape (units,).
        moments: sums over tokens of the products of the inputs of two channels, shape (channels, channels).
        steps: most of them, either way.
    """
    left = weight.astype(np.float64)
    damped = moments.astype(np.float64) + DAMPING * np.diag(moments).mean() * np.eye(len(moments))
    # Row c: how the rounding error of channel c spreads to those behind it.
    spread = np.linalg.cholesky(np.linalg.inv(damped)).T
    rounded = np.zeros(weight.shape, np.int8)
    for channel, row in enumerate(spread):
        values = left[:, channel]
        rounded[:, channel] = np.rint(values / scale).clip(-steps, steps)
        error = (values - rounded[:, channel] * scale) / row[channel]
        left[:, channel:] -= np.outer(error, row[channel:])
    return rounded
