"""The other ways to label a statement, for the benchmark: `transformers`, plain ONNX Runtime, and simpler models."""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoTokenizer, Pipeline, pipeline
from transformers.utils import logging

from wirestance.inference.runtime import open_session, usable_cores
from wirestance.model.artifact import TOKENIZER
from wirestance.model.encoder import MINILM
from wirestance.model.network import StanceNetwork
from wirestance.training.baselines import frozen_encoder, tfidf
from wirestance.training.full_precision import read_back
from wirestance.training.recipe import load_mirror
from wirestance.training.split import corpus_split

BATCHES = (1, 8, 32)
"""Batch sizes that a pipeline is tried with."""

LEARNED_FROM = 2000
"""Statements that the simpler models are trained on: how fast they answer hardly depends on it."""

Run = Callable[[Sequence[str]], object]
"""Labels texts."""


def rivals(directory: Path, scratch: Path) -> dict[str, Run]:
    """Every other way by its name, the pipelines first."""
    few = corpus_split().train[:LEARNED_FROM]
    mirror = load_mirror()
    return {
        **{f"transformers.pipeline, batches of {size}": _pipeline(directory, size) for size in BATCHES},
        f"ONNX Runtime, full precision, batches of {BATCHES[-1]}": _onnx(directory, scratch),
        "sentence embedding + logistic regression": frozen_encoder(few, mirror, MINILM),
        "TF-IDF + logistic regression": tfidf(few, mirror),
    }


def _pipeline(directory: Path, size: int) -> Run:
    logging.set_verbosity_error()
    logger = logging.get_logger("transformers.pipelines.base")
    logger.disabled = True  # it lists every model that it knows, since this one is the project's own
    runner: Pipeline = pipeline(
        "text-classification",
        model=read_back(directory),
        tokenizer=AutoTokenizer.from_pretrained(directory),
    )
    return lambda texts: runner(list(texts), batch_size=size)


def _onnx(directory: Path, scratch: Path) -> Run:
    path = scratch / "float.onnx"
    export_float(read_back(directory), path)
    session = open_session(str(path), usable_cores())
    tokenizer = Tokenizer.from_file(str(directory / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.enable_padding()

    def run(texts: Sequence[str]) -> object:
        answers = []
        for start in range(0, len(texts), BATCHES[-1]):
            encodings = tokenizer.encode_batch(list(texts[start : start + BATCHES[-1]]))
            inputs = {
                "input_ids": np.array([encoding.ids for encoding in encodings]),
                "attention_mask": np.array([encoding.attention_mask for encoding in encodings]),
            }
            answers.append(session.run(None, inputs)[0])
        return np.concatenate(answers)

    return run


class _Logits(nn.Module):
    def __init__(self, network: StanceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits: Tensor = self.network(input_ids, attention_mask).logits
        return logits


def export_float(network: StanceNetwork, path: Path) -> None:
    """Write a network in full precision as torch exports it; batch and length are free."""
    network.train(False)
    network.config._attn_implementation = "eager"  # the graph optimiser recognises its pattern
    ids = torch.arange(5, 21).reshape(2, 8)
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing
        torch.onnx.export(
            _Logits(network).eval(),
            (ids, mask),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={
                "input_ids": {0: "statements", 1: "tokens"},
                "attention_mask": {0: "statements", 1: "tokens"},
                "logits": {0: "statements"},
            },
        )
