"""The limit on the size of a body, kept while it is read."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


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

        async def counted() -> Message:
            nonlocal read
            if announced <= self._most:
                message = await receive()
                read += len(message.get("body", b""))
                if read <= self._most:
                    return message
            detail = f"the body has more than {self._most:,} bytes, the most that are read; send fewer statements"
            raise HTTPException(413, detail, headers={"Connection": "close"})

        await self._app(scope, counted, send)
