"""The HTTP application: routes, and how errors become answers."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from km3aid import __version__
from km3aid.web.config import ServeConfig
from km3aid.web.guard import Guard
from km3aid.web.jobs import Job, Jobs, said
from km3aid.web.metrics import Metrics
from km3aid.web.pool import Pool, RefusedError, Reply
from km3aid.web.requests import (
    AssignRequest,
    ParseRequest,
    PredictRequest,
    RankRequest,
    SearchRequest,
    SpectrumRequest,
    plain,
)

STATIC = Path(__file__).parent / "static"
_STATUS = {"InternalError": 500, "LibraryMismatchError": 409, "LibraryError": 404}
_JSON_LINES = "application/x-ndjson"


class Problem(BaseModel):
    """Why there is no answer."""

    error: str


class BatchTask(StrEnum):
    ASSIGN = "assign"
    RANK = "rank"
    SEARCH = "search"


Format = Annotated[str, Query(max_length=20, description="json, or a format that GET /api/models lists.")]
LibraryName = Annotated[str | None, Query(max_length=500)]
SolventName = Annotated[str | None, Query(max_length=500, description="Of all records; none: nothing is set aside.")]
Top = Annotated[int | None, Query(ge=1, le=100)]
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        400: "The request is no HTTP that can be read.",
        401: "A token is wanted.",
        403: "The request comes from another site.",
        404: "There is no such thing.",
        409: "The library was built by another model.",
        413: "Too large.",
        422: "The input cannot be used; the error says where and why.",
        429: "Busy: ask again after the seconds of Retry-After.",
        503: "No worker was free, or the request ended its worker.",
        504: "Not finished within the time limit.",
    }.items()
}
_LINES = {"schema": {"type": "string", "description": "One object of the batch a line."}}
_UPLOAD = {"requestBody": {"required": True, "content": {_JSON_LINES: _LINES, "text/plain": _LINES}}}


def create_app(config: ServeConfig, pool: Pool, metrics: Metrics, stop: Callable[[], None] | None = None) -> FastAPI:
    """The application over a started pool; `stop` is called when it ends."""
    jobs = Jobs(pool, config.limits)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await jobs.stop()
        if stop is not None:
            stop()

    app = FastAPI(
        title="km3aid",
        version=__version__,
        summary="13C NMR: which molecule it is, and which peak belongs to which carbon.",
        docs_url=None,  # their pages load scripts from elsewhere; /docs.html is our own
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
        responses=_PROBLEMS,
    )
    _add_errors(app)
    _add_tasks(app, pool)
    _add_batches(app, jobs)
    _add_state(app, pool, metrics)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Guard, config=config, metrics=metrics)
    return app


def _add_tasks(app: FastAPI, pool: Pool) -> None:
    async def answer(task: str, request: BaseModel, wanted: str = "json") -> Response:
        if wanted == "json":
            return _response(await pool.run(task, plain(request)))
        if wanted not in pool.loaded["formats"][task]:
            known = ", ".join(pool.loaded["formats"][task])
            raise RefusedError(422, f"format: {wanted!r} is not written for {task}; known: {known}")
        asked = {"task": task, "format": wanted, "request": plain(request)}
        return _file(await pool.run("export", asked), f"km3aid-{task}.{wanted}")

    @app.post("/api/assign", summary="Which peak belongs to which carbon")
    async def assign(request: AssignRequest, format: Format = "json") -> Response:
        return await answer("assign", request, format)

    @app.post("/api/rank", summary="Which of some candidates it is")
    async def rank(request: RankRequest, format: Format = "json") -> Response:
        return await answer("rank", request, format)

    @app.post("/api/search", summary="Which molecule of a library it is")
    async def search(request: SearchRequest, format: Format = "json") -> Response:
        return await answer("search", request, format)

    @app.post("/api/predict", summary="The shifts that a structure should show")
    async def predict(request: PredictRequest, format: Format = "json") -> Response:
        return await answer("predict", request, format)

    @app.post("/api/spectrum", summary="How a spectrum is understood: types from DEPT, lines set aside")
    async def spectrum(request: SpectrumRequest) -> Response:
        return await answer("spectrum", request)

    @app.post("/api/parse", summary="What a file or a pasted text holds")
    async def parse(request: ParseRequest) -> Response:
        return await answer("parse", request)


def _add_batches(app: FastAPI, jobs: Jobs) -> None:
    async def start(
        task: BatchTask, request: Request, library: str | None, top: int | None, solvent: str | None, per_carbon: bool
    ) -> Job:
        options = {"library": library, "top": top, "solvent": solvent, "one_per_carbon": per_carbon or None}
        content = await request.body()
        return jobs.start(task.value, content, {k: v for k, v in options.items() if v is not None})

    @app.post("/api/batch/{task}", summary="Answer a batch, line by line", openapi_extra=_UPLOAD)
    async def batch(
        task: BatchTask,
        request: Request,
        library: LibraryName = None,
        top: Top = None,
        solvent: SolventName = None,
        one_per_carbon: bool = False,
    ) -> Response:
        job = await start(task, request, library, top, solvent, one_per_carbon)

        async def lines() -> AsyncIterator[bytes]:
            try:
                async for line in job.lines():
                    yield line
            finally:  # who goes away wants no more answers
                await jobs.cancel(job)

        return StreamingResponse(lines(), media_type=_JSON_LINES, headers={"X-Job": job.id})

    @app.post("/api/jobs/{task}", summary="Start a batch in the background", status_code=202, openapi_extra=_UPLOAD)
    async def begin(
        task: BatchTask,
        request: Request,
        library: LibraryName = None,
        top: Top = None,
        solvent: SolventName = None,
        one_per_carbon: bool = False,
    ) -> Response:
        job = await start(task, request, library, top, solvent, one_per_carbon)
        return JSONResponse(job.status(), 202, {"Location": f"/api/jobs/{job.id}"})

    @app.get("/api/jobs/{job}", summary="How far a batch has come")
    async def status(job: str) -> Response:
        return JSONResponse(jobs.get(job).status())

    @app.get("/api/jobs/{job}/events", summary="Its progress as server-sent events")
    async def events(job: str) -> Response:
        return StreamingResponse(jobs.get(job).events(), media_type="text/event-stream")

    @app.get("/api/jobs/{job}/answers", summary="Its answers so far and to come, a line each")
    async def answers(job: str) -> Response:
        return StreamingResponse(jobs.get(job).lines(), media_type=_JSON_LINES)

    @app.delete("/api/jobs/{job}", summary="Cancel it")
    async def cancel(job: str) -> Response:
        found = jobs.get(job)
        await jobs.cancel(found)
        return JSONResponse(found.status())


def _add_state(app: FastAPI, pool: Pool, metrics: Metrics) -> None:
    @app.get("/api/health", summary="Whether the service answers")
    async def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/api/models", summary="The model, the formats that are read and written, and the solvents that are known")
    async def models() -> dict[str, Any]:
        return {key: pool.loaded[key] for key in ("models", "formats", "input_formats", "solvents")}

    @app.get("/api/libraries", summary="The libraries that can be searched")
    async def libraries() -> dict[str, Any]:
        return {"libraries": pool.loaded["libraries"]}

    @app.get("/metrics", include_in_schema=False)
    async def prometheus() -> Response:
        text = metrics.text(pool.queued, pool.busy, pool.config.workers)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(STATIC / "index.html")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return FileResponse(STATIC / "docs.html")


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


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def refused(_: Request, error: RefusedError) -> Response:
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return JSONResponse({"error": str(error)}, error.status, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        problems = error.errors()
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return JSONResponse({"error": said(problems[0]) + more}, 422)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)
