import json

import numpy as np
import pytest

from km3aid.engine import Engine
from km3aid.errors import DataError
from km3aid.evaluation.literature import evaluate_literature, read_lines, with_molecules
from km3aid.library import Library
from km3aid.molecules import parse_smiles

ETHANOL, BUTANONE, PHENOL, TOLUENE = "CCO", "CCC(C)=O", "Oc1ccccc1", "Cc1ccccc1"
REPORTS = {
    ETHANOL: "13C NMR (CDCl3) δ 77.2, 58.3, 18.4",
    BUTANONE: "13C NMR (CDCl3) δ 209.3, 36.9, 29.4, 7.9",
    PHENOL: "13C NMR (CDCl3) δ 155.4, 129.7, 121.1, 115.3",
    TOLUENE: "no list at all",
}


@pytest.fixture
def lines(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(json.dumps({"report": r, "smiles": s}) + "\n" for s, r in REPORTS.items()))
    return file


def test_every_other_line_is_for_the_report_and_what_is_left_out_is_counted(lines):
    read = read_lines(lines, {parse_smiles(PHENOL).inchi_key[:14]})
    assert [a.smiles for a in read.fitting] == [ETHANOL]
    assert [a.smiles for a in read.report] == [BUTANONE]
    assert (read.unread, read.known) == (1, 1)
    assert [p.shift_ppm for p in read.fitting[0].spectrum] == [58.3, 18.4]  # without the solvent's


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none.jsonl: cannot be read .* 'report' and 'smiles'"):
        read_lines(tmp_path / "none.jsonl", set())


def test_a_molecule_that_the_library_lacks_is_added(lines, engine: Engine):
    library = Library.of_entries(list(engine.entries([(ETHANOL, None), (PHENOL, None)])), engine.model_sha256)
    joined = with_molecules(engine, library, [BUTANONE])
    assert [joined.smiles(row) for row in range(len(joined))] == [ETHANOL, PHENOL, BUTANONE]
    result = evaluate_literature(engine, library, read_lines(lines, set()))
    assert (result["lines"], result["library"], result["top_1"]) == (1, 2, 1.0)
    assert result["top_1_interval_95"] == (1.0, 1.0)


def test_the_interval_holds_the_mean_and_narrows_with_the_number():
    from km3aid.evaluation.metrics import bootstrap_interval

    few, many = (np.tile([0.0, 1.0], n) for n in (20, 2000))
    (low, high), (lower, higher) = bootstrap_interval(few), bootstrap_interval(many)
    assert low < lower < 0.5 < higher < high
    assert (low, high) == pytest.approx((0.5 - 0.155, 0.5 + 0.155), abs=0.03)
