"""The room of a wire in the queue: by its length before any work is done for it, then by its statements."""

import asyncio
from threading import Event

import pytest

from wirestance import InputError, Prediction
from wirestance.inference.scoring import places_of
from wirestance.inference.service.batching import BusyError
from wirestance.inference.service.limits import Limits
from wirestance.inference.service.schema import WireIn
from wirestance.inference.service.service import Service

SENTENCE = (
    "Talks were held in Geneva, and both of the delegations said that they will go on until the end of the week.\n\n"
)


class Stub:
    """Has no answer for anything, once it is freed."""

    def __init__(self):
        self.free = Event()

    def answer(self, texts, *, threshold):
        assert self.free.wait(20)
        return [Prediction.unread("")] * len(texts)


@pytest.fixture
def reading(monkeypatch):
    """Wires are split when it is set; the wires whose turn has come."""
    reading, begun = Event(), []

    def held(wire):
        begun.append(wire)
        assert reading.wait(20)
        return places_of(wire)

    monkeypatch.setattr("wirestance.inference.service.service.places_of", held)
    return reading, begun


def run(scenario, limits):
    async def within():
        stub = Stub()
        service = Service(stub, limits)
        async with asyncio.timeout(20), service.batcher.running():
            await scenario(stub, service)
        assert service.batcher.accepted == 0

    asyncio.run(within())


async def ask(service, text):
    """A request that has come as far as it comes without waiting."""
    asked = asyncio.create_task(service.score(WireIn(text=text)))
    await asyncio.sleep(0)
    return asked


async def holds(service, statements):
    while service.batcher.accepted != statements:
        await asyncio.sleep(0.01)


def test_wires_without_room_are_refused_before_they_are_split(reading):
    reading, begun = reading

    async def scenario(stub, service):
        asked = [await ask(service, SENTENCE * 180) for _ in range(20)]  # room for 5 of them
        reading.set()
        stub.free.set()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(answer, BusyError) for answer in answers] == [False] * 5 + [True] * 15
        assert [len(answer.statements) for answer in answers[:5]] == [180] * 5

    run(scenario, Limits())
    assert len(begun) == 5


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("a" * 4000, 40, 1),
        ("a" * 40_000, 256, 4),  # no more than a request may have, or a queue with room for one would never take it
        ("Talks.\n" * 200, 14, 200),
    ],
)
def test_room_is_kept_by_length_and_then_by_number(reading, text, expected, found):
    reading, _ = reading

    async def scenario(stub, service):
        asked = await ask(service, text)
        await holds(service, expected)
        reading.set()
        await holds(service, found)
        stub.free.set()
        await asked

    run(scenario, Limits(queue=256))


@pytest.mark.parametrize(
    ("text", "expected", "error"),
    [
        ("Talks.\n" * 300, 21, InputError),  # more than 256 statements
        ("Talks.\n" * 250, 17, BusyError),  # beside 20 others
        (SENTENCE * 10, 10, asyncio.CancelledError),
    ],
)
def test_a_wire_that_comes_to_nothing_leaves_its_room(reading, text, expected, error):
    reading, _ = reading

    async def scenario(stub, service):
        others = asyncio.create_task(service.batcher.answer(["a"] * 20, None))
        await holds(service, 20)
        asked = await ask(service, text)
        await holds(service, 20 + expected)
        if error is asyncio.CancelledError:
            asked.cancel()
        else:
            reading.set()
        with pytest.raises(error):
            await asked
        assert service.batcher.accepted == 20
        reading.set()
        stub.free.set()
        await others

    run(scenario, Limits(queue=256))
