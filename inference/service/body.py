"""The limit on the size of a body, kept while it is read."""

import asyncio
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DROPPED = 16 * 1024 * 1024
"""Bytes that are read and dropped behind a refusal."""

PATIENCE = 2
"""Seconds that this may take."""


class BodyLimit:
    """ASGI middleware that stops reading a body beyond the limit, whether its length was announced or not."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Wrap an app; `most` is the limit in bytes."""
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted as it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = int(dict(scope["headers"]).get(b"content-length", 0))  # the server has checked that it is a number
        read = 0
        refused = False

        async def counted() -> Message:
            nonlocal read, refused
            if announced <= self._most:
                message = await receive()
                read += len(message.get("body", b""))
                if read <= self._most:
                    return message
            refused = True
            detail = f"the body has more than {self._most:,} bytes, the most that are read; send fewer statements"
            raise HTTPException(413, detail, headers={"Connection": "close"})

        async def told(message: Message) -> None:
            if not refused or message["type"] != "http.response.body":
                await send(message)
                return
            await send({**message, "more_body": True})
            await _drop(receive)
            await send({"type": "http.response.body"})

        await self._app(scope, counted, told)


async def _drop(receive: Receive) -> None:
    """Read on for a while: a client that still writes would find its connection reset, and not see the answer."""
    left = DROPPED
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while left > 0 and (message := await receive()).get("more_body", False):
                left -= len(message["body"])
