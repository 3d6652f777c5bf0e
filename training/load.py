"""The load test: the service in a process, a real client in another, and every answer checked."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, cycle, islice
from math import nan
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx2
import numpy as np

from wirestance import StanceClassifier
from wirestance.inference.runtime import usable_cores
from wirestance.training.tables import table

ROUNDS = 3
TOGETHER = 32
WAYS = ((16, TOGETHER), (64, 1), (16, 1))
"""Connections, and the statements of each request."""

SIZES = (1, 2, 4, 8, 16, 32)
"""Statements of the requests under overload, in turn."""

OVERLOAD = 2
"""Times the measured capacity."""

START = 30
"""Seconds within which the service must be ready."""

PATIENCE = 120
"""Seconds that the client waits for an answer."""

ROUNDING = 0.001
"""Farthest that a probability may be from the expected one."""

FAILED = "wrong, or anything else"
EXIT_CODE = "exit code when stopped"

Expected = tuple[str | None, float]
"""A label and its probability."""


class Reply(NamedTuple):
    """What became of one request."""

    status: int
    """0 if there was none."""
    seconds: float
    statements: int
    right: bool
    """Whether every answer is the expected one."""


class Driven(NamedTuple):
    """What a client saw."""

    seconds: float
    replies: list[Reply]

    @property
    def rate(self) -> float:
        """Statements answered a second."""
        return sum(reply.statements for reply in self.replies if reply.status == 200) / self.seconds

    def latency(self, percent: float) -> float:
        """A percentile of the time to an answer, in milliseconds."""
        answered = [one.seconds for one in self.replies if one.status == 200]
        return 1000 * float(np.percentile(answered, percent)) if answered else nan

    def status(self, status: int) -> int:
        """Requests with this status."""
        return sum(reply.status == status for reply in self.replies)

    @property
    def failed(self) -> int:
        """Requests that were neither answered rightly nor refused."""
        return sum(not (reply.status == 429 or (reply.status == 200 and reply.right)) for reply in self.replies)


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
            if httpx2.get(f"{url}/ready").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the service is not ready: {process.args!r} returned {process.poll()}")


def _memory(url: str) -> float:
    """What the service occupies, in MiB, by its own figures; nan if it is gone."""
    try:
        lines = httpx2.get(f"{url}/metrics").text.splitlines()
    except httpx2.TransportError:
        return nan
    (line,) = (line for line in lines if line.startswith("process_resident_memory_bytes "))
    return float(line.split()[1]) / 2**20


Checked = Sequence[tuple[str, Expected]]


def drive(url: str, requests: Sequence[Checked], connections: int) -> Driven:
    """Send requests over a number of connections, on each the next one as soon as the last is answered."""
    return asyncio.run(_drive(url, requests, connections))


async def _drive(url: str, requests: Sequence[Checked], connections: int) -> Driven:
    remaining = iter(requests)

    async def connection(client: httpx2.AsyncClient) -> list[Reply]:
        return [await _send(client, request) for request in remaining]

    async with _client(url) as client:
        start = time.perf_counter()
        replies = await asyncio.gather(*(connection(client) for _ in range(connections)))
        return Driven(time.perf_counter() - start, list(chain.from_iterable(replies)))


def overload(url: str, checked: Checked, rate: float, seconds: float) -> Driven:
    """Send statements at a rate, whatever becomes of those before."""
    return asyncio.run(_overload(url, checked, rate, seconds))


async def _overload(url: str, checked: Checked, rate: float, seconds: float) -> Driven:
    texts, sizes = cycle(checked), cycle(SIZES)
    async with _client(url) as client, asyncio.TaskGroup() as group:
        tasks = []
        sent = 0
        start = time.perf_counter()
        while (now := time.perf_counter() - start) < seconds:
            if sent < rate * now:
                request = list(islice(texts, next(sizes)))
                tasks.append(group.create_task(_send(client, request)))
                sent += len(request)
            await asyncio.sleep(0 if sent < rate * now else 0.002)
        replies = [await task for task in tasks]
        return Driven(time.perf_counter() - start, replies)


def _client(url: str) -> httpx2.AsyncClient:
    """A client whose connections are kept, and as many as there are requests at a time."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx2.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE)


async def _send(client: httpx2.AsyncClient, request: Checked) -> Reply:
    body = json.dumps({"texts": [text for text, _ in request]})
    start = time.perf_counter()
    try:
        response = await client.post("/predict", content=body, headers={"Content-Type": "application/json"})
    except httpx2.TransportError:
        return Reply(0, time.perf_counter() - start, len(request), right=False)
    seconds = time.perf_counter() - start
    right = response.status_code == 200 and _as_expected(response.json()["answers"], request)
    return Reply(response.status_code, seconds, len(request), right)


def _as_expected(answers: Sequence[Mapping[str, Any]], request: Checked) -> bool:
    return len(answers) == len(request) and all(
        answer["label"] == label and abs(answer["score"] - score) <= ROUNDING
        for answer, (_, (label, score)) in zip(answers, request, strict=True)
    )
