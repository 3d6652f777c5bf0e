"""The throughput of Ray by number of actors, beside that of a single process."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wirestance import StanceClassifier
from wirestance.inference.extras import need
from wirestance.inference.ray_cluster import connected
from wirestance.inference.ray_data import StanceBatches
from wirestance.training.split import corpus_split
from wirestance.training.tables import table

BATCH = 128
"""Statements in a batch: small, so that the actors end at about the same time."""


def bench_ray(directory: Path, statements: int) -> dict[str, float]:
    """Measure and print; returns statements a second by what ran them.

    Args:
        directory: of the model, on every machine.
        statements: how many distinct ones each measurement takes; held-out ones first, the training part's after them.
    """
    parts = corpus_split()
    texts = [statement.text for statement in (*parts.test, *parts.train)][:statements]
    cores = os.cpu_count() or 1
    counts = sorted({1, 2, *(n for n in (4, 8, 16, 32, 64) if n < cores), cores})
    rates = {
        f"single process, {name}": _rate(StanceClassifier.load(directory, threads=threads).predict_batch, texts)
        for name, threads in (("1 thread", 1), ("every core", None))
    }
    starts = dict.fromkeys(rates, 0.0)
    for actors in counts:
        name = f"Ray, {actors} actor{'s' if actors > 1 else ''}"
        with connected("local", actors):
            starts[name], rates[name] = _on_ray(directory, texts, actors)
    one = rates["Ray, 1 actor"]
    table(
        f"throughput: {len(texts)} statements once each, batches of {BATCH}, {cores} cores",
        ["runtime", "statements/s", "times one actor", "s to the first batch"],
        [(name, f"{rate:.0f}", f"{rate / one:.2f}", f"{starts[name]:.1f}") for name, rate in rates.items()],
    )
    return rates


def _rate(run: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    run(texts[:32])
    start = time.perf_counter()
    run(texts)
    return len(texts) / (time.perf_counter() - start)


def _on_ray(directory: Path, texts: Sequence[str], actors: int) -> tuple[float, float]:
    """Seconds until every actor is at work, and the statements a second behind that."""
    arrow, data = need("pyarrow", "the benchmark", "ray"), need("ray.data", "the benchmark", "ray")
    answered = (
        data.from_arrow(arrow.table({"text": texts}))
        .repartition(target_num_rows_per_block=BATCH)
        .map_batches(
            StanceBatches,
            fn_constructor_kwargs={"model": str(directory.absolute())},
            compute=data.ActorPoolStrategy(size=actors),
            batch_format="pyarrow",
            batch_size=BATCH,
            num_cpus=1,
        )
    )
    start, arrivals, done = time.perf_counter(), [], 0
    for batch in answered.iter_batches(batch_format="pyarrow", batch_size=None, prefetch_batches=0):
        done += batch.num_rows
        arrivals.append((time.perf_counter(), done))
    first, before = arrivals[min(actors, len(arrivals) - 1) - 1]
    return arrivals[0][0] - start, (done - before) / (arrivals[-1][0] - first)
