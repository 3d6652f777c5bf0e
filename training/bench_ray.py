"""The throughput of Ray by number of actors, beside that of a single process."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from wirestance import StanceClassifier
from wirestance.inference.extras import need
from wirestance.inference.ray_cluster import connected
from wirestance.inference.ray_data import BATCH, StanceBatches
from wirestance.inference.runtime import usable_cores
from wirestance.model.errors import InputError
from wirestance.training.split import corpus_split
from wirestance.training.tables import table

FEWEST = 4096
"""Statements of a measurement by default, on a machine of few cores."""


def bench_ray(directory: Path, statements: int | None, rounds: int) -> dict[str, list[float]]:
    """Measure and print; returns statements a second in every round, by what ran them.

    Args:
        directory: of the model.
        statements: how many distinct ones each measurement takes, held-out ones first, the training part's after them;
            by default 4,096, or as many as the actors need.
        rounds: how often everything is measured, all in turn: where the rounds differ much, the machine was not quiet.
    """
    cores = usable_cores()
    least = 3 * BATCH * cores
    if statements is None:
        statements = max(FEWEST, least)
    if statements < least:
        raise InputError(f"{statements} statements are too few for {cores} actors; at least {least} are needed")
    parts = corpus_split()
    texts = [statement.text for statement in (*parts.test, *parts.train)][:statements]
    counts = sorted({1, min(2, cores), *(n for n in (4, 8, 16, 32, 64) if n < cores), cores})
    single = {
        f"single process, {name}": StanceClassifier.load(directory, threads=threads).predict_batch
        for name, threads in (("1 thread", 1), ("every core", None))
    }
    rates: dict[str, list[float]] = defaultdict(list)
    starts: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, run in single.items():
            rates[name].append(_rate(run, texts))
        for actors in counts:
            name = f"Ray, {actors} actor{'s' if actors > 1 else ''}"
            with connected("local", actors):
                start, rate = _on_ray(directory, texts, actors)
            starts[name].append(start)
            rates[name].append(rate)
    one = median(rates["Ray, 1 actor"])
    table(
        f"throughput: {len(texts)} statements, batches of {BATCH}, {rounds} rounds in turn, {cores} cores",
        ["runtime", "statements/s", "range", "times one actor", "s to the first batch"],
        [
            (
                name,
                f"{median(found):.0f}",
                f"{min(found):.0f} – {max(found):.0f}",
                f"{median(found) / one:.2f}",
                f"{median(starts[name]):.1f}" if name in starts else "",
            )
            for name, found in rates.items()
        ],
    )
    return dict(rates)


def _rate(run: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    run(texts[:32])
    start = time.perf_counter()
    run(texts)
    return len(texts) / (time.perf_counter() - start)


def _on_ray(directory: Path, texts: Sequence[str], actors: int) -> tuple[float, float]:
    """Seconds to the first batch, and the statements a second after as many batches as there are actors."""
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
    first, before = arrivals[actors - 1]
    return arrivals[0][0] - start, (done - before) / (arrivals[-1][0] - first)
