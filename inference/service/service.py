"""What the service does with a request, apart from HTTP."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.prediction import Prediction
from wirestance.inference.rows import wire_row
from wirestance.inference.scoring import Place, places_of, scored_wire
from wirestance.inference.service.batching import Batcher
from wirestance.inference.service.limits import Limits
from wirestance.inference.service.metrics import Metrics
from wirestance.inference.service.schema import Answer, Answers, ScoredWireOut, Statements, WireIn
from wirestance.inference.wires.build import build
from wirestance.inference.wires.record import Rejection, Wire
from wirestance.model.errors import InputError

FILE = "request"
"""Where a wire was read, for its rows."""

SHORT = 100
"""Characters of a wire that is read at once: to hand it to a thread would take as long."""

CHARACTERS = 100
"""Of a wire's text for each statement that is expected in it: as a rule there are fewer, of some 150 characters."""

T = TypeVar("T")


class NotReadyError(Exception):
    """The service is starting or stopping."""


class Service:
    """One classifier, its queue and its figures."""

    def __init__(self, classifier: StanceClassifier, limits: Limits, at_once: int = 1) -> None:
        """Set up; the batcher must be run for requests to be answered. `at_once` batches run at a time."""
        self.classifier, self.limits = classifier, limits
        self.metrics = Metrics(lambda: self.batcher.accepted)
        self.batcher = Batcher(classifier, limits.queue, self.metrics.batch, at_once)
        self.ready = False
        """Whether requests are taken."""

    async def check_ready(self) -> None:
        """Raise NotReadyError unless requests are taken."""
        if not self.ready:
            raise NotReadyError("the service is starting or stopping")

    async def predict(self, asked: Statements) -> Answers:
        """Judge statements; one that cannot be read has its problem.

        Raises:
            InputError: there are too many.
            BusyError: the queue is full.
        """
        self._check_number(len(asked.texts))
        predictions = await self.batcher.answer(asked.texts, asked.threshold)
        return Answers(answers=[Answer.of(prediction) for prediction in predictions])

    async def score(self, asked: WireIn) -> ScoredWireOut:
        """Score a wire as `wirestance score` does.

        Raises:
            InputError: it cannot be read, or has too many statements.
            BusyError: the queue is full.
        """
        short = len(asked.text) <= SHORT
        expected = min(max(1, len(asked.text) // CHARACTERS), self.limits.statements)
        with self.batcher.accept(expected):  # what has no room costs no work
            wire, places = await _aside(lambda: self._read(asked), short)
        # Nothing else runs between giving that room back and taking what is needed.
        answers = await self.batcher.answer([place.text for place in places], asked.threshold)
        return await _aside(lambda: _scored(wire, places, answers), short)

    def _read(self, asked: WireIn) -> tuple[Wire, list[Place]]:
        wire = build(FILE, 1, asked.model_dump(exclude={"threshold"}))
        if isinstance(wire, Rejection):
            raise InputError(wire.reason)
        places = list(islice(places_of(wire), self.limits.statements + 1))  # not all of too many: it takes a second
        self._check_number(len(places))
        return wire, places

    def _check_number(self, statements: int) -> None:
        most = self.limits.statements
        if statements > most:
            raise InputError(f"more than {most} statements, the most that are taken in one request")


async def _aside(work: Callable[[], T], short: bool) -> T:
    """Do work, in a thread unless it is short: other requests would wait for it."""
    return work() if short else await asyncio.to_thread(work)


def _scored(wire: Wire, places: Sequence[Place], answers: Sequence[Prediction]) -> ScoredWireOut:
    scored = scored_wire(wire, places, iter(answers))
    return ScoredWireOut(wire=wire_row(scored), statements=scored.statements)
