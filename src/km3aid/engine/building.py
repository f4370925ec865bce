"""Build a library with a model."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from km3aid.encoding.chunks import Line, chunks
from km3aid.encoding.library_entries import encode_chunk
from km3aid.library import BuildOptions, BuildReport, open_builder
from km3aid.progress import Progress

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_log = logging.getLogger(__name__)


def build_library(
    engine: Engine,
    source: Iterator[Line],
    path: str | Path,
    label: str,
    options: BuildOptions,
    workers: int,
    on_cluster: bool,
    progress: Progress | None,
) -> BuildReport:
    """See `Engine.build_library`."""
    began = time.perf_counter()
    with open_builder(path, engine.model_sha256, label, options) as builder:
        key = builder.manifest.deduplicate
        rest = chunks(islice(source, builder.done, None), builder.done, builder.manifest.shard_records)
        if builder.done:
            _log.info("%s: going on after record %d", path, builder.done)
            if progress:
                progress(builder.done)
        if on_cluster:
            from km3aid.encoding.on_ray import encode_on_ray

            encoded = encode_on_ray(engine.file, rest, key)
        elif workers == 1 or not engine.network.on_cpu:
            encoded = (encode_chunk(engine.network, chunk, key) for chunk in rest)
        else:
            from km3aid.encoding.processes import encode_in_processes

            encoded = encode_in_processes(engine.path, rest, workers, key)
        for entries in encoded:
            builder.append(entries)
            if progress:
                progress(entries.records)
        report = builder.finish()
    _log.info("%s: %d molecules in %.1f s", path, report.molecules, time.perf_counter() - began)
    return report
