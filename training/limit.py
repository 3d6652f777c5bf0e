"""The machine's limit: how many 8-bit multiply-adds a second its matrix product does, and how many a token takes."""

import time
from pathlib import Path
from statistics import median

import numpy as np
import onnx
from onnx import TensorProto

from wirestance.inference.runtime import TOKEN_BUDGET, open_session, side_by_side
from wirestance.model.artifact import NETWORK
from wirestance.training.export import LAYER, PRODUCT, WEIGHT
from wirestance.training.graph import MICROSOFT, Graph

CHANNELS, UNITS = 384, 1536
"""Of the largest product of a 6-layer MiniLM."""

ROUNDS = 7
REPEATS = 200


def products_a_second(threads: int) -> float:
    """Multiply-adds of 8-bit matrix products that the machine does in a second, in products as the network's.

    Args:
        threads: how many products run at once, each on one core.
    """
    graph = Graph()
    random = np.random.default_rng(0)
    weight = graph.constant("weight", random.integers(-64, 64, (CHANNELS, UNITS)).astype(np.int8))
    scale = graph.constant("scale", np.array(0.01, np.float32))
    scales = graph.constant("scales", np.full(UNITS, 0.01, np.float32))
    zero = graph.constant("zero", np.array(128, np.uint8))
    graph.add(PRODUCT, ["inputs", weight, scale, scales, zero], "wide", domain=MICROSOFT)
    graph.add("ReduceSum", ["wide"], "outputs", keepdims=0)  # so that the product is not copied out
    model = graph.model({"inputs": (TensorProto.UINT8, ["rows", CHANNELS])}, {"outputs": []})
    session = open_session(model.SerializeToString())
    inputs = random.integers(0, 256, (TOKEN_BUDGET, CHANNELS)).astype(np.uint8)
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        side_by_side(lambda _: session.run(None, {"inputs": inputs}), range(REPEATS), threads)
        rates.append(REPEATS * inputs.size * UNITS / (time.perf_counter() - start))
    return median(rates)


def products_a_token(directory: Path) -> int:
    """Multiply-adds that the artifact's 8-bit matrices take for a token; those for the first one alone do not count."""
    graph = onnx.load(str(directory / NETWORK)).graph
    products = [node.name for node in graph.node if node.op_type == PRODUCT]
    last = f"{LAYER}{max(int(name.removeprefix(LAYER).split('.')[0]) for name in products)}."
    read = {name + WEIGHT for name in products if not name.startswith(last) or name.endswith(("k_lin", "v_lin"))}
    return sum(int(np.prod(tensor.dims)) for tensor in graph.initializer if tensor.name in read)
