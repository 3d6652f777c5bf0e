"""The server: uvicorn, told to stop in peace and to log no more than it should."""

import logging
import signal
from types import FrameType

import uvicorn

from wirestance.inference.service.app import create_app
from wirestance.inference.service.service import Service
from wirestance.model.errors import WirestanceError

LOG = logging.getLogger("wirestance.service")

GRACE = 60
"""Seconds that a stop waits for accepted requests: a client may not read on, and a very long queue may take longer."""


class _Server(uvicorn.Server):
    """Takes no more requests from the moment of a signal on."""

    def __init__(self, service: Service, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.ready = False
        super().handle_exit(sig, frame)


def serve(service: Service, host: str, port: int) -> None:
    """Answer requests until SIGTERM or SIGINT, then finish those that were accepted.

    Raises:
        WirestanceError: it cannot start, as where the port is taken.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    config = uvicorn.Config(
        create_app(service), host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    server = _Server(service, config)
    for signalled in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signalled, server.handle_exit)  # uvicorn repeats the signal when it has stopped: not to be killed
    LOG.info("model %s, %s", service.classifier.identity, service.limits)
    try:
        server.run()
    except SystemExit as stopped:  # uvicorn's own, with a status of its own
        raise WirestanceError(f"cannot serve on port {port} of {host}; the error above says why") from stopped
