"""A request whose client has gone is given up: nobody reads its answer, and others wait for its room."""

import asyncio

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

GONE = 499
"""The status under which such a request is counted, as by nginx; it is sent to nobody."""


class Hangup:
    """ASGI middleware that cancels a request when its client goes away before the answer begins."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and wait for the client's end from the moment its body was read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = asyncio.current_task()
        waiting: asyncio.Task[None] | None = None
        gone = answered = False

        def left(message: Message) -> bool:
            nonlocal gone
            gone = message["type"] == "http.disconnect" and not answered
            return gone

        async def heard() -> Message:
            nonlocal waiting
            message = await receive()
            if left(message):
                raise asyncio.CancelledError  # FastAPI would answer 400
            if message["type"] == "http.request" and not message.get("more_body", False):
                waiting = asyncio.create_task(wait())
            return message

        async def wait() -> None:
            if left(await receive()) and request:
                request.cancel()

        async def told(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, heard, told)
        except asyncio.CancelledError:
            if not gone:
                raise
            await Response(status_code=GONE)(scope, receive, send)  # only counted: the server drops it
        finally:
            if waiting:
                waiting.cancel()
