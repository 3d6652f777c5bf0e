"""The benchmark: wirestance beside the usual ways of running the same weights, alternating, in one process tree."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer, Pipeline, pipeline
from transformers.utils import logging

from wirestance import StanceClassifier
from wirestance.inference.archive import Archive
from wirestance.inference.rows import STATEMENT_COLUMNS
from wirestance.inference.score_files import score_to
from wirestance.inference.wires.read import read_records
from wirestance.model.artifact import TOKENIZER
from wirestance.training.export import export_float
from wirestance.training.full_precision import load_full_precision
from wirestance.training.split import corpus_split
from wirestance.training.tables import table

TEXTS = 480
ROUNDS = 3
BATCHES = (1, 8, 32)
ONE = "Azerbaijani forces repelled an attack."

Run = Callable[[Sequence[str]], object]


def bench(directory: Path) -> dict[str, object]:
    """Measure and print; returns the figures as JSON holds them."""
    statements = corpus_split().test
    texts = [statement.text for statement in statements[:: max(1, len(statements) // TEXTS)]][:TEXTS]
    classifier = StanceClassifier.load(directory)
    with tempfile.TemporaryDirectory() as scratch:
        runs = {f"transformers.pipeline, batches of {size}": _pipeline(directory, size) for size in BATCHES}
        runs["ONNX Runtime, full precision, batches of 32 as they come"] = _onnx(directory, Path(scratch))
        runs["wirestance"] = classifier.predict_batch
        runs["wirestance score, a wire a statement"] = _score(classifier, Path(scratch))
        rates = _alternate(runs, texts)
    best = max(median(rates[name]) for name in list(runs)[: len(BATCHES)])
    rows = [
        (name, f"{median(found):.0f}", f"{min(found):.0f} – {max(found):.0f}", f"{median(found) / best:.2f}")
        for name, found in rates.items()
    ]
    table(
        f"throughput: {len(texts)} held-out statements, {ROUNDS} rounds in turn, {os.cpu_count()} cores",
        ["runtime", "statements/s", "range", "times the best pipeline"],
        rows,
    )
    latency = _latency(classifier, texts)
    cold = _cold(directory)
    table(
        "one statement",
        ["figure", "value"],
        [
            *((f"latency p{p}", f"{1000 * value:.1f} ms") for p, value in latency.items()),
            *((name, f"{value:.2f}") for name, value in cold.items()),
        ],
    )
    return {
        "throughput": {name: median(found) for name, found in rates.items()},
        "ratio": median(rates["wirestance"]) / best,
        "score_share": median(rates["wirestance score, a wire a statement"]) / median(rates["wirestance"]),
        "latency": latency,
        "cold": cold,
    }


def _pipeline(directory: Path, size: int) -> Run:
    logging.set_verbosity_error()
    network = load_full_precision(directory)
    runner: Pipeline = pipeline(
        "text-classification", model=network, tokenizer=AutoTokenizer.from_pretrained(directory)
    )
    return lambda texts: runner(list(texts), batch_size=size)


def _onnx(directory: Path, scratch: Path) -> Run:
    export_float(load_full_precision(directory), scratch / "float.onnx")
    session = onnxruntime.InferenceSession(str(scratch / "float.onnx"), providers=["CPUExecutionProvider"])
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


def _score(classifier: StanceClassifier, scratch: Path) -> Run:
    """All that `wirestance score` does: reading, splitting, running, and rows forced to disk."""
    source, out = scratch / "wires.jsonl", scratch / "out"

    def run(texts: Sequence[str]) -> object:
        lines = (json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts))
        source.write_text("\n".join(lines), encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        with Archive(out / "scored.jsonl", STATEMENT_COLUMNS, {}, resume=False) as archive:
            return score_to(archive, read_records(source), classifier)

    return run


@torch.inference_mode()
def _alternate(runs: dict[str, Run], texts: Sequence[str]) -> dict[str, list[float]]:
    """Statements a second of every runtime in every round, all in turn within a round."""
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run(texts[:32])
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            run(texts)
            rates[name].append(len(texts) / (time.perf_counter() - start))
    return rates


def _latency(classifier: StanceClassifier, texts: Sequence[str]) -> dict[str, float]:
    seconds = []
    for text in texts[:200]:
        start = time.perf_counter()
        classifier.predict(text)
        seconds.append(time.perf_counter() - start)
    return {str(p): float(np.percentile(seconds, p)) for p in (50, 95, 99)}


def _repeat(command: list[str]) -> tuple[float, float]:
    """The median time of a process in seconds, and its peak memory in MiB."""
    times, peaks = [], []
    for _ in range(ROUNDS):
        output = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True)
        seconds, peak = output.stderr.split()[-2:]
        times.append(float(seconds))
        peaks.append(float(peak))
    return median(times), max(peaks)


MEASURE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True)
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, file=sys.stderr)
"""

PIPELINE_SCRIPT = """
import sys
from transformers import AutoTokenizer, pipeline
from wirestance.model.network import StanceNetwork
network = StanceNetwork.from_pretrained(sys.argv[1])
print(pipeline("text-classification", model=network, tokenizer=AutoTokenizer.from_pretrained(sys.argv[1]))(sys.argv[2]))
"""


def _cold(directory: Path) -> dict[str, float]:
    """Seconds from the start of a process to its first label, and its peak memory."""
    script = Path(sys.executable).with_name("wirestance")
    command = _repeat([str(script), "--model", str(directory), ONE])
    with tempfile.TemporaryDirectory() as scratch:
        load_full_precision(directory).save_pretrained(scratch)
        AutoTokenizer.from_pretrained(directory).save_pretrained(scratch)
        transformers = _repeat([sys.executable, "-c", PIPELINE_SCRIPT, scratch, ONE])
    interpreter = _repeat([sys.executable, "-c", "pass"])
    importing = _repeat([sys.executable, "-c", "import wirestance"])
    return {
        "wirestance from cold, s": command[0],
        "peak memory, MiB": command[1],
        "transformers pipeline from cold, s": transformers[0],
        "its peak memory, MiB": transformers[1],
        "times faster from cold": transformers[0] / command[0],
        "import wirestance beyond the interpreter, s": importing[0] - interpreter[0],
    }
