"""Programs that nobody here wrote read what km3aid writes: npm's `nmredata` and NMRium's loader, under Node.

`make interop` runs these; npm installs the pinned, MIT-licensed releases of the `package.json` files beside this one.
"""

import json
import shutil
import subprocess
from itertools import islice
from pathlib import Path

import pytest
from rdkit import Chem

from km3aid.engine.results import Assignment
from km3aid.molecules import parse_structure
from km3aid.render.export import export
from km3aid.requests.answers import Case
from km3aid.spectra import parse_peaks
from km3aid.spectra.formats.nmrshiftdb2 import read_sd_records
from km3aid.spectra.spectrum import Spectrum

pytestmark = pytest.mark.npm
HERE = Path(__file__).parent
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
METHANOL = Chem.MolToMolBlock(Chem.AddHs(Chem.MolFromSmiles("OC")))
SPECTRA = {
    "aspirin": (ASPIRIN, "170.2S 169.8S 151.3 134.9D 132.5 126.2 124.0 122.2 77.2 21.0Q"),
    "explicit hydrogens": (METHANOL, "50.1(1C)"),
    "hydrogens first": ("[H]OC([H])([H])C", "58.0 18.1"),
    "equivalent carbons": ("CC(C)c1ccc(C)cc1", "145.9 135.1 129.0(2C) 126.2(2C) 33.7 24.1(2C) 20.9"),
    "overlap": ("CCCCCCCCCCCC", "31.9 29.7 29.4 22.7 14.1"),
    "charges": ("C[N+](C)(C)CC(=O)[O-]", "170.0 66.8 54.1"),
}


@pytest.fixture(scope="module")
def read():
    """Runs the reader of one package on files and gives back what it printed of each."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here")

    def run(package, *paths):
        folder = HERE / package
        if not (folder / "node_modules").is_dir():
            install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
            subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=300)
        done = subprocess.run(["node", "read.mjs", *paths], cwd=folder, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def cases_of(engine):
    return [Case(engine.assign(s, parse_peaks(p)), s, parse_peaks(p)) for s, p in SPECTRA.values()]


def check_nmredata(found, case):
    """The package sees every peak, and under each the atoms that we assigned."""
    answer: Assignment = case.answer
    lines = {tag: [line["value"] for line in found["lines"][tag]] for tag in ("ASSIGNMENT", "1D_13C", "LEVEL")}
    atoms = {
        line["label"]: {int(a) - 1 for a in line["atoms"]} for line in lines["ASSIGNMENT"] if "=" not in line["label"]
    }
    peaks = [line for line in lines["1D_13C"] if "delta" in line]
    assert [float(p["delta"]) for p in peaks] == [p.shift_ppm for p in case.spectrum]
    assigned = {a.peak: set(a.atoms) for a in answer.assignments}
    for number, peak in enumerate(peaks):
        named = [atoms[label] for label in peak.get("assignment", [])]
        assert set().union(*named) == assigned.get(number, set())
        assert sum(map(len, named)) == len(assigned.get(number, ()))
    (signals,) = [s["signals"] for s in found["json"]["spectra"]]
    assert found["json"]["spectra"][0]["nucleus"] == "13C"
    assert all(bool(s.get("diaIDs")) == (n in assigned) for n, s in enumerate(signals))
    exchanges = [line for line in lines["ASSIGNMENT"] if line["label"].startswith("interchangeable=")]
    assert lines["LEVEL"] == ["1" if exchanges else "0"]


def test_nmredata_finds_the_same_assignments(engine, read, tmp_path):
    compare(cases_of(engine), read, tmp_path)


@pytest.mark.data
def test_nmredata_finds_the_same_assignments_of_real_records(engine, read, tmp_path, shared_data):
    records = read_sd_records(shared_data / "nmrshiftdb2withsignals.sd.gz")
    cases = []
    for record in islice((r for r in records if r.spectra and r.spectra[0].entries), 0, 1200, 60):
        spectrum = Spectrum.from_shifts(dict.fromkeys(e.shift_ppm for e in record.spectra[0].entries), id=record.id)
        cases.append(Case(engine.assign(record.mol_block, spectrum), record.mol_block, spectrum))
    assert len(cases) == 20
    compare(cases, read, tmp_path)


def compare(cases, read, folder):
    paths = [folder / f"{number}.nmredata.sdf" for number in range(len(cases))]
    for path, case in zip(paths, cases, strict=True):
        path.write_bytes(export(case, "nmredata").content)
    for found, case in zip(read("nmredata", *paths), cases, strict=True):
        check_nmredata(found, case)


def test_nmrium_loads_structures_peaks_and_carbons(engine, read, tmp_path):
    cases = cases_of(engine)
    (tmp_path / "a.nmrium").write_bytes(export(cases, "nmrium").content)
    (found,) = read("nmrium", tmp_path / "a.nmrium")
    assert found["errors"] == []
    assert len(found["spectra"]) == len(found["molecules"]) == len(cases)
    for case, spectrum, molecule in zip(cases, found["spectra"], found["molecules"], strict=True):
        assert spectrum["info"]["nucleus"] == "13C"
        assert [p["x"] for p in spectrum["peaks"]] == [p.shift_ppm for p in case.spectrum]
        place = {atom: n for n, atom in enumerate(parse_structure(case.structure).input_atoms)}
        assigned = {a.peak: {place[i] for i in a.atoms} for a in case.answer.assignments}
        for number, part in enumerate(spectrum["ranges"]):
            (signal,) = part["signals"]
            assert set(signal["atoms"]) == assigned.get(number, set())
            assert {molecule["atoms"][i] for i in signal["atoms"]} <= {"C"}
