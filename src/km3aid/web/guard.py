"""Checks before every request (who may ask, how much may be sent), and the security headers of every answer."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from km3aid.web.config import ServeConfig
from km3aid.web.log import log
from km3aid.web.metrics import Metrics
from km3aid.web.problems import MEDIA_TYPE, problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_OPEN = ("/api/health",)
_UPLOADS = ("/api/batch/", "/api/jobs/")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: App, config: ServeConfig, metrics: Metrics) -> None:
        self.app, self.config, self.metrics = app, config, metrics

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        if (within := self._within(scope)) is None:
            await _redirect(send, f"{self._prefix}/")
            return
        scope, path = within, str(within["path"])
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        status, timing, method = 0, "", scope["method"]

        async def tell(message: Message) -> None:
            nonlocal status, timing
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", ()))
                timing = next((v.decode() for k, v in given if k == b"server-timing"), "")
                if not any(k == b"cache-control" for k, _ in given):
                    given.append((b"cache-control", b"no-store" if path.startswith("/api") else b"no-cache"))
                message = {**message, "headers": given + _HEADERS}
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        refusal = self._refusal(path, headers)
        if refusal is None:
            limits = self.config.limits
            most = limits.upload_bytes if path.startswith(_UPLOADS) else limits.body_bytes
            most = limits.file_bytes if path == "/api/parse" else most
            if int(headers.get("content-length") or 0) > most:
                refusal = 413, f"the request is larger than {most:,} bytes; send less at a time"
        if refusal is not None:
            await _refuse(tell, *refusal)
        else:
            inner = {**scope, "method": "GET"} if method == "HEAD" else scope
            await self.app(inner, _limited(receive, most), tell)
            scope = inner
        route = getattr(scope.get("route"), "path", None) or ("page" if status < 400 else "other")
        self.metrics.requests[route, status] += 1
        took = round((time.perf_counter() - began) * 1000, 1)
        log("info", "request", method=method, path=path, status=status, ms=took, timing=timing or None)

    @property
    def _prefix(self) -> str:
        return self.config.public.prefix if self.config.public else ""

    def _within(self, scope: Message) -> Message | None:
        """The request as it is without the prefix, which a proxy may leave; None for the prefix alone."""
        path, prefix = str(scope["path"]), self._prefix
        if not prefix or not (path == prefix or path.startswith(f"{prefix}/")):
            return scope
        return {**scope, "path": path.removeprefix(prefix)} if path != prefix else None

    def _refusal(self, path: str, headers: dict[str, str]) -> tuple[int, str] | None:
        """Status and reason where this request must not be answered."""
        host = headers.get("host", "")
        origin = headers.get("origin")
        public = self.config.public
        foreign = path.startswith("/api") and headers.get("sec-fetch-site") in ("cross-site", "same-site")
        own = origin is None or urlsplit(origin).netloc == host or (public is not None and origin == public.origin)
        if foreign or not own:
            return 403, "requests from other sites are refused"
        if self.config.token is None:
            name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
            if name not in self.config.hosts and (public is None or host.lower() != public.netloc):
                # a foreign name may resolve to this machine
                return 403, f"host {name!r} is not served; use http://127.0.0.1, or start with --public-url"
            return None
        if path in _OPEN or not path.startswith(("/api", "/metrics")):
            return None
        given = headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.config.token}".encode()):
            return 401, "this service requires a token; send the header 'Authorization: Bearer …'"
        return None


def _limited(receive: Receive, most: int) -> Receive:
    """`receive` for at most `most` bytes; beyond these the client counts as disconnected."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            return {"type": "http.disconnect"}
        return message

    return limited


async def _redirect(send: Send, where: str) -> None:
    headers = [(b"location", where.encode("latin-1", "replace")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 308, "headers": headers + _HEADERS})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = problem(status, reason)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
