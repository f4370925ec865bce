"""The files of the page as browsers get them: modules joined into one script, named by their content, compressed.

The source under `static/` needs no build: `/?modules` serves the page with its modules one by one, as they are. Joining
keeps to what they are written in: named imports and exports of constants and functions, no cycles, one import per line.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from km3aid.web.compression import accepts_gzip

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function\*?|async function\*?|class) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
EDITOR = "vendor/openchemlib.js"  # which `make editor` installs
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file whose `path`, below the address of the page, changes with its content, so that browsers may keep it."""

    path: str
    media_type: str
    content: bytes
    packed: bytes = field(repr=False)


def join_modules(folder: Path, entry: str) -> str:
    """One script that does what the module `entry` of a folder does; raises `ValueError` for what cannot be joined.

    Each module becomes a function that gives what it exports. They come in the order in which browsers run modules:
    each after all that it imports.
    """
    joined: dict[str, str] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"{name}.js imports itself, by way of {', '.join(above[above.index(name) :])}")
        if name in joined:
            return
        text = (folder / f"{name}.js").read_text("utf-8")
        for _, imported in _IMPORT.findall(text):
            add(imported, (*above, name))
        exported = _EXPORT.findall(text)
        text = _IMPORT.sub(lambda found: f"const {{ {found[1].replace(' as ', ': ')} }} = ${found[2]};", text)
        text = _EXPORT.sub("", text)
        if left := _LEFT.search(text):
            raise ValueError(f"{name}.js: {left.group()!r} cannot be joined; write it like the other modules")
        joined[name] = f"const ${name} = (() => {{\n{text}return {{ {', '.join(exported)} }};\n}})();\n"

    add(entry, ())
    return "".join(joined.values())


def page_assets() -> tuple[str, dict[str, Asset]]:
    """The text of the page, which names its script and style by their content, and these by path."""
    script = _asset("page", "js", "text/javascript", join_modules(STATIC, "main"))
    style = _asset("style", "css", "text/css", (STATIC / "style.css").read_text("utf-8"))
    made = {"static/main.js": script, "static/style.css": style}
    if (STATIC / EDITOR).exists():
        made[f"static/{EDITOR}"] = _asset("editor", "js", "text/javascript", (STATIC / EDITOR).read_text("utf-8"))
    page = page_of_modules()
    for plain, asset in made.items():
        page = page.replace(plain, asset.path)
    return page, {asset.path: asset for asset in made.values()}


def page_of_modules() -> str:
    """The text of the page as it stands; without an editor it does not name one."""
    page = (STATIC / "index.html").read_text("utf-8")
    return page if (STATIC / EDITOR).exists() else page.replace(f' data-editor="static/{EDITOR}"', "")


def _asset(name: str, ending: str, media_type: str, text: str) -> Asset:
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Asset(f"assets/{name}-{digest}.{ending}", media_type, content, gzip.compress(content, 9, mtime=0))


def add_page(app: FastAPI) -> None:
    """Serve the page, its description of the service, and their files."""
    page, assets = page_assets()
    packed = gzip.compress(page.encode(), 9, mtime=0)

    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        if "modules" in request.query_params:
            return Response(page_of_modules(), media_type="text/html")
        return _compressed(request, page.encode(), packed, "text/html")

    @app.get("/assets/{name}", include_in_schema=False)
    async def asset(request: Request, name: str) -> Response:
        found = assets.get(f"assets/{name}")
        if found is None:
            return Response("no such file; load the page again", 404, media_type="text/plain")
        response = _compressed(request, found.content, found.packed, found.media_type)
        response.headers["cache-control"] = _FOR_EVER
        return response

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return FileResponse(STATIC / "docs.html")

    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _compressed(request: Request, content: bytes, packed: bytes, media_type: str) -> Response:
    headers = {"vary": "accept-encoding"}
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        return Response(packed, media_type=media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(content, media_type=media_type, headers=headers)
