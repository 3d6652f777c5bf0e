"""The service as a process: it holds to its own specification, stops in peace, and stands a load."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from served import running

from wirestance.inference.cli import wirestance
from wirestance.model.artifact import SHIPPED
from wirestance.training.load import EXIT_CODE, FAILED, load

SCRIPT = Path(sys.executable).with_name("wirestance")
SECRET = "Xylophonbrigade"
MANY = [f"The {number}th patrol of the Azerbaijani army met nobody near the bridge." for number in range(256)]


@pytest.fixture(scope="module")
def address(shipped):
    """The service on a port, in a thread."""
    with running(shipped) as (host, port):
        yield f"http://{host}:{port}"


@pytest.mark.parametrize(
    "options",
    [
        ["--exclude-path", "/score"],
        # Which texts, dates and languages of a wire can be read is more than a schema can say.
        ["--include-path", "/score", "--exclude-checks", "positive_data_acceptance"],
    ],
)
def test_it_holds_to_its_own_specification(address, tmp_path, options):
    command = [
        SCRIPT.with_name("schemathesis"),
        "run",
        f"{address}/openapi.json",
        "--max-examples",
        "50",
        "--seed",
        "1",
    ]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def process():
    """The service as users start it, its port and what it has logged by its end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [SCRIPT, "serve", "--port", str(port), "--threads", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as started:
        try:
            wait_for(url, started)
            yield started, url
        finally:
            started.kill()


def wait_for(url, started):
    until = time.monotonic() + 30
    while True:
        try:
            httpx2.get(f"{url}/ready").raise_for_status()
            return
        except httpx2.HTTPError:
            assert started.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize("signalled", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_was_accepted(process, signalled):
    started, url = process
    answers = []

    def ask():
        answers.append(httpx2.post(f"{url}/predict", json={"texts": MANY}, timeout=60))

    asked = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asked:
        thread.start()
    while "wirestance_queue_statements 512.0" not in httpx2.get(f"{url}/metrics").text:
        assert not answers
    started.send_signal(signalled)
    refused = 0
    while started.poll() is None:
        try:
            refused += httpx2.post(f"{url}/predict", json={"texts": ["Talks went on."]}).status_code == 503
        except httpx2.TransportError:
            refused += 1
        time.sleep(0.05)
    for thread in asked:
        thread.join(10)
    assert [len(answer.json()["answers"]) for answer in answers] == [len(MANY)] * 2
    assert refused
    assert started.returncode == 0


def test_the_process_logs_no_text(process):
    started, url = process
    with httpx2.Client(base_url=url) as http:
        for body in (json.dumps({"texts": [SECRET]}), f"{{{SECRET}", json.dumps({"texts": [SECRET] * 200_000})):
            http.post("/predict", params={"q": SECRET}, content=body, headers={"content-type": "application/json"})
        http.get(f"/{SECRET}")
    with socket.create_connection(("127.0.0.1", httpx2.URL(url).port)) as raw:
        raw.sendall(f"{SECRET} {SECRET}\r\n\r\n".encode())
        assert b"400" in raw.recv(1000)
    started.send_signal(signal.SIGTERM)
    _, log = started.communicate(timeout=20)
    assert b"/predict 422 " in log
    assert b"/predict 413 " in log
    assert SECRET.encode() not in log


def test_a_taken_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [SCRIPT, "serve", "--port", port, "--threads", "1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"wirestance: cannot serve on port {port} of 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_short_load(shipped):
    figures = load(SHIPPED, MANY[:32], seconds=2, options=["--max-queue", "64", "--max-statements", "32"])
    flood = figures["overload"]
    assert flood[FAILED] == flood[EXIT_CODE] == 0
    assert flood["answered"] > 0
    assert flood["refused with 429"] > 0
    assert flood["memory after, MiB"] < flood["memory before, MiB"] + 30


def test_bad_usage(monkeypatch):
    done = CliRunner().invoke(wirestance, ["serve", "--max-queue", "10"])
    assert done.exit_code == 2
    assert "--max-queue 10 has no room for --max-statements 256" in done.output
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = CliRunner().invoke(wirestance, ["serve"])
    assert str(done.exception) == 'wirestance serve needs uvicorn: pip install "wirestance[serve]"'


@pytest.mark.parametrize(("options", "at_once"), [([], 2), (["--threads", "1"], 1), (["--threads", "4"], 1)])
def test_threads_are_the_cores_of_all_batches_together(monkeypatch, options, at_once):
    """Each batch takes as many threads as are asked for."""
    found = []
    service = "wirestance.inference.service"
    monkeypatch.setattr(f"{service}.server.serve", lambda *_: None)
    monkeypatch.setattr(f"{service}.service.Service", lambda classifier, limits, at_once: found.append(at_once))
    done = CliRunner().invoke(wirestance, ["serve", *options])
    assert done.exit_code == 0
    assert found == [at_once]
