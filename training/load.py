"""The load test: the service in a process, a real client in another (`load_client.py`), and every answer checked."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from math import nan
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from wirestance import StanceClassifier
from wirestance.inference.runtime import usable_cores
from wirestance.training.load_client import Driven, drive, overload
from wirestance.training.tables import table

ROUNDS = 3
TOGETHER = 32
WAYS = ((16, TOGETHER), (64, 1), (16, 1))
"""Connections, and the statements of each request."""

OVERLOAD = 2
"""Times the measured capacity."""

START = 30
"""Seconds within which the service must be ready."""

FAILED = "wrong, or anything else"
EXIT_CODE = "exit code when stopped"


def load(
    directory: Path, texts: Sequence[str], seconds: float, threads: int | None = None, options: Sequence[str] = ()
) -> dict[str, Any]:
    """Measure and print; returns the figures as JSON holds them.

    Args:
        directory: a model.
        texts: statements to send, again and again.
        seconds: how long the overload lasts.
        threads: of the classifier, in the service as in this process.
        options: more of them for `wirestance serve`.
    """
    classifier = StanceClassifier.load(directory, threads=threads)
    checked = [(text, (answer.label, answer.score)) for text in texts for answer in (classifier.predict(text),)]
    alone: list[float] = []
    driven: dict[tuple[int, int], list[Driven]] = {way: [] for way in WAYS}
    context = get_context("spawn")
    with _service(directory, threads, options) as (url, process), ProcessPoolExecutor(1, context) as client:
        for _ in range(ROUNDS):
            start = time.perf_counter()
            classifier.predict_batch(texts)
            alone.append(len(texts) / (time.perf_counter() - start))
            for (connections, size), rounds in driven.items():
                requests = [checked[place : place + size] for place in range(0, len(checked), size)]
                rounds.append(client.submit(drive, url, requests, connections).result())
        capacity = median(one.rate for one in driven[WAYS[0]])
        before = _memory(url)
        flooding = client.submit(overload, url, checked, OVERLOAD * capacity, seconds)
        time.sleep(seconds / 2)
        halfway = _memory(url)
        flood = flooding.result()
        after = _memory(url)
    batch = median(alone)
    table(
        f"{len(texts)} statements, {ROUNDS} rounds in turn, {usable_cores()} cores",
        ["way", "statements/s", "share", "p50", "p99"],
        [("a batch in a process", f"{batch:.0f}", "", "", ""), *(_row(*way, driven[way], batch) for way in WAYS)],
    )
    figures = {
        "requests": len(flood.replies),
        "offered, statements/s": round(sum(reply.statements for reply in flood.replies) / seconds),
        "answered, statements/s": round(flood.rate),
        "answered": flood.status(200),
        "refused with 429": flood.status(429),
        FAILED: sum(one.failed for one in [flood, *chain.from_iterable(driven.values())]),
        "p50 of the answered, ms": round(flood.latency(50), 1),
        "p99 of the answered, ms": round(flood.latency(99), 1),
        "memory before, MiB": round(before, 1),
        "memory halfway, MiB": round(halfway, 1),
        "memory after, MiB": round(after, 1),
        EXIT_CODE: process.returncode,
    }
    table(f"{OVERLOAD} times the capacity for {seconds:g} s", ["figure", "value"], list(figures.items()))
    ways = {f"{connections} x {size}": rounds for (connections, size), rounds in driven.items()}
    return {
        "batch": batch,
        "rate": {way: median(one.rate for one in rounds) for way, rounds in ways.items()},
        "p99, ms": {way: median(one.latency(99) for one in rounds) for way, rounds in ways.items()},
        "overload": figures,
    }


def _row(connections: int, size: int, rounds: Sequence[Driven], batch: float) -> tuple[str, ...]:
    rate = median(one.rate for one in rounds)
    p50, p99 = (f"{median(one.latency(percent) for one in rounds):.0f} ms" for percent in (50, 99))
    return f"{connections} connections, requests of {size}", f"{rate:.0f}", f"{rate / batch:.0%}", p50, p99


@contextmanager
def _service(
    directory: Path, threads: int | None, options: Sequence[str]
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The service as users start it: its address and process; stopped at the end, and dead behind it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = Path(sys.executable).with_name("wirestance")
    command = [str(script), "serve", "--model", str(directory), "--port", str(port), *options]
    command += ["--threads", str(threads)] if threads else []
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(START)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"{url}/ready"):  # raises at any status but 200
                return
        except URLError:
            time.sleep(0.1)
    raise RuntimeError(f"the service is not ready: {process.args!r} returned {process.poll()}")


def _memory(url: str) -> float:
    """What the service occupies, in MiB, by its own figures; nan if it is gone."""
    try:
        with urlopen(f"{url}/metrics") as page:
            lines = page.read().decode().splitlines()
    except URLError:
        return nan
    (line,) = (line for line in lines if line.startswith("process_resident_memory_bytes "))
    return float(line.split()[1]) / 2**20
