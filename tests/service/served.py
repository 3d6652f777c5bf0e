"""The service in a thread, for tests that need real sockets."""

import threading
import time
from contextlib import contextmanager

import uvicorn

from wirestance.inference.service.app import create_app
from wirestance.inference.service.limits import Limits
from wirestance.inference.service.service import Service


@contextmanager
def running(classifier, limits=Limits()):  # noqa: B008
    """The host and port of a service that runs in a thread."""
    config = uvicorn.Config(create_app(Service(classifier, limits)), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)  # pytest ends even if it hangs
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < until
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[:2]
    finally:
        server.should_exit = True
        thread.join(20)
    assert not thread.is_alive()
