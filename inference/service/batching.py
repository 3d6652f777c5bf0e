"""Requests that arrive together with one threshold are judged together: while one batch runs, the next one gathers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import islice
from typing import NamedTuple

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.prediction import Prediction

LARGEST_BATCH = 128
"""Statements that are judged at once, unless one request has more: enough to fill the network's own batches."""

Outcome = list[Prediction] | BaseException


class BusyError(Exception):
    """The queue has no room for a request."""


class _Job(NamedTuple):
    """What one request asks."""

    texts: Sequence[str]
    threshold: float | None
    outcome: asyncio.Future[Outcome]


class Batcher:
    """A queue before the threads that run the classifier. Nothing waits while one of them is idle."""

    def __init__(
        self,
        classifier: StanceClassifier,
        most: int,
        ran: Callable[[Sequence[Prediction]], None] = lambda _: None,
        at_once: int = 1,
    ) -> None:
        """Set up the queue; `running` works it off.

        Args:
            classifier: judges the statements.
            most: statements that may be accepted and not answered yet.
            ran: told of the answers of every batch.
            at_once: batches that run at a time.
        """
        self._classifier, self._most, self._ran, self._at_once = classifier, most, ran, at_once
        self._jobs: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._ending = False
        self.accepted = 0
        """Statements that are accepted and not answered yet."""

    @contextmanager
    def accept(self, statements: int) -> Iterator[None]:
        """Keep room for statements until the block is left.

        Raises:
            BusyError: there is none.
        """
        if self.accepted + statements > self._most:
            raise BusyError(
                f"{self.accepted} statements are waiting, of at most {self._most}, and no room for {statements} more; "
                "try again later"
            )
        self.accepted += statements
        try:
            yield
        finally:
            self.accepted -= statements

    async def answer(self, texts: Sequence[str], threshold: float | None) -> list[Prediction]:
        """As `StanceClassifier.answer`, and raises what that raises.

        Raises:
            BusyError: there is no room for so many statements.
        """
        with self.accept(len(texts)):
            job = _Job(texts, threshold, asyncio.get_running_loop().create_future())
            self._jobs.append(job)
            self._arrived.set()
            try:
                outcome = await job.outcome
            except asyncio.CancelledError:  # its texts are not kept until the next batch
                with suppress(ValueError):  # it may be running
                    self._jobs.remove(job)
                raise
            if isinstance(outcome, Exception):
                raise outcome
            if isinstance(outcome, BaseException):  # such as a panic of the tokenizer
                raise RuntimeError(type(outcome).__name__) from outcome
            return outcome

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work the queue off as long as the block runs, and what is left in it at the end."""
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="classifier") as threads:
            workers = [asyncio.create_task(self._run(threads)) for _ in range(self._at_once)]
            try:
                yield
            finally:
                self._ending = True
                self._arrived.set()
                await asyncio.gather(*workers)

    async def _run(self, threads: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        while not self._ending or self._jobs:
            await self._arrived.wait()
            if not self._ending:
                self._arrived.clear()
            while batch := self._next():
                outcomes = await loop.run_in_executor(threads, self._judge, batch)
                for job, outcome in zip(batch, outcomes, strict=True):
                    if not job.outcome.done():  # it may have been cancelled
                        job.outcome.set_result(outcome)
                if judged := [one for outcome in outcomes if isinstance(outcome, list) for one in outcome]:
                    self._ran(judged)

    def _next(self) -> list[_Job]:
        """The oldest job and those with the same threshold that fit into a batch with it; the rest goes on waiting."""
        batch: list[_Job] = []
        waiting: deque[_Job] = deque()
        size = 0
        for job in self._jobs:
            if job.outcome.done():
                continue
            if not batch or (job.threshold == batch[0].threshold and size + len(job.texts) <= LARGEST_BATCH):
                batch.append(job)
                size += len(job.texts)
            else:
                waiting.append(job)
        self._jobs = waiting
        return batch

    def _judge(self, batch: Sequence[_Job]) -> list[Outcome]:
        """The outcome of every job: if the batch fails, each is tried alone, so that only its cause fails."""
        try:
            texts = [text for job in batch for text in job.texts]
            answers = iter(self._classifier.answer(texts, threshold=batch[0].threshold))
            return [list(islice(answers, len(job.texts))) for job in batch]
        except BaseException as error:  # whatever it is, the others are still to be answered
            return [error] if len(batch) == 1 else [outcome for job in batch for outcome in self._judge([job])]
