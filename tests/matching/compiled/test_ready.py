"""A search finds its kernels compiled, whatever may be written to."""

import subprocess
import sys
import time

import numpy as np

from km3aid.matching.compiled import ready
from km3aid.matching.compiled.kernels.exact_match import exact_match
from km3aid.matching.compiled.kernels.quick_match import quick_match
from km3aid.matching.compiled.kernels.similarity import similar_enough
from km3aid.matching.compiled.read_only import read_only
from km3aid.spectra.spectrum import Spectrum

KERNELS = (exact_match, quick_match, similar_enough)


def test_neither_a_search_nor_a_ranking_compiles_anything_more(engine, tmp_path):
    ready.compile_kernels()
    compiled = [len(kernel.signatures) for kernel in KERNELS]
    spectrum = Spectrum.from_shifts([58.3, 18.4])
    engine.rank(["CCO", "COC"], spectrum)
    engine.build_library([("CCO", None), ("COC", None), ("CCCO", None)], tmp_path / "lib")
    for exhaustive in (False, True):
        engine.search(spectrum, engine.open_library(tmp_path / "lib"), exhaustive=exhaustive)
    assert [len(kernel.signatures) for kernel in KERNELS] == compiled


def test_an_array_stays_writable_under_its_own_name():
    array = np.zeros(3)
    (view,) = read_only(array)
    array[0] = 1
    assert view[0] == 1
    assert not view.flags.writeable


def test_only_a_compilation_is_told(monkeypatch):
    def busy():
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass

    for limit, said in ((0.1, 1), (60.0, 0)):
        told = []
        monkeypatch.setattr(ready, "compile_kernels", busy)
        monkeypatch.setattr(ready, "_SHORT_S", limit)
        ready.kernels_ready(lambda told=told: told.append(True))
        assert len(told) == said


def test_kernels_compile_where_nothing_can_be_kept():
    code = (
        "from numba.core import caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "from km3aid.matching.compiled.kernels.similarity import similar_enough\n"
        "print(type(similar_enough._cache).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "NullCache", done.stderr
