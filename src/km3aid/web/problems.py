"""Why a request has no answer, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from km3aid.web.pool import RefusedError

MEDIA_TYPE = "application/problem+json"
# others: 422
STATUS = {"InternalError": 500, "MemoryLimitError": 413, "LibraryMismatchError": 409, "LibraryError": 404}
_FIELDS = {"MoleculeError": "smiles", "LibraryError": "library"}  # where the message names none
_NAMED = re.compile(r"(?:request: )?([a-z_0-9]+)(?:\W|$)")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Problem(BaseModel):
    """Why there is no answer (RFC 9457). `error` is the same as `detail`."""

    type: str = Field(description="urn:km3aid:problem: and the code.")
    title: str = Field(description="What the status means.")
    status: int
    code: str = Field(description="What kind of problem it is, for programs.")
    detail: str = Field(description="What was found, where, and how to mend it.")
    error: str = Field(description="As detail.")
    field: str | None = Field(default=None, description="The key of the request that it is about, where that is known.")


def problem(status: int, detail: str, code: str | None = None, field: str | None = None) -> bytes:
    """The body of an answer with that status; by default the code is the status in words."""
    title = HTTPStatus(status).phrase
    code = code or title.lower().replace(" ", "-")
    known = {"type": f"urn:km3aid:problem:{code}", "title": title, "status": status, "code": code, "detail": detail}
    return json.dumps(known | {"error": detail} | ({} if field is None else {"field": field})).encode()


def refusal(error: str, kind: str, fields: Collection[str]) -> Response:
    """The answer where a worker raised the error of this kind; `fields` are the keys that the request may have."""
    status = STATUS.get(kind, 422)
    known = "ConfigError" if kind.startswith("_") else kind
    code = _CAPITAL.sub("-", known.removesuffix("Error")).lower()
    named = _NAMED.match(error)
    field = named[1] if named and named[1] in fields else _FIELDS.get(kind)
    return _response(status, error, code, field if field in fields else None)


def add_problems(app: FastAPI) -> None:
    """Let every error of the application become a problem."""

    @app.exception_handler(RefusedError)
    async def refused(_: Request, error: RefusedError) -> Response:
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return _response(error.status, str(error), headers=headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        wrong = [(str(e["loc"][-1]), e) for e in error.errors()]
        said = [
            f"{name}: no such option" if e["type"] == "extra_forbidden" else f"{name}: {e['input']!r} cannot be used"
            for name, e in wrong
        ]
        return _response(422, "; ".join(said), "option", wrong[0][0])

    @app.exception_handler(ClientDisconnect)
    async def broken_off(_: Request, __: ClientDisconnect) -> Response:
        return _response(413, "the request is too large, or was broken off")

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return _response(error.status_code, str(error.detail), headers=dict(error.headers or {}))


def _response(
    status: int, detail: str, code: str | None = None, field: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    return Response(problem(status, detail, code, field), status, headers, MEDIA_TYPE)
