"""Compile the kernels of a search before they are needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread

import numpy as np

from km3aid.matching.classes import CarbonClassTable
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.packed import pack_classes
from km3aid.matching.compiled.quick_match import QuickMatch
from km3aid.matching.compiled.similarity import find_similar, pack_queries
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import Spectrum

_SHORT_S = 1.5  # of computing, which kernels that are compiled do not take to be read from the disk


def compile_kernels() -> None:
    """Call every compiled kernel on one small molecule, with the types of a library's arrays."""
    table = CarbonClassTable(
        np.array([0, 1]),
        np.array([20.0], np.float32),
        np.array([1.0], np.float32),
        np.array([3], np.uint8),
        np.array([1], np.uint8),
        np.array([False]),
    )
    spectrum, classes, rows = Spectrum.from_shifts([20.0]), pack_classes(table), np.zeros(1, np.int32)
    queries, carbons = pack_queries(np.ones((1, 8), np.float32), [spectrum]), np.ones(1, np.uint16)
    find_similar(np.ones((1, 8), np.int8), np.ones(1, np.float32), carbons, classes.offset, queries, rows)
    QuickMatch(spectrum, MatchConfig())(classes, carbons, rows)
    ExactMatch(spectrum, MatchConfig())(classes, rows)


def kernels_ready(tell: Callable[[], None]) -> None:
    """Return once the kernels are compiled; `tell` is called where that takes longer than to read them."""
    began, told = time.process_time(), False
    work = Thread(target=compile_kernels)
    work.start()
    while work.is_alive():
        work.join(0.1)
        if not told and time.process_time() - began > _SHORT_S:
            told = True
            tell()
