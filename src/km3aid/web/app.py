"""The HTTP application: routes, and how errors become answers."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from km3aid import __version__
from km3aid.web.assets import add_page
from km3aid.web.compression import Compression
from km3aid.web.config import ServeConfig
from km3aid.web.guard import Guard
from km3aid.web.jobs import Job, Jobs
from km3aid.web.metrics import Metrics
from km3aid.web.pool import Pool, RefusedError, Reply
from km3aid.web.problems import MEDIA_TYPE, Problem, add_problems, refusal

_JSON_LINES = "application/x-ndjson"


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
    "assignments": "The same for several structures at once, such as hits",
    "verify": "Whether a structure fits: consistent, inconsistent or undecided",
    "rank": "Which of some candidates it is",
    "search": "Which molecule of a library it is",
    "elucidate": "Structures proposed for a spectrum, which need not stand in a library",
    "predict": "The shifts that a structure should show",
    "spectrum": "How a spectrum is understood: multiplicities from DEPT, peaks set aside",
    "parse": "What a file or a pasted text holds",
}
_Answers = dict[int | str, dict[str, Any]]
_PROBLEMS: _Answers = {
    status: {"description": what, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, what in {
        400: "Not a readable HTTP request.",
        401: "A token is required.",
        403: "The request comes from another site.",
        404: "Not found.",
        409: "The library was built by another model.",
        410: "The batch has expired.",
        413: "Too large.",
        415: "Not JSON by its content-type.",
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
        redirect_slashes=False,  # behind a proxy they would lead elsewhere
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
        responses=_PROBLEMS,
    )
    add_problems(app)
    for task, summary in _SUMMARIES.items():
        _add_task(app, pool, task, summary)
    _add_batches(app, jobs, pool)
    _add_jobs(app, jobs, pool)
    _add_state(app, pool, metrics)
    _describe(app, pool)
    add_page(app)
    app.add_middleware(Compression)
    app.add_middleware(Guard, config=config, metrics=metrics)
    return app


def _add_task(app: FastAPI, pool: Pool, task: str, summary: str) -> None:
    formats = pool.loaded["formats"].get(task, [])
    keys = _keys(pool, task)

    async def answer(request: Request) -> Response:
        return _response(await pool.run(task, {"body": await _json_text(request)}), keys)

    async def answer_as(request: Request, format: Format = "json") -> Response:
        if format == "json":
            return await answer(request)
        if format not in formats:
            raise RefusedError(422, f"format: {format!r} is not available for {task}; choose {', '.join(formats)}")
        asked = {"body": await _json_text(request), "format": format}
        return _file(await pool.run(task, asked), f"km3aid-{task}.{format}", keys)

    body = {"required": True, "content": {"application/json": {"schema": pool.loaded["bodies"][task]}}}
    found = _answers(pool.loaded["answers"][task], "The answer" + (", or a file with ?format=" if formats else ""))
    app.post(f"/api/{task}", name=task, summary=summary, openapi_extra={"requestBody": body}, responses=found)(
        answer_as if formats else answer
    )


def _answers(schema: dict[str, Any], what: str, kind: str = "application/json", status: int = 200) -> _Answers:
    """The part of the description that says what a route answers."""
    return {status: {"description": what, "content": {kind: {"schema": schema}}}}


def _keys(pool: Pool, task: str) -> Collection[str]:
    """What a request for this task may hold."""
    schema = str(pool.loaded["bodies"][task]["$ref"]).rpartition("/")[2]
    keys: dict[str, Any] = pool.loaded["schemas"][schema]["properties"]
    return keys


async def _json_text(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # a form on another site cannot send this
        raise RefusedError(415, f"content-type: {kind or 'none'!r}; send application/json")
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise RefusedError(422, f"request: not UTF-8 ({error.reason} at byte {error.start})") from None


def _lines_of(pool: Pool) -> _Answers:
    """What the description says of the answers of a batch."""
    known = pool.loaded["answers"]
    kinds = {json.dumps(known[task]): known[task] for task in (*BatchTask, "failure")}
    return _answers({"anyOf": list(kinds.values())}, "One line for each record: each is one of these", _JSON_LINES)


def _add_batches(app: FastAPI, jobs: Jobs, pool: Pool) -> None:
    async def start(task: BatchTask, request: Request, options: BatchOptions) -> Job:
        defaults = options.model_dump(exclude_none=True)
        for key in defaults:
            if key not in _keys(pool, task):
                raise RefusedError(422, f"{key}: not an option of {task.value}; leave it out")
        return jobs.start(task.value, await request.body(), defaults)

    lines_of = _lines_of(pool)

    @app.post("/api/batch/{task}", summary="Answer a batch, line by line", openapi_extra=_UPLOAD, responses=lines_of)
    async def batch(task: BatchTask, request: Request, options: Options) -> Response:
        job = await start(task, request, options)

        async def lines() -> AsyncIterator[bytes]:
            try:
                async for line in job.lines():
                    yield line
            finally:  # a client that disconnects cancels its batch
                await jobs.cancel(job)

        return StreamingResponse(lines(), media_type=_JSON_LINES, headers={"X-Job": job.id})

    @app.post(
        "/api/jobs/{task}",
        summary="Start a batch in the background",
        status_code=202,
        openapi_extra=_UPLOAD,
        responses=_answers(pool.loaded["answers"]["job"], "Started; Location has its address", status=202),
    )
    async def begin(task: BatchTask, request: Request, options: Options) -> Response:
        job = await start(task, request, options)
        prefix = pool.config.public.prefix if pool.config.public else ""
        return JSONResponse(job.status(), 202, {"Location": f"{prefix}/api/jobs/{job.id}"})


def _add_jobs(app: FastAPI, jobs: Jobs, pool: Pool) -> None:
    lines_of, job_of = _lines_of(pool), _answers(pool.loaded["answers"]["job"], "The state of the batch")

    @app.get("/api/jobs/{job}", summary="The progress of a batch", responses=job_of)
    async def status(job: str) -> Response:
        return JSONResponse(jobs.get(job).status())

    @app.get("/api/jobs/{job}/events", summary="Its progress as server-sent events")
    async def events(job: str) -> Response:
        return StreamingResponse(jobs.get(job).events(), media_type="text/event-stream")

    @app.get("/api/jobs/{job}/answers", summary="Its answers, one per line, as they come", responses=lines_of)
    async def answers(job: str, format: Format = "jsonl") -> Response:
        found = jobs.get(job)
        if format in ("json", "jsonl"):
            return StreamingResponse(found.lines(), media_type=_JSON_LINES)
        if format not in pool.loaded["formats"][found.task]:
            choices = ", ".join(pool.loaded["formats"][found.task])
            raise RefusedError(422, f"format: {format!r} is not available for {found.task}; choose {choices}")
        asked = {"task": found.task, "lines": found.records, "defaults": found.defaults, "answers": found.answers}
        reply = await pool.run("batch_file", asked | {"format": format}, patient=True)
        return _file(reply, f"km3aid-{found.task}.{format}", ())

    @app.delete("/api/jobs/{job}", summary="Cancel it", responses=job_of)
    async def cancel(job: str) -> Response:
        found = jobs.get(job)
        await jobs.cancel(found)
        return JSONResponse(found.status())


def _add_state(app: FastAPI, pool: Pool, metrics: Metrics) -> None:
    def holds(name: str) -> _Answers:
        return _answers(pool.loaded["answers"][name], "The answer")

    @app.get("/api/health", summary="Whether the service is up", responses=holds("health"))
    async def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get(
        "/api/models",
        summary="The model, the formats that can be read and written, and the known solvents",
        responses=holds("models"),
    )
    async def models() -> dict[str, Any]:
        return {key: pool.loaded[key] for key in ("models", "formats", "input_formats", "solvents")}

    @app.get("/api/libraries", summary="The libraries that can be searched", responses=holds("libraries"))
    async def libraries() -> dict[str, Any]:
        return {"libraries": pool.loaded["libraries"]}

    @app.get("/metrics", include_in_schema=False)
    async def prometheus() -> Response:
        text = metrics.text(pool.queued, pool.busy, pool.config.workers)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _response(reply: Reply, keys: Collection[str]) -> Response:
    if reply.kind != "answer":
        return refusal(reply.body.decode(), reply.kind, keys)
    timing = f"queue;dur={reply.queue_ms:.2f}, work;dur={reply.work_ms:.2f}"
    return Response(reply.body, media_type="application/json", headers={"Server-Timing": timing})


def _file(reply: Reply, name: str, keys: Collection[str]) -> Response:
    if reply.kind != "answer":
        return _response(reply, keys)
    made = json.loads(reply.body)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(base64.b64decode(made["base64"]), media_type=made["media_type"], headers=headers)


def _describe(app: FastAPI, pool: Pool) -> None:
    """Add to the OpenAPI description what the bodies hold, which the workers know."""

    def openapi() -> dict[str, Any]:
        made = FastAPI.openapi(app)
        made["components"]["schemas"].update(pool.loaded["schemas"], Problem=Problem.model_json_schema())
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"token": []}, {}]  # a token is wanted only where one is set
        if pool.config.public:
            made["servers"] = [{"url": pool.config.public.url.rstrip("/")}]
        return made

    app.openapi = openapi  # type: ignore[method-assign]
