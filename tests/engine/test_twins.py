"""A spectrum of two rotamers: each pair of lines is one line of the structure."""

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
