"""Made-up molecules and spectra for the tests of the compiled matches."""

import numpy as np
from hypothesis import strategies as st
from tests.matching.compiled.unpacking import unpack_classes

from km3aid.matching.classes import CarbonClasses, CarbonClassTable
from km3aid.matching.compiled.packed import SCALES_PPM, pack_classes
from km3aid.matching.compiled.quick_match import QuickMatch
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import Peak, Spectrum

CONFIG = MatchConfig(scale_factor=1.6, scale_power=0.9)


def table(molecules, sizes=None, hydrogens=None, splits=None, scales=None):
    flat = [s for m in molecules for s in m]
    return CarbonClassTable(
        np.cumsum([0, *map(len, molecules)]),
        np.array(flat, np.float32),
        np.array(scales or [1.0] * len(flat), np.float32),
        np.array(hydrogens or [1] * len(flat), np.uint8),
        np.array(sizes or [1] * len(flat), np.uint8),
        np.array(splits or [False] * len(flat), bool),
    )


def quick(spectrum, made, config=CONFIG):
    packed = pack_classes(made)
    carbons = np.add.reduceat(packed.size, packed.offset[:-1], dtype=np.uint16)
    rows = np.arange(len(carbons), dtype=np.int32)
    return QuickMatch(spectrum, config)(packed, carbons, rows)


def classes_of(packed, n):
    """What `cheapest_cost` takes, from the stored form."""
    plain = unpack_classes(packed)
    part = slice(packed.offset[n], packed.offset[n + 1])
    size = plain.size[part].astype(int)
    ends = np.cumsum(size)
    return CarbonClasses(
        tuple(tuple(range(e - s, e)) for e, s in zip(ends, size, strict=True)),
        -100 + 0.01 * packed.shift[part].astype(np.float64),
        SCALES_PPM[packed.spread[part]],
        plain.hydrogens[part].astype(np.int64),
        plain.splits[part],
    )


@st.composite
def molecules_and_spectrum(draw):
    number = st.integers(1, 8)
    molecules = [
        draw(st.lists(st.floats(0, 220), min_size=n, max_size=n))
        for n in draw(st.lists(number, min_size=1, max_size=4))
    ]
    count = sum(map(len, molecules))
    column = {
        "sizes": draw(st.lists(st.integers(1, 4), min_size=count, max_size=count)),
        "hydrogens": draw(st.lists(st.integers(0, 4), min_size=count, max_size=count)),
        "scales": draw(st.lists(st.floats(0.05, 50), min_size=count, max_size=count)),
        "splits": draw(st.lists(st.booleans(), min_size=count, max_size=count)),
    }
    peak = st.builds(
        Peak,
        st.floats(0, 220),
        st.sampled_from([None, "S", "D", "T", "Q", "S/T", "D/Q", "D/T/Q"]),
        st.sampled_from([None, 1, 2, 3]),
    )
    return table(molecules, **column), Spectrum(tuple(draw(st.lists(peak, min_size=1, max_size=10))))
