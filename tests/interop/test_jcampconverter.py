"""`jcampconverter` (cheminfo) reads the same numbers from the JCAMP-DX blocks of the tests."""

import io

import numpy as np
import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS
from tests.spectra.instruments.test_jcamp import jcamp_trace, packed

from km3aid.spectra import read_spectra
from km3aid.spectra.instruments.jcamp import read_trace
from km3aid.spectra.instruments.jcamp_blocks import read_blocks

pytestmark = pytest.mark.npm

_SCRIPT = """
const { convert } = require('jcampconverter');
const text = require('fs').readFileSync(process.argv[1], 'utf8');
const entry = convert(text, { keepRecordsRegExp: /.*/ }).flatten[0];
const data = entry.spectra[0].data;
console.log(JSON.stringify({ x: Array.from(data.x), y: Array.from(data.y) }));
"""


def blocks() -> dict[str, str]:
    ppm = np.linspace(220, -10, 4096)
    trace = [round(v) for v in examples.lines_of(ppm, SHIFTS) / 100]
    plain = "\n".join(f"{ppm[i]:.5f} " + " ".join(map(str, trace[i : i + 8])) for i in range(0, len(trace), 8))
    pairs = "\n".join(f"{x:.6f}, {y}" for x, y in zip(ppm, trace, strict=True))
    return {
        "table": examples.JCAMP,
        "affn": jcamp_trace(ppm, "##XFACTOR= 1\n##YFACTOR= 1\n##XYDATA= (X++(Y..Y))\n" + plain),
        "difdup": jcamp_trace(ppm, "##XFACTOR= 1\n##YFACTOR= 1\n##XYDATA= (X++(Y..Y))\n" + packed(trace)),
        "pairs": jcamp_trace(ppm, "##XFACTOR= 1\n##YFACTOR= 1\n##XYDATA= (XY..XY)\n" + pairs),
    }


@pytest.mark.parametrize("name", ["table", "affn", "difdup", "pairs"])
def test_the_same_numbers(node, tmp_path, name):
    text = blocks()[name]
    path = tmp_path / "spectrum.dx"
    path.write_text(text)
    theirs = node(_SCRIPT, str(path))
    if name == "table":
        (spectrum,) = read_spectra(io.StringIO(text))
        x, y = zip(*((p.shift_ppm, p.intensity) for p in spectrum), strict=True)
    else:
        (block,) = read_blocks(text)
        x, y = read_trace(block, "spectrum.dx")
    order = np.argsort(theirs["x"])
    assert np.allclose(np.asarray(theirs["x"])[order], np.sort(x), atol=1e-4)
    assert np.allclose(np.asarray(theirs["y"])[order], np.asarray(y)[np.argsort(x)])
