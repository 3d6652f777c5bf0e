"""The client of the load test: it sends statements by HTTP and checks every answer."""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from itertools import chain, cycle, islice
from math import nan
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np

SIZES = (1, 2, 4, 8, 16, 32)
"""Statements of the requests under overload, in turn."""

AT_ONCE = 512
"""Requests under overload that can be on the way, each in a thread: more than the service's queue has room for."""

PATIENCE = 120
"""Seconds that the client waits for an answer."""

ROUNDING = 0.001
"""Farthest that a probability may be from the expected one."""

Expected = tuple[str | None, float]
"""A label and its probability."""

Checked = Sequence[tuple[str, Expected]]
"""Statements with what is expected of each."""


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


def drive(url: str, requests: Sequence[Checked], connections: int) -> Driven:
    """Send requests over a number of connections, on each the next one as soon as the last is answered."""
    remaining = iter(requests)

    def connection(_: int) -> list[Reply]:
        with closing(_connect(url)) as http:
            return [_send(http, request, time.perf_counter()) for request in remaining]

    with ThreadPoolExecutor(connections) as threads:
        start = time.perf_counter()
        replies = list(chain.from_iterable(threads.map(connection, range(connections))))
        return Driven(time.perf_counter() - start, replies)


def overload(url: str, checked: Checked, rate: float, seconds: float) -> Driven:
    """Send statements at a rate, whatever becomes of those before."""
    texts, sizes = cycle(checked), cycle(SIZES)
    idle: list[HTTPConnection] = []

    def send(request: Checked, due: float) -> Reply:
        try:
            http = idle.pop()
        except IndexError:
            http = _connect(url)
        reply = _send(http, request, due)
        idle.append(http)
        return reply

    with ThreadPoolExecutor(AT_ONCE) as threads:
        sent, sending = 0, []
        start = time.perf_counter()
        while (due := sent / rate) < seconds:
            time.sleep(max(0.0, start + due - time.perf_counter()))
            request = list(islice(texts, next(sizes)))
            sending.append(threads.submit(send, request, start + due))
            sent += len(request)
        replies = [one.result() for one in sending]
        seconds = time.perf_counter() - start
    for http in idle:
        http.close()
    return Driven(seconds, replies)


def _connect(url: str) -> HTTPConnection:
    return HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)


def _send(http: HTTPConnection, request: Checked, due: float) -> Reply:
    """Send a request that was due at a time by `perf_counter`, from which its answer is waited for."""
    body = json.dumps({"texts": [text for text, _ in request]})
    try:
        status, content = _post(http, body.encode())
    except (OSError, HTTPException):
        http.close()
        return Reply(0, time.perf_counter() - due, len(request), right=False)
    seconds = time.perf_counter() - due
    right = status == 200 and _as_expected(json.loads(content)["answers"], request)
    return Reply(status, seconds, len(request), right)


def _post(http: HTTPConnection, body: bytes) -> tuple[int, bytes]:
    """A status and a body."""
    try:
        return _exchange(http, body)
    except ConnectionError:  # the service closes a connection that was idle for some seconds
        http.close()
        return _exchange(http, body)


def _exchange(http: HTTPConnection, body: bytes) -> tuple[int, bytes]:
    http.request("POST", "/predict", body, {"Content-Type": "application/json"})
    response = http.getresponse()
    return response.status, response.read()


def _as_expected(answers: Sequence[Mapping[str, Any]], request: Checked) -> bool:
    return len(answers) == len(request) and all(
        answer["label"] == label and abs(answer["score"] - score) <= ROUNDING
        for answer, (_, (label, score)) in zip(answers, request, strict=True)
    )
