"""The kernels are found, for this processor, and refuse what they cannot read."""

import ctypes
import subprocess
import sys

import numpy as np
import pytest
from tests.matching.compiled.made_up import CONFIG, table

from km3aid.kernels import load
from km3aid.matching.compiled import exact_match, quick_match, similarity
from km3aid.matching.compiled.packed import pack_classes
from km3aid.spectra.spectrum import Spectrum

PACKED = pack_classes(table([[20.0, 131.7, 55.2], [128.4, 129.0]], [1, 2, 1, 2, 4], splits=[True] * 5))
ROWS = np.arange(2, dtype=np.int32)
SPECTRUM = Spectrum.from_shifts([21.0, 55.0, 130.0, 128.0])


def at_level(monkeypatch, module, name, level):
    """Have `module` call the same kernel, compiled for another level."""
    held = getattr(module, f"_{name}")
    other = load.Kernel(name, *held.takes, gives=held.gives, level=level)
    monkeypatch.setattr(module, f"_{name}", other)


@pytest.mark.parametrize("level", load.levels())
def test_the_exact_match_is_the_same_to_the_last_bit_on_every_processor(monkeypatch, level):
    best = exact_match.ExactMatch(SPECTRUM, CONFIG)(PACKED, ROWS)
    at_level(monkeypatch, exact_match, "exact_match", level)
    np.testing.assert_array_equal(exact_match.ExactMatch(SPECTRUM, CONFIG)(PACKED, ROWS), best)


@pytest.mark.parametrize("level", load.levels())
def test_the_quick_match_is_the_same_but_for_rounding(monkeypatch, level):
    carbons = np.array([4, 6], np.uint16)
    best = quick_match.QuickMatch(SPECTRUM, CONFIG)(PACKED, carbons, ROWS)
    at_level(monkeypatch, quick_match, "quick_match", level)
    np.testing.assert_allclose(quick_match.QuickMatch(SPECTRUM, CONFIG)(PACKED, carbons, ROWS), best, rtol=1e-5)


@pytest.mark.parametrize("level", load.levels())
def test_cosines_are_the_same_on_every_processor(monkeypatch, level):
    draw = np.random.default_rng(0)
    queries = similarity.pack_queries(draw.normal(size=(1, 512)).astype(np.float32), [SPECTRUM])
    held = (draw.integers(-127, 128, (2, 512)).astype(np.int8), np.ones(2, np.float32), np.array([4, 6], np.uint16))
    (best,) = similarity.find_similar(*held, PACKED.offset, queries, ROWS)
    at_level(monkeypatch, similarity, "similar_enough", level)
    (found,) = similarity.find_similar(*held, PACKED.offset, queries, ROWS)
    np.testing.assert_array_equal(found.cosine, best.cosine)


def test_an_array_of_another_type_or_with_gaps_is_refused():
    match = exact_match.ExactMatch(SPECTRUM, CONFIG)
    with pytest.raises(ctypes.ArgumentError):
        match(PACKED, ROWS.astype(np.int64))
    with pytest.raises(ctypes.ArgumentError):
        match(PACKED._replace(shift=np.repeat(PACKED.shift, 2)[::2]), ROWS)


def test_what_must_be_written_to_may_not_be_read_only():
    fixed = np.zeros(2, np.float32)
    fixed.flags.writeable = False
    with pytest.raises(TypeError, match="WRITEABLE"):
        load.TO_FLOAT32.from_param(fixed)
    load.FLOAT32.from_param(fixed)


def test_arrays_that_do_not_belong_together_are_refused():
    match = exact_match.ExactMatch(SPECTRUM, CONFIG)
    with pytest.raises(ValueError, match="1 least scores for 2 rows"):
        match(PACKED, ROWS, np.zeros(1))
    queries = similarity.pack_queries(np.ones((1, 8), np.float32), [SPECTRUM])
    held = (np.ones((2, 16), np.int8), np.ones(2, np.float32), np.array([4, 6], np.uint16))
    with pytest.raises(ValueError, match="8 numbers for embeddings of 16"):
        similarity.find_similar(*held, PACKED.offset, queries, ROWS)


def test_a_library_of_another_version_is_told():
    with pytest.raises(load.ConfigError, match=r"of another version.*km3aid\.kernels\.build"):
        load.Kernel("not_yet_invented")()


def test_short_memory_is_told():
    with pytest.raises(MemoryError, match="more memory than there is"):
        exact_match._exact_match.function.errcheck(1, None, ())


def test_missing_kernels_are_told_with_the_way_out(tmp_path):
    code = (
        "from km3aid import Engine\n"  # who only trains or evaluates needs none
        "from km3aid.kernels import load\n"
        f"load.LIBRARY = load.Path({str(tmp_path)!r}) / 'kernels.so'\n"
        "from km3aid.matching.compiled import exact_match\n"
        "try:\n"
        "    exact_match._exact_match()\n"
        "except load.ConfigError as error:\n"
        "    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "python -m km3aid.kernels.build" in done.stdout
    assert str(tmp_path) in done.stdout


@pytest.mark.skipif(not load.Path("/proc/cpuinfo").exists(), reason="asks Linux what the processor can do")
def test_the_best_level_of_the_processor_is_taken():
    flags = load.Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    able = {"avx2", "fma", "bmi1", "bmi2", "movbe", "f16c", "abm"} <= set(flags)
    assert load.levels()[0] == ("v3" if able else "base")
