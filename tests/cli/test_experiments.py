"""Several experiments of one sample: which is taken, and what DEPT says beside 13C."""

import pytest
from tests.cli.runner import km3aid, refused
from tests.spectra.instruments.test_experiments import SHIFTS, write


@pytest.fixture
def night(tmp_path):
    write(tmp_path / "night", "10", shifts=[150.0, 40.0])
    write(tmp_path / "night", "12")
    return tmp_path / "night"


def peaks_of(*arguments):
    done = km3aid("assign", "c1ccccc1CC(=O)OC", *arguments, "--solvent", "none", "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = [line.split(",") for line in done.stdout.splitlines()[1:]]
    return [(float(row[1]), row[2]) for row in rows if row[1]], done.stderr


def test_an_experiment_is_chosen_by_its_number(night):
    found, _ = peaks_of(night, "--experiment", 10)
    assert [shift for shift, _ in found] == pytest.approx([150.0, 40.0], abs=0.05)
    found, _ = peaks_of(night, "--experiment", 12)
    assert [shift for shift, _ in found] == pytest.approx(SHIFTS, abs=0.05)
    assert "13" in refused("assign", "CCO", night, "--experiment", 13)


def test_dept_comes_from_a_file_of_its_own(night, tmp_path):
    write(tmp_path / "dept", "2", sequence="dept135", shifts=SHIFTS[:1])
    found, said = peaks_of(night, "--experiment", 12, "--dept135", tmp_path / "dept")
    kinds = dict(found)
    nearest = min(kinds, key=lambda shift: abs(shift - SHIFTS[0]))
    assert kinds[nearest] == "D/T/Q"  # it is there, and nothing tells which way up this DEPT is
    others = {shift: kind for shift, kind in kinds.items() if shift != nearest}
    assert [kind for shift, kind in others.items() if abs(shift - 77.2) > 1] == ["S"] * 3  # but for the solvent
    assert "multiplicities from DEPT-135" in said


def test_a_file_may_hold_a_list_of_signed_shifts(night, tmp_path):
    (tmp_path / "dept.txt").write_text(f"-{SHIFTS[0]}\n")
    found, _ = peaks_of(night, "--experiment", 12, "--dept135", tmp_path / "dept.txt")
    assert min(found, key=lambda peak: abs(peak[0] - SHIFTS[0]))[1] == "T"


def test_another_kind_than_the_one_named_is_refused(night):
    assert "expected" in refused("assign", "CCO", night / "12", "--dept135", night / "12")


def test_a_batch_has_no_experiment_to_choose(tmp_path):
    (tmp_path / "b.jsonl").write_text('{"smiles": "CCO", "peaks": [58, 18]}\n')
    assert "records" in refused("assign", "--batch", tmp_path / "b.jsonl", "--experiment", 3)
