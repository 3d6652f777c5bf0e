"""The figures that Prometheus reads; of statements only how many there were and how they were answered."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from wirestance.inference.prediction import Prediction

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
CANNOT_TELL = "cannot-tell"


class Metrics:
    """The figures of one service, in a registry of their own."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        """Register them; `waiting` tells how many statements are accepted and not answered yet."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "wirestance_requests", "Requests, answered or not.", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "wirestance_request_seconds", "From a request to its answer, of those with status 200.", ("route",),
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self._statements = Counter("wirestance_statements", "Statements judged.", ("answer",), registry=self._registry)
        self._batches = Histogram(
            "wirestance_batch_statements", "Statements judged at once.", buckets=BATCHES, registry=self._registry
        )
        queue = Gauge("wirestance_queue_statements", "Statements not answered yet.", registry=self._registry)
        queue.set_function(waiting)
        ProcessCollector(registry=self._registry)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request; how long it took only if it was answered, since refusals take no time."""
        self._requests.labels(route, str(status)).inc()
        if status == HTTPStatus.OK:
            self._seconds.labels(route).observe(seconds)

    def batch(self, answers: Sequence[Prediction]) -> None:
        """Count what was judged at once."""
        self._batches.observe(len(answers))
        for answer in answers:
            self._statements.labels(answer.label or CANNOT_TELL).inc()

    def page(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self._registry)
