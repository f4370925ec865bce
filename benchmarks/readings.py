"""Draw how measured spectra of each kind are read; writes the pictures of docs/formats.md to docs/formats/.

    python benchmarks/readings.py --measured FOLDER --out docs/formats

`--measured` is the unpacked archive of measured spectra. Those drawn are of cheminfo's nmr-dataset1 and of IUPAC's
FAIRSpec examples (BobHanson), both under the MIT licence.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from km3aid.render.export import export
from km3aid.requests.answers import Case, Reading
from km3aid.spectra import add_multiplicities, read_spectra, set_aside_solvent
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.wanted import Wanted

PICTURES = {  # what is drawn, by the name of the picture: a spectrum, and a DEPT-135 with it
    "plain": ("jcamp/140-67-0/13c.dx", None),
    "dept": ("jcamp/91-64-5/13c.dx", "jcamp/91-64-5/dept135.dx"),
    "apt": ("jcamp/16485-10-2/apt.dx", None),
    "deptq": ("bruker/3g.zip", None),
    "coupled": ("jcamp/141-32-2/13c-gd.dx", None),
    "fid": ("jcamp/91-64-5/13c.fid.dx", None),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("measured", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, (path, dept) in PICTURES.items():
        spectrum = set_aside_solvent(read_spectra(options.measured / path)[0])
        if dept is not None:
            other = read_spectra(options.measured / dept, wanted=Wanted(kind=Experiment.DEPT_135))[0]
            spectrum = add_multiplicities(spectrum, dept135=other)
        picture = export(Case(Reading(spectrum), spectrum=spectrum), "png")
        (options.out / f"{name}.png").write_bytes(picture.content)


if __name__ == "__main__":
    main()
