"""How the body of a request becomes what a handler takes: by FastAPI's own way it costs as much as all the rest."""

import json
from collections.abc import Awaitable, Callable
from inspect import get_annotations
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from wirestance.inference.wires.problems import shown
from wirestance.model.errors import InputError

MOST_ERRORS = 5
"""Errors of a request that are told at once."""

NO_OBJECT = "the body is not a JSON object sent as application/json"


class Direct(APIRoute):
    """A route whose handler takes one model and gives another, as its signature and the OpenAPI document tell.

    Its dependencies are awaited before the body is read.
    """

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """What answers a request; raises InputError for a body that is not as described."""
        endpoint = self.endpoint
        asked: type[BaseModel] = get_annotations(endpoint)["asked"]

        async def handle(request: Request) -> Response:
            for needed in self.dependencies:
                await needed.dependency()  # type: ignore[misc]
            answer: BaseModel = await endpoint(_read(asked, _json(request, await request.body())))
            return Response(answer.model_dump_json(), media_type="application/json")

        return handle


def _json(request: Request, body: bytes) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body or not (kind == "application/json" or kind.endswith("+json")):
        raise InputError(NO_OBJECT)
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise InputError(f"the body is not JSON at character {error.pos}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        reason = "not text in UTF-8, nested too deeply, or holds a number of too many digits"
        raise InputError(f"the body is {reason}") from error


def _read(model: type[BaseModel], body: Any) -> BaseModel:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        raise InputError("; ".join(map(_told, errors[:MOST_ERRORS]))) from None  # the error itself repeats the body


def _told(error: Any) -> str:
    """One error behind its place in the body, such as `texts[3]`; without what stands there."""
    if not error["loc"]:
        return NO_OBJECT
    names = (
        f"[{part}]" if isinstance(part, int) else f".{part if part.isidentifier() else shown(part)}"
        for part in error["loc"]
    )
    return f"{''.join(names).removeprefix('.')}: {error['msg']}"
