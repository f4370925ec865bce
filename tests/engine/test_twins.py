"""More lines than carbons: two rotamers, of which each pair is one line of the structure, and couplings to fluorine."""

from km3aid import Engine, Spectrum

PROLINE = "CC(=O)N1CCC[C@H]1C(=O)OC"
MAJOR = (172.9, 169.3, 58.5, 52.2, 47.7, 29.4, 24.8, 22.2)
MINOR = (172.6, 169.7, 59.2, 52.5, 46.5, 30.6, 24.1, 22.9)
BOTH = Spectrum.from_shifts(s for pair in zip(MAJOR, MINOR, strict=True) for s in pair)


def test_both_lines_of_a_pair_have_the_same_carbons(engine: Engine):
    one = engine.assign(PROLINE, Spectrum.from_shifts(MAJOR))
    both = engine.assign(PROLINE, BOTH)
    assert [a.atoms for a in both.assignments] == [a.atoms for a in one.assignments for _ in range(2)]
    assert [a.peak for a in both.assignments] == list(range(16))
    assert not both.unassigned_peaks
    assert "mixture" in both.warnings[0]
    assert not any("mixture" in w for w in one.warnings)


def test_a_pinned_peak_is_one_of_its_own(engine: Engine):
    pinned = engine.assign(PROLINE, BOTH, pinned={0: [8]})
    assert pinned.unassigned_peaks
    assert not any("mixture" in w for w in pinned.warnings)


def test_molecules_are_compared_by_the_pairs(engine: Engine):
    others = ["CC(=O)N1CCC[C@H]1C(=O)N1CCC[C@H]1C(=O)OC", "CCCCCCCCCCCCCCCC"]
    found = engine.rank([*others, PROLINE], BOTH)
    assert found.hits[0].smiles == PROLINE
    assert "mixture" in found.warnings[-1]


def test_a_second_line_of_a_carbon_with_fluorine_is_told(engine: Engine):
    lines = [163.6, 161.2, 135.0, 128.6, 115.2, 64.5]  # C-F of 4-fluorobenzyl alcohol, 245 Hz at 100 MHz
    found = engine.assign("OCc1ccc(F)cc1", Spectrum.from_shifts(lines))
    (told,) = [w for w in found.warnings if "splits" in w]
    assert "163.6" in told
    assert "161.2" in told
    other = engine.assign("OCc1ccc(Cl)cc1", Spectrum.from_shifts([163.6, 139.0, 133.3, 128.6, 128.2, 64.5]))
    assert not any("splits" in w for w in other.warnings)
