"""The service in this process: its answers are the library's, its refusals are told, and no text is logged."""

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from dataclasses import asdict
from threading import Event, current_thread, main_thread
from time import process_time

import httpx2
import pytest

from wirestance import Wire, score_wires
from wirestance.inference.rows import WIRE_COLUMNS
from wirestance.inference.service.app import create_app
from wirestance.inference.service.limits import Limits
from wirestance.inference.service.service import Service
from wirestance.inference.split import split_statements

TEXTS = ["Azerbaijani forces repelled an attack.", "Yerevan denied Baku’s claim.", "Talks resume in Geneva today."]
WIRE = {
    "id": "w1",
    "source": "Alpine Press",
    "title": "Talks go on",
    "text": "Talks were held in Geneva. “We will not stop,” Aliyev said.\n\nThey end on Friday.",
}
SECRET = "Xylophonbrigade"
SMALL = Limits(body=500, statements=3, queue=4)


class Fails:
    """A classifier that repeats the texts in its error."""

    identity = "fails"

    def answer(self, texts, *, threshold):
        raise ValueError(f"cannot read {texts}")


class Held:
    """A classifier that waits until it is freed."""

    def __init__(self, classifier):
        self.free = Event()
        self.identity = classifier.identity
        self._classifier = classifier

    def answer(self, texts, *, threshold):
        assert self.free.wait(20)
        return self._classifier.answer(texts, threshold=threshold)


@asynccontextmanager
async def client(classifier, limits=Limits()):  # noqa: B008
    app = create_app(Service(classifier, limits))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http,
    ):
        yield http


def post(classifier, path, body, limits=Limits(), **options):  # noqa: B008
    """The answer to one request, whose body is JSON unless it is bytes."""

    async def within():
        async with client(classifier, limits) as http:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            return await http.post(path, content=content, headers={"content-type": "application/json"}, **options)

    return asyncio.run(within())


def test_answers_are_those_of_the_library_in_the_fields_of_the_command(shipped):
    found = post(shipped, "/predict", {"texts": TEXTS, "threshold": 0.9}).json()["answers"]
    for text, answer in zip(TEXTS, found, strict=True):
        prediction = shipped.predict(text, threshold=0.9)
        assert answer == {
            "label": prediction.label,
            "score": pytest.approx(prediction.score, abs=1e-3),
            "scores": {label: pytest.approx(score, abs=1e-3) for label, score in prediction.scores.items()},
            "voice": prediction.voice,
            "reported": pytest.approx(prediction.reported, abs=1e-3),
            "truncated": prediction.truncated,
            "problem": prediction.problem,
        }


def test_requests_that_arrive_together_get_their_own_answers(shipped):
    asked = [(TEXTS[number % 3 :] + TEXTS[: number % 2], (None, 0, 0.97)[number % 3]) for number in range(24)]

    async def within():
        async with client(shipped) as http:
            bodies = [{"texts": texts, "threshold": threshold} for texts, threshold in asked]
            return await asyncio.gather(*(http.post("/predict", json=body) for body in bodies))

    for (texts, threshold), response in zip(asked, asyncio.run(within()), strict=True):
        expected = shipped.predict_batch(texts, threshold=threshold)
        assert [one["label"] for one in response.json()["answers"]] == [one.label for one in expected]


def test_a_text_that_cannot_be_read_stops_nothing(shipped):
    found = post(shipped, "/predict", {"texts": ["***", TEXTS[0], "", "Переговоры прошли в Женеве."]}).json()["answers"]
    assert [bool(one["problem"]) for one in found] == [True, False, True, True]
    assert found[1]["label"] == "pro-azerbaijan"


def test_a_wire_is_scored_as_the_command_scores_it(shipped):
    found = post(shipped, "/score", WIRE).json()
    rows = [asdict(row) for row in score_wires([Wire(**WIRE, file="request", number=1)], shipped)]
    numbers = ("score", "p_azerbaijan", "p_armenia", "p_neutral")
    expected = [row | {name: pytest.approx(row[name], abs=1e-3) for name in numbers} for row in rows]
    assert found["statements"] == expected
    assert found["wire"]["wire"] == "w1"
    assert found["wire"]["statements"] == 4
    assert found["wire"]["own_statements"] == 3
    assert list(found["wire"]) == list(WIRE_COLUMNS)


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        ("/predict", {"texts": ["a", 1]}, 422, "texts[1]: Input should be a valid string"),
        ("/predict", {"texts": []}, 422, "texts: List should have at least 1 item"),
        ("/predict", {"texts": ["a"] * 4}, 422, "more than 3 statements, the most that are taken in one request"),
        ("/predict", {"text": ["a"]}, 422, "texts: Field required; text: Extra inputs are not permitted"),
        ("/predict", {"texts": ["a"], "threshold": 1}, 422, "threshold: Input should be less than 1"),
        ("/predict", {"texts": ["a"], "threshold": float("nan")}, 422, "threshold: Input should be a finite number"),
        ("/predict", ["a"], 422, "the body is not a JSON object sent as application/json"),
        ("/predict", b"", 422, "the body is not a JSON object sent as application/json"),
        ("/predict", b"{broken", 422, "the body is not JSON at character 1"),
        ("/predict", b"\xff\xfe{", 422, "the body is not text in UTF-8"),
        ("/predict", b"[" * 400, 422, "the body is not JSON at character 400"),
        ("/score", {"text": "* * *"}, 422, "the text has no letter in it"),
        ("/score", {"text": "Talks.", "language": "de"}, 422, "the language is 'de'"),
        ("/score", {"text": "Talks.", "date": "soon"}, 422, "the date 'soon' cannot be read"),
        ("/score", {"text": "A goes. B goes. C goes. D goes."}, 422, "more than 3 statements, the most that"),
        ("/predict", {"texts": ["a" * 500]}, 413, "more than 500 bytes"),
    ],
)
def test_refusals_say_why(shipped, path, body, status, detail):
    response = post(shipped, path, body, SMALL)
    assert response.status_code == status
    assert response.json()["detail"].startswith(detail) or detail in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"texts": [1] * 10_000}, "texts[0]: Input should be a valid string"),
        (b"9" * 5000, "the body is not text in UTF-8, nested too deeply, or holds a number of too many digits"),
    ],
)
def test_a_large_body_with_errors_is_refused_for_the_first(shipped, body, detail):
    response = post(shipped, "/predict", body)
    assert (response.status_code, response.json()["detail"]) == (422, detail)


def test_a_body_that_is_not_called_json_is_refused(shipped):
    async def within():
        async with client(shipped) as http:
            body = json.dumps({"texts": TEXTS})
            kinds = ("application/json; charset=utf-8", "application/problem+json", "text/plain", None)
            headers = [{"content-type": kind} if kind else {} for kind in kinds]
            return [(await http.post("/predict", content=body, headers=one)).status_code for one in headers]

    assert asyncio.run(within()) == [200, 200, 422, 422]


def test_a_text_of_too_many_statements_is_refused_before_all_of_it_is_split(shipped):
    text = "x.\n" * 33_000

    async def within():
        async with client(shipped) as http:
            await http.post("/score", json=WIRE)  # the first request costs more
            start = process_time()
            assert (await http.post("/score", json={"text": text})).status_code == 422
            return process_time() - start

    refusing = asyncio.run(within())
    start = process_time()
    assert sum(1 for _ in split_statements(text)) == 33_000
    assert refusing < (process_time() - start) / 3


def test_a_large_wire_is_read_beside_the_event_loop(shipped, monkeypatch):
    threads = set()
    monkeypatch.setattr("wirestance.inference.scoring.read_speaker", lambda _: threads.add(current_thread()))
    found = post(shipped, "/score", {"text": "“We will not stop,” Aliyev said. " * 100}).json()
    assert found["wire"]["statements"] > found["wire"]["own_statements"]
    assert threads
    assert main_thread() not in threads


def test_a_body_without_a_length_is_cut_off_as_well(shipped):
    sent = []

    async def endless():
        while len(sent) < 100:
            sent.append(1)
            yield b" " * 1024 * 1024

    async def within():
        async with client(shipped, SMALL) as http:
            return await http.post("/predict", content=endless(), headers={"content-type": "application/json"})

    assert asyncio.run(within()).status_code == 413
    assert len(sent) < 20


def test_a_full_queue_is_told_with_429_and_empties(shipped):
    async def within():
        held = Held(shipped)
        async with client(held, SMALL) as http:
            accepted = asyncio.create_task(http.post("/predict", json={"texts": TEXTS}))
            async with asyncio.timeout(20):
                while "wirestance_queue_statements 3.0" not in (await http.get("/metrics")).text:
                    await asyncio.sleep(0.01)
            refused = [
                await http.post("/predict", json={"texts": TEXTS[:2]}),
                await http.post("/score", json={"text": "Talks went on. They ended."}),
            ]
            for response in refused:
                assert response.status_code == 429
                assert "3 statements are waiting, of at most 4, and no room for 2 more" in response.json()["detail"]
                assert int(response.headers["retry-after"]) >= 1
            assert "wirestance_queue_statements 3.0" in (await http.get("/metrics")).text
            assert (await http.get("/ready")).status_code == 200
            held.free.set()
            assert (await accepted).status_code == 200
            assert (await http.post("/predict", json={"texts": TEXTS[:2]})).status_code == 200

    asyncio.run(within())


def test_it_is_ready_between_start_and_stop(shipped):
    service = Service(shipped, Limits())
    app = create_app(service)

    async def within():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
            for path in ("/predict", "/score"):
                assert (await http.post(path, json=WIRE)).status_code == 503
            assert (await http.get("/ready")).status_code == 503
            async with app.router.lifespan_context(app):
                assert (await http.get("/ready")).json()["model"] == shipped.identity
            assert (await http.get("/ready")).status_code == 503
            assert (await http.get("/health")).json() == {"alive": True}

    asyncio.run(within())


def test_the_figures_count_what_was_done(shipped):
    async def within():
        async with client(shipped) as http:
            await http.post("/predict", json={"texts": TEXTS})
            await http.post("/predict", json={"texts": []})
            await http.get(f"/{SECRET}")
            return (await http.get("/metrics")).text

    page = asyncio.run(within())
    for line in (
        'wirestance_requests_total{route="/predict",status="200"} 1.0',
        'wirestance_requests_total{route="/predict",status="422"} 1.0',
        'wirestance_requests_total{route="(none)",status="404"} 1.0',
        'wirestance_statements_total{answer="pro-azerbaijan"} 1.0',
        'wirestance_batch_statements_bucket{le="4.0"} 1.0',
        'wirestance_request_seconds_count{route="/predict"} 1.0',
    ):
        assert line in page
    assert SECRET not in page


def test_no_text_is_logged_whatever_happens(shipped, caplog):
    caplog.set_level(logging.DEBUG)
    bodies = [
        {"texts": [f"{SECRET} forces repelled an attack."]},
        {"texts": [{SECRET: 1}]},
        {SECRET: 1},
        {"texts": [f"\ud800 {SECRET}"]},
        f"{{broken {SECRET}".encode(),
        {"texts": [SECRET * 1000]},
    ]
    statuses = [
        post(classifier, path, body, Limits(body=5000), params={"q": SECRET}).status_code
        for classifier in (shipped, Fails())
        for path in ("/predict", "/score", f"/{SECRET}")
        for body in [*bodies, WIRE | {"text": f"{SECRET} went on."}, WIRE | {"text": "1", "title": SECRET}]
    ]
    assert {200, 404, 413, 422, 500} <= set(statuses)
    logged = [record for record in caplog.records if not record.name.startswith("http")]  # the client logs too
    assert any("failed with ValueError" in record.getMessage() for record in logged)
    for record in logged:
        assert SECRET not in logging.Formatter().format(record) + str(record.__dict__)


class Panic(BaseException):
    """As a panic of Rust is told."""


@pytest.mark.parametrize("failure", [RuntimeError, Panic])
def test_a_failure_of_the_model_is_a_500_and_the_service_goes_on(shipped, failure):
    class Chokes:
        def answer(self, texts, *, threshold):
            if "bad" in texts:
                raise failure
            return shipped.answer(texts, threshold=threshold)

    async def within():
        async with client(Chokes()) as http:
            asked = [["bad"], TEXTS, ["bad"], TEXTS]
            return await asyncio.gather(*(http.post("/predict", json={"texts": texts}) for texts in asked))

    responses = asyncio.run(within())
    assert [response.status_code for response in responses] == [500, 200, 500, 200]
    assert responses[0].json()["detail"] == "the service failed on this request; its log says where"
