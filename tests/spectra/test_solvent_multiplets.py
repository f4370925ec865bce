from itertools import pairwise

import numpy as np
import pytest
from tests.spectra.traces import MHZ, multiplet

from km3aid.spectra import Peak
from km3aid.spectra.solvent_multiplets import find_multiplets, lines_beside
from km3aid.spectra.solvents import SOLVENTS, known_solvents

PATTERNS = {3: [1.0, 1.0, 1.0], 5: [1.0, 2.0, 3.0, 2.0, 1.0], 7: [1.0, 3.0, 6.0, 7.0, 6.0, 3.0, 1.0]}
COUPLED = [s for s in SOLVENTS if any(line.lines in PATTERNS for line in s.lines)]


def peaks_of(lines: dict[float, float]) -> list[Peak]:
    return [Peak(shift, intensity=height) for shift, height in sorted(lines.items(), reverse=True)]


@pytest.mark.parametrize("offset", [-1.2, 0.0, 0.8])
@pytest.mark.parametrize("solvent", COUPLED, ids=lambda s: s.name)
def test_every_multiplet_of_a_named_solvent_is_found(solvent, offset):
    rng = np.random.default_rng(1)
    for line in solvent.lines:
        if line.lines not in PATTERNS:
            continue
        heights = [h * rng.uniform(0.85, 1.15) for h in PATTERNS[line.lines]]
        lines = multiplet(line.shift_ppm + offset, heights, line.coupling_hz)
        peaks = peaks_of(lines | {line.shift_ppm + 5.0: 1.0})
        members = {i for found in find_multiplets(peaks, MHZ, [solvent]) for i in found.peaks}
        assert members == {i for i, p in enumerate(peaks) if p.shift_ppm in lines}


def test_a_solvent_that_the_header_does_not_name_is_found():
    peaks = peaks_of(multiplet(39.52, PATTERNS[7], 21.0) | {128.0: 3.0})
    (found,) = find_multiplets(peaks, MHZ, known_solvents("CDCl3"))
    assert found.solvent.name == "DMSO-d6"


@pytest.mark.parametrize(
    "lines",
    [
        multiplet(77.16, [1.0, 0.2, 1.0], 32.0),  # heights
        multiplet(77.16, [1.0, 1.0, 1.0], 45.0),  # gaps
        multiplet(79.1, [1.0, 1.0, 1.0], 32.0) | {20.0: 3.0},  # place
        multiplet(77.16, [1.0, 1.0], 32.0),  # lines
    ],
)
def test_what_differs_is_not_the_solvent(lines):
    assert find_multiplets(peaks_of(lines), MHZ, known_solvents("CDCl3")) == []


def test_a_multiplet_that_lies_too_far_off_is_not_the_solvent():
    peaks = peaks_of(multiplet(50.7, PATTERNS[7], 21.5) | {20.0: 3.0})
    assert find_multiplets(peaks, MHZ, known_solvents("CD3OD")) == []


def test_without_heights_or_frequency_nothing_is_found():
    lines = multiplet(77.16, PATTERNS[3], 32.0)
    assert find_multiplets(peaks_of(lines), None) == []
    assert find_multiplets([Peak(shift) for shift in lines], MHZ) == []
    assert find_multiplets([Peak(shift, intensity=1.0) for shift in [*lines, 20.0]], MHZ) == []
    assert find_multiplets([Peak(shift, intensity=0.0) for shift in lines] + [Peak(20.0, intensity=1.0)], MHZ) == []


def test_the_solvent_with_a_hydrogen_left_lies_beside_its_multiplet():
    peaks = peaks_of(multiplet(77.16, [10.0, 10.0, 10.0], 32.0) | {77.36: 2.0, 77.9: 2.0, 76.0: 2.0})
    (found,) = find_multiplets(peaks, MHZ, known_solvents("CDCl3"))
    assert [peaks[i].shift_ppm for i in lines_beside(peaks, found)] == [77.36]


def test_the_lobes_of_a_badly_phased_multiplet_lie_beside_it():
    up, down = multiplet(77.16, [10.0, 10.0, 10.0], 32.0), multiplet(77.14, [-8.0, -8.0, -8.0], 32.0)
    peaks = peaks_of(up | down)
    (found,) = find_multiplets(peaks, MHZ, known_solvents("CDCl3"))
    beside = [peaks[i] for i in lines_beside(peaks, found)]
    assert len(beside) == 3
    assert all(a.shift_ppm > b.shift_ppm for a, b in pairwise(beside))
