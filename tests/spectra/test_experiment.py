import re

import pytest

from km3aid.spectra.experiment import Experiment, experiment_of, obstacle

SEQUENCES = {
    Experiment.PLAIN: "zgpg zgpg30 zgdc zgdc30 zgig zgig30 <zgpg30> zgpg30.nes zgpg30_cdcl3 s2pul carbon carbon.jxp "
    "single_pulse_dec udeft inverse_gated inv_gated cpd_test captain decoupled unheard_of",
    Experiment.COUPLED: "zg zg30 zgpr zggd zggd30 gated_decoupling coupled nodec",
    Experiment.APT: "apt jmod APT apt.jxp aptgp jmod_test attached_proton_test carbon_apt",
    Experiment.PENDANT: "pendant",
    Experiment.DEPTQ: "deptq deptqgpsp deptqgpsp.2 deptqsp DEPTQ135 dept-q",
    Experiment.DEPT: "dept dept.jxp DEPT deptnd",
    Experiment.DEPT_45: "dept45 deptsp45 DEPT-45",
    Experiment.DEPT_90: "dept90 deptsp90 DEPT-90",
    Experiment.DEPT_135: "dept135 deptsp135 DEPT-135 dept_135.jxp <deptsp135> dept135p",
    Experiment.INEPT: "inept ineptrd ineptnd",
    Experiment.RELAXATION: "t1ir t1irpg t1_inv cpmg cpmg1d t2cpmg inversion_recovery satrec",
    Experiment.SOLID: "cp cp.av cptoss cpmas cp90 tancpx hpdec hpdec.av cpvt",
    Experiment.TWO_D: "cosygpmfqf hsqcedetgp hmbcgplpndqf noesygpph mlevphpp hxcoqf inadqf inadequate jresqf gCOSY "
    "gHSQCAD tocsy hmqc ledbpgp2s dosy",
}
ALL = [(e, name) for e, names in SEQUENCES.items() for name in names.split()]
USED = {Experiment.PLAIN, Experiment.APT, Experiment.PENDANT, Experiment.DEPTQ, Experiment.COUPLED}


@pytest.mark.parametrize(("experiment", "sequence"), ALL)
def test_the_experiment_by_its_pulse_sequence(experiment, sequence):
    assert experiment_of(sequence) == experiment_of(sequence.upper()) == experiment


def test_the_title_counts_only_without_a_sequence_and_only_where_it_is_plain():
    assert experiment_of("", title="DEPT-135 of 5a") == Experiment.DEPT_135
    assert experiment_of("", title="DEPT 90") == Experiment.DEPT_90
    assert experiment_of("", "", title="5a, APT") == Experiment.APT
    assert experiment_of("zgpg30", title="DEPT-135 of 5a") == Experiment.PLAIN
    for title in ("Dept. of Chemistry", "T1-7 in CDCl3", "CP 12", "cosyl amide", "aptamer"):
        assert experiment_of("", title=title) == Experiment.PLAIN, title


def test_a_second_name_counts_where_the_first_says_nothing():
    assert experiment_of("", "<dept135>") == experiment_of("s2pul", "dept135") == Experiment.DEPT_135


@pytest.mark.parametrize("experiment", Experiment)
def test_what_becomes_of_each_experiment(experiment):
    reason = obstacle(experiment)
    assert (reason is None) is (experiment in USED)
    if reason is not None:
        assert re.match(f"an? .*{experiment.split('-')[0]}", reason)
        assert "; give the " in reason  # the way out


def test_what_to_give_with_dept():
    assert "--dept135" in (obstacle(Experiment.DEPT_135) or "")
    assert "--dept90" in (obstacle(Experiment.DEPT_90) or "")
