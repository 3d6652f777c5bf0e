"""The export: a trained network as an ONNX graph with its matrices in 8 bits.

The graph is written node by node, from the operators that ONNX Runtime has the fastest kernels for: a matrix product
in 8 bits with its bias, the attention of all heads in one. It reads statements of one length at a time, so it needs no
padding and no mask. The first token's state is all that is classified, so the last layer is computed for it alone.

The quantisation is static: the scale of every activation is fixed beforehand on training statements, so that an answer
depends on its statement alone. With scales found at run time it would depend on the statements that share its batch.
Weights are quantised by output channel to 7 of 8 bits, in the way that changes their outputs least (`rounding.py`): a
processor without VNNI instructions adds pairs of 8-bit products in 16 bits, and only so never overflows. The same file
gives the same labels everywhere, but for near ties.
"""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto
from torch import Tensor, nn

from wirestance.model.artifact import write_whole
from wirestance.model.labels import LABELS
from wirestance.model.network import StanceNetwork
from wirestance.training.graph import MICROSOFT, Graph
from wirestance.training.rounding import round_weights
from wirestance.training.smooth import Array, Inputs, divisors, observe

INPUT = "input_ids"

EXACT = 32
"""Channels between the feed-forward layers that stay in full precision: a few are many times larger than the rest,
which in one scale with them lose what they say (LLM.int8(), Dettmers et al. 2022)."""

PRODUCT = "MatMulIntegerToFloat"
"""The operator of an 8-bit matrix product."""

ENCODER = "distilbert."
LAYER = f"{ENCODER}transformer.layer."
SCALE, ZERO, BIAS, WEIGHT, INVERSE, INPUTS = ".scale", ".zero", ".bias", ".weight", ".inverse", ".inputs"
"""What the constants of a layer are called, behind its name."""
CHANNELS, LARGEST = ".channels", ".largest.weight"
"""Which channels stay in full precision, and their weights, shape (channels, units)."""

WEIGHT_STEPS, WORD_STEPS, INPUT_STEPS = 64, 127, 255
"""Steps from zero to the largest weight, and to the largest in a word's row; steps of an input's whole range."""


def quantise(network: StanceNetwork, path: Path, calibrate: Sequence[Sequence[int]]) -> None:
    """Write a network in 8 bits.

    Args:
        network: in full precision.
        path: where to write.
        calibrate: token ids of training statements; some hundred of them show every activation's range.
    """
    network.train(False)
    write_whole(path, _Export(network, calibrate).model().SerializeToString())


class _Quantised(NamedTuple):
    """States in 8 bits."""

    states: str
    scale: str
    zero: str
    inputs: Inputs
    """What the states are like."""


class _Export:
    """The graph of one network; every method puts a part of it behind the others and returns its output's name."""

    def __init__(self, network: StanceNetwork, calibrate: Sequence[Sequence[int]]) -> None:
        self._network = network
        self._inputs = observe(network, calibrate)
        self._graph = Graph()

    def model(self) -> onnx.ModelProto:
        states, layers = self._embeddings(), self._network.distilbert.transformer.layer
        for index, layer in enumerate(layers):
            states = self._layer(f"{LAYER}{index}", layer, states, first=index == len(layers) - 1)
        tokens = self._graph.constant("tokens", np.array([1]))
        first = self._graph.add("Squeeze", [states, tokens], "first")
        stance = self._dense("pre_classifier", self._network.pre_classifier, first, "stance.sums")
        stance = self._graph.add("Relu", [stance], "stance")
        self._dense("classifier", self._network.classifier, stance, "logits")
        voice = self._dense("voice", self._network.voice, first, "voice.column")
        self._graph.add("Squeeze", [voice, tokens], "voice")
        return self._graph.model(
            {INPUT: (TensorProto.INT32, ["statements", "tokens"])},
            {"logits": ["statements", len(LABELS)], "voice": ["statements"]},
        )

    def _embeddings(self) -> str:
        """Words in 8-bit rows, each with a scale of its own, and places."""
        add, constant, embeddings = self._graph.add, self._graph.constant, self._network.distilbert.embeddings
        name = f"{ENCODER}embeddings"
        words = _array(embeddings.word_embeddings.weight)
        scale = (np.abs(words).max(axis=1, keepdims=True) / WORD_STEPS).clip(1e-8)
        rows = constant(f"{name}.word_embeddings{WEIGHT}", np.rint(words / scale).astype(np.int8))
        scales = constant(f"{name}.word_embeddings{SCALE}", scale)
        places = constant(f"{name}.position_embeddings{WEIGHT}", _array(embeddings.position_embeddings.weight))
        start = constant("start", np.array([0]))
        steps = add("Cast", [add("Gather", [rows, INPUT], "words.rows")], "words.steps", to=TensorProto.FLOAT)
        states = add("Mul", [steps, add("Gather", [scales, INPUT], "words.scales")], "words")
        length = add("Shape", [INPUT], "length", start=1, end=2)
        states = add("Add", [states, add("Slice", [places, start, length, start], "places")], "embeddings")
        return self._norm(f"{name}.LayerNorm", embeddings.LayerNorm, states)

    def _layer(self, name: str, layer: Any, states: str, *, first: bool) -> str:
        """One layer of the transformer; of the last one, only the first token's state is read."""
        attended = self._attention(f"{name}.attention", layer.attention, states, first=first)
        if first:
            states = self._first(states, f"{name}.first")
        states = self._graph.add("Add", [attended, states], f"{name}.attended")
        states = self._norm(f"{name}.sa_layer_norm", layer.sa_layer_norm, states)
        inner, outer = layer.ffn.lin1, layer.ffn.lin2
        (wide,) = self._linear({f"{name}.ffn.lin1": inner}, states)
        wide = self._graph.add("Gelu", [wide], f"{name}.gelu", domain=MICROSOFT)
        fed = self._outer(f"{name}.ffn.lin2", outer, wide)
        states = self._graph.add("Add", [fed, states], f"{name}.fed")
        return self._norm(f"{name}.output_layer_norm", layer.output_layer_norm, states)

    def _attention(self, name: str, attention: Any, states: str, *, first: bool) -> str:
        """Self-attention of all tokens, or of the first alone.

        What its last layer's inputs are to be divided by, its values are divided by, at no cost.
        """
        out = f"{name}.out_lin"
        weight = _array(attention.out_lin.weight)
        divisor = divisors(self._seen(out), weight)
        layers = {f"{name}.{part}_lin": getattr(attention, f"{part}_lin") for part in "qkv"}
        alone = {f"{name}.q_lin"} if first else frozenset()
        heard = self._linear(layers, states, divide={f"{name}.v_lin": divisor}, alone=alone)
        context = self._graph.add(
            "MultiHeadAttention", heard, f"{name}.context", domain=MICROSOFT, num_heads=self._network.config.n_heads
        )
        quantised = self._quantise(out, context, self._seen(out).times(1 / divisor))
        return self._product(out, quantised, weight * divisor, _array(attention.out_lin.bias))

    def _linear(
        self,
        layers: dict[str, nn.Linear],
        states: str,
        *,
        divide: Mapping[str, Array] = MappingProxyType({}),
        alone: Set[str] = frozenset(),
    ) -> list[str]:
        """Linear layers that read the same states, smoothed and in 8 bits.

        Args:
            layers: by their names.
            states: what they read.
            divide: what the units of a layer are divided by besides.
            alone: layers that read the first token alone.
        """
        first = next(iter(layers))
        weights = {name: _array(layer.weight) for name, layer in layers.items()}
        divisor = divisors(self._seen(first), np.concatenate(list(weights.values())))
        inverse = self._graph.constant(first + INVERSE, 1 / divisor)
        smooth = self._graph.add("Mul", [states, inverse], f"{first}.smooth")
        quantised = self._quantise(first, smooth, self._seen(first).times(1 / divisor))
        outputs = []
        for name, layer in layers.items():
            units = divide.get(name, np.ones(layer.out_features, np.float32))
            weight, bias = weights[name] * divisor / units[:, None], _array(layer.bias) / units
            read = quantised
            if name in alone:
                read = quantised._replace(states=self._first(quantised.states, f"{name}.first"))
            outputs.append(self._product(name, read, weight, bias))
        return outputs

    def _outer(self, name: str, layer: nn.Linear, states: str) -> str:
        """The second feed-forward layer: its few largest channels in full precision, the others in 8 bits.

        A channel in full precision has the weight 0 in 8 bits, so that its rounded input counts for nothing.
        """
        inputs, weight = self._seen(name), _array(layer.weight)
        largest = np.sort(np.argsort(np.maximum(-inputs.low, inputs.high))[-EXACT:])
        others = np.ones(weight.shape[1], np.float32)
        others[largest] = 0
        quantised = self._quantise(name, states, inputs.times(others))
        rounded = self._product(name, quantised, weight * others, _array(layer.bias))
        channels = self._graph.constant(name + CHANNELS, largest)
        read = self._graph.add("Gather", [states, channels], f"{name}.largest", axis=2)
        exact = self._graph.constant(name + LARGEST, weight.T[largest])
        exact = self._graph.add("MatMul", [read, exact], f"{name}.exact")
        return self._graph.add("Add", [rounded, exact], f"{name}.sum")

    def _first(self, states: str, name: str) -> str:
        """The first token of every statement: shape (statements, 1, units)."""
        return self._graph.add("Gather", [states, self._graph.constant("zero", np.array([0]))], name, axis=1)

    def _quantise(self, name: str, states: str, inputs: Inputs) -> _Quantised:
        """States in 8 bits."""
        low, high = min(0.0, inputs.low.min()), max(0.0, inputs.high.max())
        step = np.float32(max(high - low, 1e-8) / INPUT_STEPS)
        scale = self._graph.constant(name + INPUTS + SCALE, np.array(step))
        zero = self._graph.constant(name + INPUTS + ZERO, np.array(np.rint(-low / step), np.uint8))
        return _Quantised(self._graph.add("QuantizeLinear", [states, scale, zero], name + INPUTS), scale, zero, inputs)

    def _product(self, name: str, read: _Quantised, weight: Array, bias: Array) -> str:
        """The 8-bit product of what is read with a weight of shape (units, channels)."""
        constant = self._graph.constant
        scale = (np.abs(weight).max(axis=1) / WEIGHT_STEPS).clip(1e-8)
        rounded = round_weights(weight, scale, read.inputs.moments, WEIGHT_STEPS)
        weights, scales = constant(name + WEIGHT, rounded.T), constant(name + SCALE, scale)
        parts = [read.states, weights, read.scale, scales, read.zero, "", constant(name + BIAS, bias)]
        return self._graph.add(PRODUCT, parts, name, domain=MICROSOFT)

    def _norm(self, name: str, norm: nn.LayerNorm, states: str) -> str:
        parts = [
            self._graph.constant(name + WEIGHT, _array(norm.weight)),
            self._graph.constant(name + BIAS, _array(norm.bias)),
        ]
        return self._graph.add("LayerNormalization", [states, *parts], name, epsilon=norm.eps)

    def _dense(self, name: str, layer: nn.Linear, states: str, output: str) -> str:
        """A layer in full precision."""
        parts = [
            self._graph.constant(name + WEIGHT, _array(layer.weight)),
            self._graph.constant(name + BIAS, _array(layer.bias)),
        ]
        return self._graph.add("Gemm", [states, *parts], output, transB=1)

    def _seen(self, name: str) -> Inputs:
        return self._inputs[name.removeprefix(ENCODER)]


def _array(weight: Tensor) -> Array:
    return weight.detach().numpy().astype(np.float32)
