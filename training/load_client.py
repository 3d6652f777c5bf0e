"""The client of the load test: it sends statements by HTTP and checks every answer."""

import json
import socket
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http import HTTPStatus
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
        return sum(reply.statements for reply in self.replies if reply.status == HTTPStatus.OK) / self.seconds

    def latency(self, percent: float) -> float:
        """A percentile of the time to an answer, in milliseconds."""
        answered = [one.seconds for one in self.replies if one.status == HTTPStatus.OK]
        return 1000 * float(np.percentile(answered, percent)) if answered else nan

    def status(self, status: int) -> int:
        """Requests with this status."""
        return sum(reply.status == status for reply in self.replies)

    @property
    def failed(self) -> int:
        """Requests that were neither answered rightly nor refused."""
        return sum(
            not (reply.status == HTTPStatus.TOO_MANY_REQUESTS or (reply.status == HTTPStatus.OK and reply.right))
            for reply in self.replies
        )


def drive(url: str, requests: Sequence[Checked], connections: int) -> Driven:
    """Send requests over a number of connections, on each the next one as soon as the last is answered."""
    remaining = iter([(request, _body(request)) for request in requests])

    def connection(_: int) -> list[_Sent]:
        with closing(_Connection(url)) as http:
            return [_send(http, request, body, time.perf_counter()) for request, body in remaining]

    with ThreadPoolExecutor(connections) as threads:
        start = time.perf_counter()
        sent = list(chain.from_iterable(threads.map(connection, range(connections))))
        seconds = time.perf_counter() - start
    return Driven(seconds, [_reply(one) for one in sent])


def overload(url: str, checked: Checked, rate: float, seconds: float) -> Driven:
    """Send statements at a rate, whatever becomes of those before."""
    texts, sizes = cycle(checked), cycle(SIZES)
    idle: list[_Connection] = []

    def send(request: Checked, due: float) -> Reply:
        try:
            http = _open(idle) or _Connection(url)
        except OSError:
            return Reply(0, time.perf_counter() - due, len(request), right=False)
        reply = _reply(_send(http, request, _body(request), due))
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


class _Connection:
    """An HTTP connection that is kept, as plain as it gets: the client shares its cores with the service."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._head = f"POST /predict HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n".encode()
        self._socket = socket.create_connection((place.hostname, place.port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def post(self, body: bytes) -> tuple[int, bytes]:
        """A status and a body; raises OSError or ValueError if there is none."""
        self._socket.sendall(b"%bContent-Length: %d\r\n\r\n%b" % (self._head, len(body), body))
        _, status, *_ = self._answers.readline().split()
        length = 0
        while (line := self._answers.readline().lower()).strip():
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        return int(status), self._answers.read(length)

    def closed(self) -> bool:
        """Whether the service has closed it, as it does after some idle seconds."""
        self._socket.setblocking(False)
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._socket.settimeout(PATIENCE)

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


def _open(idle: list[_Connection]) -> _Connection | None:
    """One of the idle connections that the service has not closed meanwhile."""
    while True:
        try:
            http = idle.pop()
        except IndexError:
            return None
        if not http.closed():
            return http
        http.close()


class _Sent(NamedTuple):
    """A request and its answer, not read yet."""

    request: Checked
    status: int
    content: bytes
    seconds: float


def _body(request: Checked) -> bytes:
    return json.dumps({"texts": [text for text, _ in request]}).encode()


def _send(http: _Connection, request: Checked, body: bytes, due: float) -> _Sent:
    """Send a request that was due at a time by `perf_counter`, from which its answer is waited for."""
    try:
        status, content = http.post(body)
    except (OSError, ValueError):
        status, content = 0, b""
    return _Sent(request, status, content, time.perf_counter() - due)


def _reply(sent: _Sent) -> Reply:
    right = sent.status == HTTPStatus.OK and _as_expected(json.loads(sent.content)["answers"], sent.request)
    return Reply(sent.status, sent.seconds, len(sent.request), right)


def _as_expected(answers: Sequence[Mapping[str, Any]], request: Checked) -> bool:
    return len(answers) == len(request) and all(
        answer["label"] == label and abs(answer["score"] - score) <= ROUNDING
        for answer, (_, (label, score)) in zip(answers, request, strict=True)
    )
