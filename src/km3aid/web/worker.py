"""A worker process: load the model, map the libraries, then answer one request after another over a pipe.

Only JSON goes through the pipe, so nothing that a client sends is ever unpickled. A request that needs more memory than
a worker may take is refused; where the system cannot limit it (Windows, macOS), nothing is.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from km3aid.errors import Km3aidError
from km3aid.web.config import ServeConfig
from km3aid.web.memory import limit_memory, private_mb

_ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def serve(pipe: Connection, config: ServeConfig) -> None:
    """Report what is loaded (or why nothing is), then answer until the pipe closes."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_IGN)  # the front handles these, and closes the pipes
    os.environ["OMP_NUM_THREADS"] = str(config.threads)
    limit_memory(config.memory_mb)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            shared = _load(config.model, config.libraries, config.limits)
        except Km3aidError as error:
            _send(pipe, {"error": str(error)})
            return
        _send(pipe, _ready(shared) | {"memory_mb": private_mb()})
        while True:
            asked = json.loads(pipe.recv_bytes())
            began = time.perf_counter()
            head, body = _answer(shared, asked, config.memory_mb)
            took = round((time.perf_counter() - began) * 1000, 2)
            _send(pipe, head | {"work_ms": took, "memory_mb": private_mb()})
            pipe.send_bytes(body)


def _load(model: Path | None, libraries: dict[str, Path], limits: Any) -> Any:
    from km3aid.engine import Engine
    from km3aid.spectra import Spectrum
    from km3aid.web.tasks import share

    engine = Engine.load(model, "cpu")
    opened = {name: _open(engine, path) for name, path in libraries.items()} or {"starter": _starter(engine)}
    spectrum = Spectrum.from_shifts([170.0, 130.0, 21.0])
    engine.assign(_ASPIRIN, spectrum)
    for library in opened.values():
        engine.search(spectrum, library, top=1)
    return share(engine, opened, limits)


def _open(engine: Any, path: Path) -> Any:
    return engine.open_library(path)


def _starter(engine: Any) -> Any:
    """The starter library, which the first worker builds, ready for elucidations too, where it is not there yet."""
    from km3aid.elucidate.index import index_file
    from km3aid.engine.elucidating import index_of, local_library
    from km3aid.engine.starter import starter_folder

    searched = _open(engine, starter_folder(engine))
    library = local_library(searched).library
    if not index_file(library).exists():
        index_of(engine, library)
    return searched


def _ready(shared: Any) -> dict[str, Any]:
    from km3aid.engine.bundled import models_of
    from km3aid.spectra import text_formats
    from km3aid.spectra.solvents import SOLVENTS
    from km3aid.web.bodies import describe_bodies
    from km3aid.web.described import describe_answers
    from km3aid.web.exports import formats

    bodies, answers = describe_bodies(shared.session.limits), describe_answers()
    return {
        "models": [
            {"name": model.path.stem, "sha256": model.model_sha256, "bundled": model.path.parent.name == "weights"}
            for model in models_of(shared.session.engine)
        ],
        "libraries": [
            {"name": name, "molecules": len(library), "warnings": list(library.warnings)}
            for name, library in shared.libraries.items()
        ],
        "formats": formats(),
        "input_formats": {name: form.description for name, form in text_formats().items()},
        "solvents": [solvent.name for solvent in SOLVENTS],
        "bodies": bodies["bodies"],
        "answers": answers["answers"],
        "schemas": bodies["schemas"] | answers["schemas"],
    }


def _answer(shared: Any, asked: dict[str, Any], memory_mb: int) -> tuple[dict[str, Any], bytes]:
    from km3aid.web.tasks import answer

    try:
        result = answer(shared, asked["task"], asked["request"])
        return {"kind": "answer"}, json.dumps(result, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except Km3aidError as error:
        return {"kind": type(error).__name__}, str(error).encode("utf-8", "replace")
    except MemoryError:
        said = f"this takes more than the {memory_mb:,} MB of memory that a worker may have; send a smaller request"
        return {"kind": "MemoryLimitError"}, said.encode()
    except Exception:
        note = {"level": "error", "event": "exception", "task": asked["task"], "traceback": traceback.format_exc()}
        print(json.dumps(note), file=sys.stderr, flush=True)
        return {"kind": "InternalError"}, b"internal error; the log of the service has the traceback"


def _send(pipe: Connection, value: dict[str, Any]) -> None:
    pipe.send_bytes(json.dumps(value).encode())
