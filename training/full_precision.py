"""The network of an artifact in full precision, for comparison: its own weights, or those that the 8-bit file holds."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import DistilBertConfig

from wirestance.model.artifact import NETWORK, SHIPPED, WEIGHTS
from wirestance.model.network import StanceNetwork
from wirestance.training.export import ROWS, SCALES
from wirestance.training.smooth import INNER, INVERSE

PREFIX = "network."
"""What the export puts before the name of every weight."""


def load_full_precision(directory: Path = SHIPPED) -> StanceNetwork:
    """The network that the artifact's `model.safetensors` holds.

    The shipped artifact comes without it; its network is read back from the 8-bit file: the same weights as those
    that the runtime multiplies, without the rounding of the activations.
    """
    if (directory / WEIGHTS).is_file():
        network = StanceNetwork.from_pretrained(directory)
    else:
        network = StanceNetwork(DistilBertConfig.from_pretrained(directory))
        network.load_state_dict(_weights(directory / NETWORK))
    network.train(False)
    return network


def _weights(path: Path) -> dict[str, torch.Tensor]:
    """Every weight of the 8-bit ONNX file, by its name in the network."""
    graph = onnx.load(str(path)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    scaled = {node.output[0]: node for node in graph.node if node.op_type == "DequantizeLinear"}
    weights = {name.removeprefix(PREFIX): array for name, array in stored.items() if name.startswith(PREFIX)}
    words = PREFIX + "distilbert.embeddings.word_embeddings.weight"
    weights["distilbert.embeddings.word_embeddings.weight"] = stored[words + ROWS] * stored[words + SCALES]
    for node in graph.node:
        if node.op_type != "MatMul" or "lin" not in node.name:
            continue
        name = node.name.strip("/").replace("/", ".").removeprefix(PREFIX).rpartition(".")[0] + ".weight"
        matrix = node.input[-1]
        array = _scale(*(stored[part] for part in scaled[matrix].input)) if matrix in scaled else stored[matrix]
        weights[name] = array.T
    for name in [name for name in weights if name.endswith(f".{INNER}.weight")]:
        layer = name.removesuffix(f".{INNER}.weight")
        weights[f"{layer}.weight"] = weights.pop(name) * weights.pop(f"{layer}.{INVERSE}")
        weights[f"{layer}.bias"] = weights.pop(f"{layer}.{INNER}.bias")
    return {
        name: torch.from_numpy(np.array(array, dtype=np.float32))
        for name, array in weights.items()
        if not name.endswith(("_quantized", "_scale", "_zero_point", ROWS, SCALES))
    }


def _scale(values: np.ndarray, scale: np.ndarray, zero: np.ndarray) -> np.ndarray:
    """The numbers that 8-bit values stand for; scales of the columns, or one for all."""
    return np.asarray((values.astype(np.float32) - zero.astype(np.float32)) * scale)
