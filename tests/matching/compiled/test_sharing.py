import numpy as np
import pytest
from tests.matching.compiled.made_up import CONFIG, quick, table

from km3aid.matching.compiled import sharing
from km3aid.matching.compiled.packed import pack_classes
from km3aid.matching.compiled.quick_match import QuickMatch
from km3aid.spectra.spectrum import Spectrum


@pytest.fixture(params=["3", "2,1"])  # a list, by level of nesting, is legal too
def several_threads(request, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", request.param)
    sharing._pool.cache_clear()
    yield int(request.param[0])
    sharing._pool.cache_clear()


def test_threads_each_fill_a_part_of_the_result(several_threads):
    parts = []

    def work(at, out):
        parts.append(at)
        out[:] = rows[at]

    rows = np.arange(5000, dtype=np.int32)
    np.testing.assert_array_equal(sharing.share_rows(rows, np.float64, work), rows)
    assert len(parts) == 2 * several_threads
    parts.clear()
    np.testing.assert_array_equal(sharing.share_rows(rows, np.float64, work, alone=5000), rows)
    assert len(parts) == 1


def test_the_order_of_peaks_and_the_threads_do_not_matter(several_threads):
    rng = np.random.default_rng(0)
    molecules = [rng.uniform(0, 200, rng.integers(1, 30)).tolist() for _ in range(50)]
    spectrum, back = Spectrum.from_shifts(molecules[7]), Spectrum.from_shifts(molecules[7][::-1])
    once = quick(spectrum, table(molecules))
    np.testing.assert_allclose(quick(back, table(molecules)), once, rtol=1e-5)
    packed, rows = pack_classes(table(molecules)), np.tile(np.arange(50, dtype=np.int32), 100)
    carbons = np.diff(packed.offset).astype(np.uint16)
    np.testing.assert_array_equal(QuickMatch(spectrum, CONFIG)(packed, carbons, rows), np.tile(once, 100))


def test_calls_side_by_side_answer_in_order_and_share_no_further(several_threads):
    rows = np.arange(5000, dtype=np.int32)

    def call(number):
        def work(at, out):
            out[:] = number

        return lambda: sharing.share_rows(rows, np.float64, work)  # would wait for itself if it shared its rows

    found = sharing.side_by_side([call(n) for n in range(8)])
    assert [f[0] for f in found] == list(range(8))
