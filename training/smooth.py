"""Smoothing before quantisation: what is hard to round moves from the activations into the weights.

SmoothQuant (Xiao et al. 2023): a few channels of a transformer's activations are far larger than the rest, and one
scale for all of them leaves the others few steps. Dividing every channel by its size, and multiplying the weights that
read it by the same, changes nothing in full precision and much in eight bits.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from wirestance.model.network import StanceNetwork

STRENGTH = 0.8
"""How much of the difference moves: 0 leaves the activations as they are, 1 the weights."""

SMALLEST = 1e-4
"""A channel or a weight smaller than this counts as this large."""

Array = npt.NDArray[np.floating[Any]]


class Inputs(NamedTuple):
    """What the inputs of a layer are like."""

    low: Array
    """The smallest value of every channel, shape (channels,)."""
    high: Array
    """The largest value of every channel, shape (channels,)."""
    moments: Array
    """Sums over tokens of the products of the values of two channels, shape (channels, channels)."""

    def times(self, factor: Array) -> "Inputs":
        """The same when every channel is multiplied by its factor, which is not below 0."""
        return Inputs(self.low * factor, self.high * factor, self.moments * np.outer(factor, factor))


@torch.no_grad()
def observe(network: StanceNetwork, rows: Sequence[Sequence[int]]) -> dict[str, Inputs]:
    """What the inputs of every linear layer of the encoder are like, by the layer's name.

    What the last layer makes of other tokens than the first is not read by anything, and left out.

    Args:
        network: in full precision.
        rows: token ids of training statements, run one by one, so that no padding enters.
    """
    layers = {name: layer for name, layer in network.distilbert.named_modules() if isinstance(layer, nn.Linear)}
    last = f"transformer.layer.{len(network.distilbert.transformer.layer) - 1}."
    first = {f"{last}{part}" for part in ("attention.out_lin", "ffn.lin1", "ffn.lin2")}
    found: dict[str, tuple[Tensor, Tensor, Tensor]] = {}

    def watch(name: str) -> RemovableHandle:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            states = (inputs[0][:, :1] if name in first else inputs[0]).flatten(0, -2)
            low, high = torch.aminmax(states, dim=0)
            moments = states.T @ states
            if name in found:
                before = found[name]
                low, high, moments = torch.minimum(before[0], low), torch.maximum(before[1], high), before[2] + moments
            found[name] = low, high, moments

        return layers[name].register_forward_pre_hook(hook)

    handles = [watch(name) for name in layers]
    for row in rows:
        ids = torch.tensor([list(row)])
        network(ids, torch.ones_like(ids))
    for handle in handles:
        handle.remove()
    return {name: Inputs(low.numpy(), high.numpy(), moments.numpy()) for name, (low, high, moments) in found.items()}


def divisors(inputs: Inputs, weights: Array) -> Array:
    """What every input channel is divided by, and the weights that read it are multiplied by: shape (channels,).

    Args:
        inputs: of the channels.
        weights: of all the units that read them, shape (units, channels).
    """
    sizes = np.maximum(np.abs(inputs.low), np.abs(inputs.high)).clip(SMALLEST)
    readers = np.abs(weights).max(axis=0).clip(SMALLEST)
    found: Array = sizes**STRENGTH / readers ** (1 - STRENGTH)
    return found / np.median(found)
