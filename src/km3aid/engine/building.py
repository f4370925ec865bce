"""Build a library: encode structures on this machine or on a cluster, and write them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from km3aid.encoding.chunks import Line, chunks
from km3aid.encoding.library_entries import encode_chunk
from km3aid.library import BuildOptions, BuildReport, open_builder
from km3aid.progress import Progress

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_log = logging.getLogger(__name__)


class Destination(NamedTuple):
    """Where a library is written, and what its source is called."""

    path: str | Path
    label: str
    options: BuildOptions


class Encoders(NamedTuple):
    """What encodes: some processes, or the processors of the joined Ray cluster."""

    workers: int
    on_cluster: bool


def build(
    engine: Engine,
    source: Iterable[Line],
    to: Destination,
    encoders: Encoders,
    progress: Progress | None,
) -> BuildReport:
    """See `Engine.build_library`."""
    began = time.perf_counter()
    with open_builder(to.path, engine.model_sha256, to.label, to.options) as builder:
        key = builder.manifest.deduplicate
        rest = chunks(islice(source, builder.done, None), builder.done, builder.manifest.shard_records)
        if progress and builder.done:
            progress(builder.done)
        if encoders.on_cluster:
            from km3aid.encoding.on_ray import encode_on_ray

            encoded = encode_on_ray(engine.file, rest, key)
        elif encoders.workers == 1 or not engine.network.on_cpu:
            encoded = (encode_chunk(engine.network, chunk, key) for chunk in rest)
        else:
            from km3aid.encoding.processes import encode_in_processes

            encoded = encode_in_processes(engine.path, rest, encoders.workers, key)
        for entries in encoded:
            builder.append(entries)
            if progress:
                progress(entries.records)
        report = builder.finish()
    _log.info("%s: %d molecules in %.1f s", to.path, report.molecules, time.perf_counter() - began)
    return report
