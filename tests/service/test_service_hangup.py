"""Clients on real sockets that do not wait for their answer: the service gives them up, and has room for others."""

import json
import socket
import threading
import time
from contextlib import closing

import httpx2
import pytest
from served import running

from wirestance.inference.service.limits import Limits

TEXTS = [f"The {number}th patrol met nobody near the bridge." for number in range(256)]


class Held:
    """A classifier that waits until it is freed, and counts what it judges."""

    def __init__(self, classifier):
        self.free = threading.Event()
        self.judged = 0
        self._classifier = classifier

    def answer(self, texts, *, threshold):
        assert self.free.wait(20)
        self.judged += len(texts)
        return self._classifier.answer(texts, threshold=threshold)


@pytest.fixture
def held(shipped):
    """A classifier that waits, and the address of its service."""
    classifier = Held(shipped)
    with running(classifier) as address:
        yield classifier, address
        classifier.free.set()


def sent(address, path, body, length=None):
    """A connection that has sent a request of JSON, and announced that much of it."""
    connection = socket.create_connection(address, timeout=20)
    head = f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: "
    connection.sendall(f"{head}{length or len(body)}\r\n\r\n".encode() + body)
    return connection


def figures(address):
    return httpx2.get(f"http://{address[0]}:{address[1]}/metrics").text.splitlines()


def wait_for(address, line):
    until = time.monotonic() + 10
    while line not in figures(address):
        assert time.monotonic() < until, line
        time.sleep(0.01)


def test_the_room_of_clients_that_have_gone_is_free_at_once(held):
    classifier, address = held
    body = json.dumps({"texts": TEXTS}).encode()
    gone = [sent(address, "/predict", body) for _ in range(4)]
    wait_for(address, "wirestance_queue_statements 1024.0")
    for connection in gone:
        connection.close()
    wait_for(address, "wirestance_queue_statements 0.0")
    wait_for(address, 'wirestance_requests_total{route="/predict",status="499"} 4.0')
    with closing(sent(address, "/predict", body)) as stays:
        wait_for(address, "wirestance_queue_statements 256.0")
        classifier.free.set()
        assert stays.recv(100).startswith(b"HTTP/1.1 200 ")
    assert classifier.judged == 2 * len(TEXTS)  # what ran when they went, and the last


def test_a_client_that_goes_while_it_writes_is_counted_so_too(held):
    _, address = held
    sent(address, "/predict", b'{"texts": [', length=1000).close()
    wait_for(address, 'wirestance_requests_total{route="/predict",status="499"} 1.0')


def test_requests_on_one_connection_are_all_answered(held):
    classifier, address = held
    classifier.free.set()
    with httpx2.Client(base_url=f"http://{address[0]}:{address[1]}") as http:
        for _ in range(20):
            assert http.post("/predict", json={"texts": TEXTS[:1]}).status_code == 200
            assert http.post("/predict", json={"texts": []}).status_code == 422
    assert 'wirestance_requests_total{route="/predict",status="200"} 20.0' in figures(address)
    assert not any('"499"' in line for line in figures(address))


@pytest.mark.parametrize("announced", [True, False])
def test_a_client_that_still_writes_sees_the_413(shipped, announced):
    kilobyte = b" " * 1024
    with running(shipped, Limits(body=1000)) as address, socket.create_connection(address, timeout=20) as connection:
        length = f"Content-Length: {8192 * 1024}" if announced else "Transfer-Encoding: chunked"
        connection.sendall(f"POST /predict HTTP/1.1\r\nHost: here\r\n{length}\r\n\r\n".encode())
        for _ in range(8192):
            connection.sendall(kilobyte if announced else b"400\r\n" + kilobyte + b"\r\n")
        if not announced:
            connection.sendall(b"0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
