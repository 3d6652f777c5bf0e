"""The export: a trained network as ONNX, its matrices in 8 bits.

The quantisation is static: the scale of every activation is fixed beforehand on training statements (`calibrate`), so
that an answer depends on its statement alone. With scales found at run time it would depend on the statements that
share its batch. Weights are quantised by output channel to 7 of 8 bits: a processor without VNNI instructions adds
pairs of 8-bit products in 16 bits, and only so never overflows. The same file gives the same labels everywhere.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from wirestance.model.network import StanceNetwork

INPUTS = ("input_ids", "attention_mask")
OUTPUTS = ("logits", "voice")
OPSET = 17

KEPT = ("layer.0/ffn/lin2", "layer.1/ffn/lin2")
"""Matrices that stay in full precision, as attention does: rounding their inputs costs the most labels."""

WORDS = "word_embeddings.weight"
ROWS, SCALES = "_rows", "_scales"
"""What the parts of the 8-bit word embeddings are called, behind the name of the whole."""


class _Outputs(nn.Module):
    def __init__(self, network: StanceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        outputs = self.network(input_ids, attention_mask)
        return outputs.logits, outputs.voice


class _Rows(CalibrationDataReader):  # type: ignore[misc]  # untyped library
    """Calibration statements, one a batch, so that no padding enters the statistics."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self._rows = self._feed(rows)

    @staticmethod
    def _feed(rows: Sequence[Sequence[int]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            ids = torch.tensor([list(row)])
            yield {"input_ids": ids.numpy(), "attention_mask": torch.ones_like(ids).numpy()}

    def get_next(self) -> dict[str, Any] | None:
        return next(self._rows, None)


def export_float(network: StanceNetwork, path: Path) -> None:
    """Write the network as ONNX in full precision; batch and length are free."""
    network.train(False)
    network.config._attn_implementation = "eager"  # the graph optimiser recognises its pattern
    ids = torch.arange(5, 21).reshape(2, 8)
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing; the export is compared with the network in the tests
        torch.onnx.export(
            _Outputs(network).eval(),
            (ids, mask),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "statements", 1: "tokens"} for name in INPUTS}
            | {name: {0: "statements"} for name in OUTPUTS},
        )


def quantise(float_path: Path, path: Path, calibrate: Sequence[Sequence[int]]) -> None:
    """Write the 8-bit network.

    Args:
        float_path: the network in full precision.
        path: where to write.
        calibrate: token ids of training statements; some hundred of them show every activation's range.
    """
    with tempfile.TemporaryDirectory() as directory:
        prepared = Path(directory) / "prepared.onnx"
        logging.disable(logging.INFO)  # the quantiser reports every node
        try:
            quant_pre_process(str(float_path), str(prepared), skip_symbolic_shape=True)
            kept = [
                node.name
                for node in onnx.load(str(prepared)).graph.node
                if node.op_type == "MatMul" and ("lin" not in node.name or any(part in node.name for part in KEPT))
            ]
            quantize_static(
                str(prepared),
                str(path),
                _Rows(calibrate),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=["MatMul"],
                nodes_to_exclude=kept,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                per_channel=True,
                reduce_range=True,
                extra_options={
                    "DefaultTensorType": onnx.TensorProto.FLOAT,
                    "MatMulConstBOnly": True,
                    "OpTypesToExcludeOutputQuantization": ["MatMul"],
                },
            )
        finally:
            logging.disable(logging.NOTSET)
    network = onnx.load(str(path))
    _quantise_words(network.graph)
    onnx.save(network, str(path))


def _quantise_words(graph: onnx.GraphProto) -> None:
    """Replace the word embeddings by 8-bit rows, each with a scale of its own: gathered, cast and multiplied."""
    (table,) = (tensor for tensor in graph.initializer if tensor.name.endswith(WORDS))
    (gather,) = (node for node in graph.node if table.name in node.input)
    rows = numpy_helper.to_array(table)
    scale = np.abs(rows).max(axis=1, keepdims=True).clip(1e-8) / 127
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.rint(rows / scale).astype(np.int8), table.name + ROWS),
            numpy_helper.from_array(scale.astype(np.float32), table.name + SCALES),
        ]
    )
    ids, states = gather.input[1], gather.output[0]
    place = list(graph.node).index(gather)
    graph.node.remove(gather)
    graph.initializer.remove(table)
    nodes = [
        onnx.helper.make_node("Gather", [table.name + ROWS, ids], [states + ROWS]),
        onnx.helper.make_node("Cast", [states + ROWS], [states + "_cast"], to=onnx.TensorProto.FLOAT),
        onnx.helper.make_node("Gather", [table.name + SCALES, ids], [states + SCALES]),
        onnx.helper.make_node("Mul", [states + "_cast", states + SCALES], [states]),
    ]
    for offset, node in enumerate(nodes):
        graph.node.insert(place + offset, node)
