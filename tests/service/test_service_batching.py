"""The queue: what arrives together is judged together, and nobody's failure is another's."""

import asyncio
from threading import Event

import pytest

from wirestance import Prediction
from wirestance.inference.service.batching import LARGEST_BATCH, Batcher, BusyError


class Stub:
    """Answers with the text itself; waits while it is held; fails on `bad`."""

    def __init__(self):
        self.batches = []
        self.started = 0
        self.free = Event()
        self.free.set()

    def answer(self, texts, *, threshold):
        self.started += 1
        assert self.free.wait(20)
        self.batches.append((list(texts), threshold))
        if "bad" in texts:
            raise ValueError("bad")
        return [Prediction.unread(text) for text in texts]


def run(scenario, most=1000, at_once=1):
    """Run a scenario with a stub and its batcher."""

    async def within():
        stub = Stub()
        batcher = Batcher(stub, most, at_once=at_once)
        async with asyncio.timeout(20), batcher.running():
            await scenario(stub, batcher)
        assert batcher.accepted == 0
        return stub.batches

    return asyncio.run(within())


async def ask(batcher, *texts, threshold=None):
    answers = await batcher.answer(texts, threshold)
    assert [answer.problem for answer in answers] == list(texts)


async def hold(stub, batcher):
    """A task whose batch is running and held."""
    stub.free.clear()
    first = asyncio.create_task(ask(batcher, "first"))
    while not stub.started:
        await asyncio.sleep(0.01)
    return first


@pytest.mark.parametrize("at_once", [1, 2])
def test_so_many_batches_run_at_once(at_once):
    async def scenario(stub, batcher):
        first = await hold(stub, batcher)
        rest = []
        for number in range(3):
            rest.append(asyncio.create_task(ask(batcher, f"{number}")))
            await asyncio.sleep(0.05)
        assert stub.started == at_once
        stub.free.set()
        await asyncio.gather(first, *rest)

    waiting = ["0", "1", "2"] if at_once == 1 else ["1", "2"]
    assert (waiting, None) in run(scenario, at_once=at_once)


def test_what_arrives_while_a_batch_runs_is_the_next_batch():
    async def scenario(stub, batcher):
        first = await hold(stub, batcher)
        rest = [asyncio.create_task(ask(batcher, f"{number}a", f"{number}b")) for number in range(5)]
        await asyncio.sleep(0.05)
        stub.free.set()
        await asyncio.gather(first, *rest)

    assert [len(texts) for texts, _ in run(scenario)] == [1, 10]


def test_a_batch_has_one_threshold_and_a_size():
    async def scenario(stub, batcher):
        first = await hold(stub, batcher)
        half = [str(number) for number in range(LARGEST_BATCH // 2)]
        asked = [(half, None), (half, 0.5), (half, None), (half, None), (half * 3, 0.5)]
        rest = [asyncio.create_task(ask(batcher, *texts, threshold=threshold)) for texts, threshold in asked]
        await asyncio.sleep(0.05)
        stub.free.set()
        await asyncio.gather(first, *rest)

    half = LARGEST_BATCH // 2
    assert [(len(texts), threshold) for texts, threshold in run(scenario)] == [
        (1, None), (2 * half, None), (half, 0.5), (half, None), (3 * half, 0.5)
    ]  # fmt: skip


def test_a_full_queue_refuses_and_has_room_again():
    async def scenario(stub, batcher):
        first = await hold(stub, batcher)
        second = asyncio.create_task(ask(batcher, "a", "b"))
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="3 statements are waiting, of at most 4"):
            await ask(batcher, "c", "d")
        stub.free.set()
        await asyncio.gather(first, second)
        await ask(batcher, "c", "d", "e", "f")

    run(scenario, most=4)


def test_only_the_cause_of_a_failure_fails():
    async def scenario(stub, batcher):
        first = await hold(stub, batcher)
        tasks = [asyncio.create_task(ask(batcher, text)) for text in ("a", "bad", "c")]
        await asyncio.sleep(0.05)
        stub.free.set()
        _, a, bad, c = await asyncio.gather(first, *tasks, return_exceptions=True)
        assert (a, c) == (None, None)
        assert isinstance(bad, ValueError)
        await ask(batcher, "later")

    run(scenario)


def test_a_client_that_goes_away_leaves_no_trace():
    async def scenario(stub, batcher):
        first = await hold(stub, batcher)
        gone, stays = (asyncio.create_task(ask(batcher, text)) for text in ("gone", "stays"))
        await asyncio.sleep(0.05)
        gone.cancel()
        first.cancel()
        await asyncio.sleep(0.05)
        assert batcher.accepted == 1
        stub.free.set()
        await stays
        await ask(batcher, "later")

    assert [texts for texts, _ in run(scenario)] == [["first"], ["stays"], ["later"]]


def test_the_end_answers_what_was_accepted():
    answered = []

    async def scenario(stub, batcher):
        first = await hold(stub, batcher)
        for task in first, asyncio.create_task(ask(batcher, "second")):
            task.add_done_callback(answered.append)
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().call_later(0.1, stub.free.set)

    assert len(run(scenario)) == 2
    assert [task.exception() for task in answered] == [None, None]
