"""What a verification says of the configuration, beside the verdict on the connectivity."""

import pytest

from km3aid.spectra import parse_peaks

MENTHOL = "CC(C)[C@@H]1CC[C@@H](C)C[C@H]1O"
SHIFTS = parse_peaks("71.5, 50.1, 45.1, 34.5, 31.6, 25.8, 23.1, 22.2, 21.0, 16.1")


def test_relative_configurations_share_one(engine):
    answer = engine.verify(MENTHOL, SHIFTS)
    told = {member.smiles: member.probability for member in answer.configurations}
    assert len(told) == 4  # three centres, less mirror images
    assert sum(told.values()) == pytest.approx(1.0, abs=1e-3)
    assert list(told.values()) == sorted(told.values(), reverse=True)
    check = answer.tests[-1]
    assert check.name == "relative configuration"
    assert f"{100 * told[answer.smiles]:.0f} % for the one given among 4" in check.detail


def test_the_verdict_is_on_the_connectivity(engine):
    one, other = (engine.verify(smiles, SHIFTS) for smiles in (MENTHOL, "CC(C)[C@@H]1CC[C@@H](C)C[C@@H]1O"))
    assert {m.smiles: m.score for m in one.configurations}[one.smiles] != pytest.approx(
        {m.smiles: m.score for m in one.configurations}[other.smiles]
    )
    assert not {member.smiles for member in one.configurations} & {rival.smiles for rival in one.rivals}
    assert one.compared == other.compared


def test_the_one_given_is_always_shown(engine):
    lactose = "OC[C@H]1O[C@@H](O[C@H]2[C@H](O)[C@@H](O)[C@H](O)O[C@@H]2CO)[C@H](O)[C@@H](O)[C@H]1O"
    spectrum = parse_peaks("103.7, 92.7, 79.3, 76.2, 73.4, 72.4, 72.0, 71.9, 71.0, 69.5, 61.9, 60.8")
    answer = engine.verify(lactose, spectrum)
    assert len(answer.configurations) == 8
    assert answer.smiles in [member.smiles for member in answer.configurations]


@pytest.mark.parametrize("smiles", ["CC(C)C1CCC(C)CC1O", "C[C@H](O)CC"])
def test_without_a_relative_configuration_nothing_is_said_of_it(engine, smiles):
    answer = engine.verify(smiles, SHIFTS)
    assert answer.configurations == ()
    assert "relative configuration" not in [check.name for check in answer.tests]
