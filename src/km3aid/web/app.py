"""The HTTP application: routes, and how errors become answers."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from km3aid import __version__
from km3aid.web.assets import add_page
from km3aid.web.config import ServeConfig
from km3aid.web.guard import Guard
from km3aid.web.jobs import Job, Jobs
from km3aid.web.metrics import Metrics
from km3aid.web.pool import Pool, RefusedError, Reply

_STATUS = {"InternalError": 500, "LibraryMismatchError": 409, "LibraryError": 404}
_JSON_LINES = "application/x-ndjson"


class Problem(BaseModel):
    """Why there is no answer."""

    error: str


class BatchTask(StrEnum):
    """The tasks that take a batch."""

    ASSIGN = "assign"
    VERIFY = "verify"
    RANK = "rank"
    SEARCH = "search"
    ELUCIDATE = "elucidate"


class BatchOptions(BaseModel, extra="forbid"):
    """Defaults for the records of a batch; a record's own value wins."""

    library: str | None = Field(default=None, max_length=500, description="For search and elucidate.")
    top: int | None = Field(default=None, ge=1, description="For rank, search and elucidate.")
    solvent: str | None = Field(default=None, max_length=500, description="none: nothing is set aside.")
    one_per_carbon: bool | None = None


Options = Annotated[BatchOptions, Query()]
Format = Annotated[str, Query(max_length=20, description="json, or a format that GET /api/models lists.")]
_SUMMARIES = {
    "assign": "Which peak belongs to which carbon",
    "verify": "Whether a structure fits: consistent, inconsistent or undecided",
    "rank": "Which of some candidates it is",
    "search": "Which molecule of a library it is",
    "elucidate": "Structures proposed for a spectrum, which need not stand in a library",
    "predict": "The shifts that a structure should show",
    "spectrum": "How a spectrum is understood: multiplicities from DEPT, peaks set aside",
    "parse": "What a file or a pasted text holds",
}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        400: "Not a readable HTTP request.",
        401: "A token is required.",
        403: "The request comes from another site.",
        404: "Not found.",
        409: "The library was built by another model.",
        413: "Too large.",
        422: "The input cannot be used; the error says where and why.",
        429: "Busy: ask again after the seconds of Retry-After.",
        503: "No worker was free, or the request ended its worker.",
        504: "Not finished within the time limit.",
    }.items()
}
_LINES = {"schema": {"type": "string", "description": "One JSON object per line."}}
_UPLOAD = {"requestBody": {"required": True, "content": {_JSON_LINES: _LINES, "text/plain": _LINES}}}


def create_app(config: ServeConfig, pool: Pool, metrics: Metrics) -> FastAPI:
    """The application in front of a started pool."""
    jobs = Jobs(pool, config.limits)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await jobs.stop()

    app = FastAPI(
        title="km3aid",
        version=__version__,
        summary="13C NMR: which molecule it is, and which peak belongs to which carbon.",
        docs_url=None,  # FastAPI's pages load scripts from elsewhere; /docs is our own
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
        responses=_PROBLEMS,
    )
    _add_errors(app)
    for task, summary in _SUMMARIES.items():
        _add_task(app, pool, task, summary)
    _add_batches(app, jobs, pool)
    _add_state(app, pool, metrics)
    _describe(app, pool)
    add_page(app)
    app.add_middleware(Guard, config=config, metrics=metrics)
    return app


def _add_task(app: FastAPI, pool: Pool, task: str, summary: str) -> None:
    formats = pool.loaded["formats"].get(task, [])

    async def answer(request: Request) -> Response:
        return _response(await pool.run(task, {"body": await _json_text(request)}))

    async def answer_as(request: Request, format: Format = "json") -> Response:
        if format == "json":
            return await answer(request)
        if format not in formats:
            raise RefusedError(422, f"format: {format!r} is not available for {task}; choose {', '.join(formats)}")
        asked = {"body": await _json_text(request), "format": format}
        return _file(await pool.run(task, asked), f"km3aid-{task}.{format}")

    body = {"required": True, "content": {"application/json": {"schema": pool.loaded["bodies"][task]}}}
    app.post(f"/api/{task}", name=task, summary=summary, openapi_extra={"requestBody": body})(
        answer_as if formats else answer
    )


async def _json_text(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # a form on another site cannot send this
        raise RefusedError(422, f"content-type: {kind or 'none'!r}; send application/json")
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise RefusedError(422, f"request: not UTF-8 ({error.reason} at byte {error.start})") from None


def _add_batches(app: FastAPI, jobs: Jobs, pool: Pool) -> None:
    async def start(task: BatchTask, request: Request, options: BatchOptions) -> Job:
        defaults = options.model_dump(exclude_none=True)
        schema = str(pool.loaded["bodies"][task]["$ref"]).rpartition("/")[2]
        for key in defaults:
            if key not in pool.loaded["schemas"][schema]["properties"]:
                raise RefusedError(422, f"{key}: not an option of {task.value}; leave it out")
        return jobs.start(task.value, await request.body(), defaults)

    @app.post("/api/batch/{task}", summary="Answer a batch, line by line", openapi_extra=_UPLOAD)
    async def batch(task: BatchTask, request: Request, options: Options) -> Response:
        job = await start(task, request, options)

        async def lines() -> AsyncIterator[bytes]:
            try:
                async for line in job.lines():
                    yield line
            finally:  # a client that disconnects cancels its batch
                await jobs.cancel(job)

        return StreamingResponse(lines(), media_type=_JSON_LINES, headers={"X-Job": job.id})

    @app.post("/api/jobs/{task}", summary="Start a batch in the background", status_code=202, openapi_extra=_UPLOAD)
    async def begin(task: BatchTask, request: Request, options: Options) -> Response:
        job = await start(task, request, options)
        return JSONResponse(job.status(), 202, {"Location": f"/api/jobs/{job.id}"})

    @app.get("/api/jobs/{job}", summary="The progress of a batch")
    async def status(job: str) -> Response:
        return JSONResponse(jobs.get(job).status())

    @app.get("/api/jobs/{job}/events", summary="Its progress as server-sent events")
    async def events(job: str) -> Response:
        return StreamingResponse(jobs.get(job).events(), media_type="text/event-stream")

    @app.get("/api/jobs/{job}/answers", summary="Its answers, one per line, as they come")
    async def answers(job: str) -> Response:
        return StreamingResponse(jobs.get(job).lines(), media_type=_JSON_LINES)

    @app.delete("/api/jobs/{job}", summary="Cancel it")
    async def cancel(job: str) -> Response:
        found = jobs.get(job)
        await jobs.cancel(found)
        return JSONResponse(found.status())


def _add_state(app: FastAPI, pool: Pool, metrics: Metrics) -> None:
    @app.get("/api/health", summary="Whether the service is up")
    async def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/api/models", summary="The model, the formats that can be read and written, and the known solvents")
    async def models() -> dict[str, Any]:
        return {key: pool.loaded[key] for key in ("models", "formats", "input_formats", "solvents")}

    @app.get("/api/libraries", summary="The libraries that can be searched")
    async def libraries() -> dict[str, Any]:
        return {"libraries": pool.loaded["libraries"]}

    @app.get("/metrics", include_in_schema=False)
    async def prometheus() -> Response:
        text = metrics.text(pool.queued, pool.busy, pool.config.workers)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _response(reply: Reply) -> Response:
    if reply.kind != "answer":
        return JSONResponse({"error": reply.body.decode()}, _STATUS.get(reply.kind, 422))
    timing = f"queue;dur={reply.queue_ms:.2f}, work;dur={reply.work_ms:.2f}"
    return Response(reply.body, media_type="application/json", headers={"Server-Timing": timing})


def _file(reply: Reply, name: str) -> Response:
    if reply.kind != "answer":
        return _response(reply)
    made = json.loads(reply.body)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(base64.b64decode(made["base64"]), media_type=made["media_type"], headers=headers)


def _describe(app: FastAPI, pool: Pool) -> None:
    """Add to the OpenAPI description what the bodies hold, which the workers know."""

    def openapi() -> dict[str, Any]:
        made = FastAPI.openapi(app)
        made["components"]["schemas"].update(pool.loaded["schemas"])
        return made

    app.openapi = openapi  # type: ignore[method-assign]


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def refused(_: Request, error: RefusedError) -> Response:
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return JSONResponse({"error": str(error)}, error.status, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
        return JSONResponse({"error": "; ".join(problems)}, 422)

    @app.exception_handler(ClientDisconnect)
    async def broken_off(_: Request, __: ClientDisconnect) -> Response:
        return JSONResponse({"error": "the request is too large, or was broken off"}, 413)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)
