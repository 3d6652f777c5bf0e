"""The benchmark: wirestance beside the usual ways of running its weights, and of doing without them, in turn."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from statistics import median

import numpy as np
import torch
from tokenizers import Tokenizer

from wirestance import StanceClassifier
from wirestance.inference.archive import Archive
from wirestance.inference.classifier import WINDOW
from wirestance.inference.rows import STATEMENT_COLUMNS
from wirestance.inference.runtime import usable_cores
from wirestance.inference.score_files import score_to
from wirestance.inference.wires.read import read_records
from wirestance.model.artifact import TOKENIZER
from wirestance.training.cold import cold, command_of, run_process
from wirestance.training.limit import products_a_second, products_a_token
from wirestance.training.plots import rates_plot
from wirestance.training.rivals import BATCHES, Run, rivals
from wirestance.training.split import corpus_split
from wirestance.training.tables import table

TEXTS = WINDOW
"""As many as the classifier judges at once when there are many."""
ROUNDS = 3
OURS, SCORE = "wirestance", "wirestance score, a wire a statement"

LENGTHS = (16, 32, 64, 128, 256, 512)
"""Tokens of a statement; the network reads the first `max_tokens` of them."""

NUMBERS = (1_000, 10_000, 100_000, 1_000_000)
"""Statements of a stream."""


def bench(directory: Path, out: Path, most: int) -> dict[str, object]:
    """Measure, print and plot; returns the figures as JSON holds them.

    Args:
        directory: the model.
        out: where the plots go.
        most: the longest stream, in statements.
    """
    statements = corpus_split().test
    texts = [statement.text for statement in statements[:: max(1, len(statements) // TEXTS)]][:TEXTS]
    classifier = StanceClassifier.load(directory)
    with tempfile.TemporaryDirectory() as scratch:
        runs = rivals(directory, Path(scratch))
        runs |= {OURS: classifier.predict_batch, SCORE: _score(classifier, Path(scratch))}
        rates = _alternate(runs, texts)
    best = max(median(rates[name]) for name in list(runs)[: len(BATCHES)])
    table(
        f"throughput: {len(texts)} held-out statements, {ROUNDS} rounds in turn, {usable_cores()} cores",
        ["way", "statements/s", "range", "times the best pipeline"],
        [
            (name, f"{median(found):.0f}", f"{min(found):.0f} – {max(found):.0f}", f"{median(found) / best:.2f}")
            for name, found in rates.items()
        ],
    )
    lengths = _by_length(classifier, directory, texts)
    numbers = _by_number(directory, [statement.text for statement in statements], most)
    rates_plot(out / "rates.png", lengths, {number: one["rate"] for number, one in numbers.items()})
    return {
        "throughput": {name: median(found) for name, found in rates.items()},
        "ratio": median(rates[OURS]) / best,
        "score_share": median(rates[SCORE]) / median(rates[OURS]),
        "limit_share": _limit_share(classifier, directory, texts),
        "latency": _latency(classifier, texts),
        "cold": cold(directory),
        "lengths": lengths,
        "numbers": numbers,
    }


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
    """Statements a second of every way in every round, all in turn within a round."""
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run(texts[:32])
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            run(texts)
            rates[name].append(len(texts) / (time.perf_counter() - start))
    return rates


def _limit_share(classifier: StanceClassifier, directory: Path, texts: Sequence[str]) -> float:
    """The network's products a second over all that happens, as a share of what the machine's product does alone."""
    tokens = sum(len(encoding) for encoding in _tokenizer(directory).encode_batch(list(texts)))
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        classifier.predict_batch(texts)
        seconds.append(time.perf_counter() - start)
    limit = products_a_second(usable_cores())
    share = tokens / median(seconds) * products_a_token(directory) / limit
    table(
        "the 8-bit matrix product",
        ["figure", "value"],
        [
            ("multiply-adds a second, the product alone", f"{limit / 1e9:.0f} billion"),
            ("tokens a second, all in all", f"{tokens / median(seconds):.0f}"),
            ("share of the limit", f"{share:.2f}"),
        ],
    )
    return share


def _latency(classifier: StanceClassifier, texts: Sequence[str]) -> dict[str, float]:
    """Seconds from one statement to its label, by percentile."""
    seconds = []
    for text in texts[:200]:
        start = time.perf_counter()
        classifier.predict(text)
        seconds.append(time.perf_counter() - start)
    found = {str(p): float(np.percentile(seconds, p)) for p in (50, 95, 99)}
    table("one statement", ["percentile", "ms"], [(p, f"{1000 * value:.1f}") for p, value in found.items()])
    return found


def _by_length(classifier: StanceClassifier, directory: Path, texts: Sequence[str]) -> dict[str, float]:
    """Tokens a second for statements of so many tokens, cut from the running text of many; each is another."""
    tokenizer = _tokenizer(directory)
    running = tokenizer.encode(" ".join(texts), add_special_tokens=False).ids
    found = {}
    for length in LENGTHS:
        starts = range(0, len(running) - length, max(7, len(running) // 400))
        cut = [tokenizer.decode(running[start : start + length - 2]) for start in starts]
        begun = time.perf_counter()
        classifier.predict_batch(cut)
        read = min(length, classifier.stance.max_tokens) * len(cut)
        found[str(length)] = read / (time.perf_counter() - begun)
    rows = [(length, f"{rate:.0f}") for length, rate in found.items()]
    table(f"by length; at most {classifier.stance.max_tokens} tokens are read", ["tokens", "tokens read/s"], rows)
    return found


def _by_number(directory: Path, texts: Sequence[str], most: int) -> dict[str, dict[str, float]]:
    """Statements a second and peak memory of the command on files of so many statements, no two the same."""
    found = {}
    for number in (number for number in NUMBERS if number <= most):
        with tempfile.TemporaryDirectory() as scratch:
            source = Path(scratch) / "statements.txt"
            with source.open("w", encoding="utf-8") as file:
                file.writelines(f"{text}\n" for text in _distinct(texts, number))
            seconds, peak = run_process([*command_of(directory), str(source)])
        found[str(number)] = {"rate": number / seconds, "peak": peak}
    table(
        "by number, streamed by the command",
        ["statements", "statements/s", "peak memory, MiB"],
        [(number, f"{one['rate']:.0f}", f"{one['peak']:.0f}") for number, one in found.items()],
    )
    return found


def _tokenizer(directory: Path) -> Tokenizer:
    """The model's tokenizer, which neither pads nor cuts."""
    tokenizer = Tokenizer.from_file(str(directory / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _distinct(texts: Sequence[str], number: int) -> Iterator[str]:
    """So many statements: the texts over and over, each round with a dateline of its own."""
    return islice((f"({turn}) {text}" if turn else text for turn in count() for text in texts), number)
