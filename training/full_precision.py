"""The network of an artifact in full precision, for comparison: its own weights, or those that the 8-bit file holds."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import DistilBertConfig

from wirestance.model.artifact import NETWORK, WEIGHTS
from wirestance.model.errors import ArtifactError
from wirestance.model.network import StanceNetwork
from wirestance.training.export import CHANNELS, INPUTS, INVERSE, LARGEST, PRODUCT, SCALE, WEIGHT


def load_full_precision(directory: Path) -> StanceNetwork:
    """The network that the artifact's `model.safetensors` holds.

    Raises:
        ArtifactError: the artifact came without it, as the shipped one does.
    """
    if not (directory / WEIGHTS).is_file():
        raise ArtifactError(f"{directory}: has no {WEIGHTS}, the weights in full precision that training leaves there")
    network: StanceNetwork = StanceNetwork.from_pretrained(directory)
    network.train(False)
    return network


def read_back(directory: Path) -> StanceNetwork:
    """A network with the weights that the 8-bit file holds, for comparing speed: only activations are not rounded."""
    network = StanceNetwork(DistilBertConfig.from_pretrained(directory))
    weights = _weights(directory / NETWORK)
    network.load_state_dict({name: torch.from_numpy(np.array(weights[name])) for name in network.state_dict()})
    network.train(False)
    return network


def _weights(path: Path) -> dict[str, np.ndarray]:
    """What the 8-bit ONNX file holds, by its name in the network."""
    graph = onnx.load(str(path)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = dict(stored)
    words = "distilbert.embeddings.word_embeddings"
    weights[words + WEIGHT] = stored[words + WEIGHT] * stored[words + SCALE]
    for node in graph.node:
        if node.op_type == PRODUCT:  # its weight stands channels first, multiplied by what its inputs are divided by
            smoothed = (stored[node.name + WEIGHT] * stored[node.name + SCALE]).T
            inverse = node.input[2].removesuffix(INPUTS + SCALE) + INVERSE
            weight = smoothed * stored.get(inverse, np.float32(1))
            if node.name + CHANNELS in stored:
                weight[:, stored[node.name + CHANNELS]] = stored[node.name + LARGEST].T
            weights[node.name + WEIGHT] = weight
    return weights
