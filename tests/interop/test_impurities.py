"""The table of impurities equals that of `nmr-processing` (cheminfo, MIT up to this release), from the same papers."""

import json
import shutil
import subprocess
import tarfile

import pytest

from km3aid.spectra.impurities import IMPURITIES

pytestmark = pytest.mark.npm

_PACKAGE = "nmr-processing@9.9.2"
_TABLE = "package/lib/databases/carbonImpurities.js"
_SOLVENTS = {
    "CDCl3": "CDCl₃",
    "DMSO-d6": "(CD₃)₂SO",
    "CD3OD": "CD₃OD",
    "acetone-d6": "(CD₃)₂CO",
    "C6D6": "C₆D₆",
    "CD3CN": "CD₃CN",
    "CD2Cl2": "CD₂Cl₂",
    "THF-d8": "THF-d₈",
    "toluene-d8": "toluene- d₈",
    "D2O": "D₂O",
    "CF3CD2OD": "TFE-d₃",
    "C6D5Cl": "C₆D₅Cl",
}
_NAMES = {
    "tert-butanol": "tert -butyl alcohol",
    "hydrocarbon grease": "H grease",
    "hexane": "n-hexane",
    "pentane": "n-pentane",
    "hexamethyldisiloxane": "HMDSO",
    "1,2-dimethoxyethane": "DME",
}


@pytest.fixture(scope="module")
def their_table(tmp_path_factory) -> list[dict]:
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine")
    folder = tmp_path_factory.mktemp("impurities")
    subprocess.run(["npm", "pack", "--silent", _PACKAGE], cwd=folder, check=True, timeout=300)
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extract(_TABLE, folder, filter="data")
    script = f"console.log(JSON.stringify(require('./{_TABLE}').carbonImpurities))"
    done = subprocess.run(["node", "-e", script], cwd=folder, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("solvent", IMPURITIES)
def test_the_same_shifts(their_table, solvent):
    assert IMPURITIES[solvent]
    for name, ours in IMPURITIES[solvent].items():
        theirs = [
            sorted(signal["delta"] for line in entry["ranges"] for signal in line["signals"])
            for entry in their_table
            if _NAMES.get(name, name) in entry["names"] and entry["solvent"] == _SOLVENTS[solvent]
        ]
        assert sorted(ours) in theirs, (name, theirs)
