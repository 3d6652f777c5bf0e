"""The outermost layer: every request is counted, those not answered are logged, and no failure gets out with a text."""

import logging
import traceback
from collections.abc import Set
from http import HTTPStatus
from time import perf_counter

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wirestance.inference.service.metrics import Metrics

LOG = logging.getLogger("wirestance.service")

NO_ROUTE = "(none)"
"""Stands for any path that is not the service's: a path may hold anything."""

FRAMES = -5
"""The innermost frames of a failure are logged."""


class Access:
    """ASGI middleware that counts requests, and logs route, status and time of those that are not answered.

    Neither query nor body is logged, and no message of a failure.
    """

    def __init__(self, app: ASGIApp, routes: Set[str], metrics: Metrics) -> None:
        """Wrap an app that has these routes, and count its requests in `metrics`."""
        self._app, self._routes, self._metrics = app, routes, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer 500 if that fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        start = perf_counter()
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__, FRAMES))  # not the message: it may hold a text
            LOG.error("failed with %s at\n%s", type(error).__name__, where)
            if not status:
                failure = {"detail": "the service failed on this request; its log says where"}
                await JSONResponse(failure, 500)(scope, receive, watched)
        seconds = perf_counter() - start
        route = scope["path"] if scope["path"] in self._routes else NO_ROUTE
        self._metrics.request(route, status, seconds)
        level = logging.DEBUG if status < HTTPStatus.BAD_REQUEST else logging.INFO  # the figures count every request
        LOG.log(level, "%s %d %.1f ms", route, status, 1000 * seconds)
