"""Smoothing before quantisation: what is hard to round moves from the activations into the weights.

SmoothQuant (Xiao et al. 2023): a few channels of a transformer's activations are far larger than the rest, and one
scale for all of them leaves the others few steps. Dividing every channel by its size, and multiplying the weights that
read it by the same, changes nothing in full precision and much in eight bits.
"""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from wirestance.model.network import StanceNetwork

STRENGTH = 0.8
"""How much of the difference moves: 0 leaves the activations as they are, 1 the weights."""

INVERSE = "inverse"
INNER = "inner"


class Smoothed(nn.Module):
    """A linear layer that divides its inputs channel by channel, and whose weights are multiplied by the same."""

    inverse: Tensor

    def __init__(self, layer: nn.Linear, scale: Tensor) -> None:
        """Take over a layer.

        Args:
            layer: the layer.
            scale: the divisor of every input channel, shape (channels,).
        """
        super().__init__()
        self.register_buffer(INVERSE, 1 / scale)
        self.inner = layer
        self.inner.weight = nn.Parameter(layer.weight.detach() * scale)

    def forward(self, inputs: Tensor) -> Tensor:
        """The layer's outputs, shape (…, units), for inputs of shape (…, channels)."""
        outputs: Tensor = self.inner(inputs * self.inverse)
        return outputs


def smooth(network: StanceNetwork, calibrate: Sequence[Sequence[int]]) -> StanceNetwork:
    """A copy of the network that computes the same, with every linear layer of the encoder smoothed.

    Args:
        network: in full precision.
        calibrate: token ids of statements, which show how large every channel gets.
    """
    smoothed = copy.deepcopy(network)
    layers = {
        name: layer for name, layer in smoothed.distilbert.transformer.named_modules() if isinstance(layer, nn.Linear)
    }
    sizes = _channel_sizes(smoothed, layers, calibrate)
    for name, layer in layers.items():
        weight = layer.weight.detach().abs().amax(dim=0).clamp(min=1e-4)
        scale = sizes[name].clamp(min=1e-4) ** STRENGTH / weight ** (1 - STRENGTH)
        parent, _, attribute = name.rpartition(".")
        setattr(
            smoothed.distilbert.transformer.get_submodule(parent), attribute, Smoothed(layer, scale / scale.median())
        )
    return smoothed


@torch.no_grad()
def _channel_sizes(
    network: StanceNetwork, layers: dict[str, nn.Linear], calibrate: Sequence[Sequence[int]]
) -> dict[str, Tensor]:
    """The largest magnitude of every input channel of every layer."""
    sizes: dict[str, Tensor] = {}

    def watch(name: str) -> RemovableHandle:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            size = inputs[0].abs().flatten(0, -2).amax(dim=0)
            sizes[name] = torch.maximum(sizes[name], size) if name in sizes else size

        return layers[name].register_forward_pre_hook(hook)

    handles = [watch(name) for name in layers]
    for row in calibrate:
        ids = torch.tensor([list(row)])
        network(ids, torch.ones_like(ids))
    for handle in handles:
        handle.remove()
    return sizes
