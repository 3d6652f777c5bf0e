"""The routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from wirestance.inference.service.access import Access
from wirestance.inference.service.batching import BusyError
from wirestance.inference.service.body import BodyLimit
from wirestance.inference.service.hangup import Hangup
from wirestance.inference.service.route import Direct
from wirestance.inference.service.schema import Alive, Answers, Problem, Ready, ScoredWireOut, Statements, WireIn
from wirestance.inference.service.service import NotReadyError, Service
from wirestance.model.errors import InputError

DESCRIPTION = "Labels the partisanship of English news-wire statements about the Armenia–Azerbaijan conflict."
OPENAPI = "/openapi.json"
RETRY_AFTER = 1
"""Seconds after which to try again: the queue moves on several times a second."""


def _refusal(description: str, example: str) -> dict[str, Any]:
    content = {"application/json": {"example": {"detail": example}}}
    return {"model": Problem, "description": description, "content": content}


Responses = dict[int | str, dict[str, Any]]

NOT_READY: Responses = {503: _refusal("Not ready.", "the service is starting or stopping")}
REFUSALS: Responses = {
    413: _refusal("The body is too large.", "the body has more than 1,048,576 bytes, the most that are read"),
    422: _refusal("The body is not what is described here.", "texts[1]: Input should be a valid string"),
    429: _refusal("The queue is full.", "1024 statements are waiting, of at most 1024; try again later")
    | {"headers": {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}},
    500: _refusal("The service failed.", "the service failed on this request; its log says where"),
    **NOT_READY,
}


def create_app(service: Service) -> FastAPI:
    """The ASGI application of a service; its lifespan runs the queue."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.batcher.running():
            service.ready = True
            yield
            service.ready = False

    app = FastAPI(
        title="wirestance", version=version("wirestance"), description=DESCRIPTION, lifespan=lifespan,
        openapi_url=OPENAPI, docs_url=None, redoc_url=None,  # they load scripts from elsewhere
    )  # fmt: skip
    app.add_exception_handler(InputError, _handler(422))
    app.add_exception_handler(BusyError, _handler(429, {"Retry-After": str(RETRY_AFTER)}))
    app.add_exception_handler(NotReadyError, _handler(503))
    ready = [Depends(service.check_ready)]
    asking = APIRouter(route_class=Direct, responses=REFUSALS, dependencies=ready)

    @asking.post("/predict")
    async def predict(asked: Statements) -> Answers:
        """Judge statements, in their order; one that cannot be read has its `problem` and no label."""
        return await service.predict(asked)

    @asking.post("/score")
    async def score(asked: WireIn) -> ScoredWireOut:
        """Split a wire into its statements, judge them, and tell speakers and lean."""
        return await service.score(asked)

    @app.get("/health")
    async def health() -> Alive:
        """Tell that the process runs."""
        return Alive()

    @app.get("/ready", responses=NOT_READY, dependencies=ready)
    async def is_ready() -> Ready:
        """Tell whether requests are taken, and of which model."""
        return Ready(version=app.version, model=service.classifier.identity)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> PlainTextResponse:
        """Give the figures that Prometheus reads."""
        return PlainTextResponse(service.metrics.page(), media_type=CONTENT_TYPE_LATEST)

    app.include_router(asking)
    document = app.openapi()
    document["components"]["schemas"]["Statements"]["properties"]["texts"]["maxItems"] = service.limits.statements
    app.add_middleware(BodyLimit, most=service.limits.body)
    app.add_middleware(Hangup)
    app.add_middleware(Access, routes={*document["paths"], OPENAPI}, metrics=service.metrics)
    return app


def _handler(status: int, headers: dict[str, str] | None = None) -> Any:
    """What answers an exception: its message, under one status."""

    async def answer(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status, headers)

    return answer
