"""NMReDATA as the specification of 1.1 has it, read here by its own few rules."""

from dataclasses import replace

from rdkit import Chem
from tests.render.cases import CASE, CYMENE_CASE, with_id

from km3aid.engine.results import AssignedPeak, Assignment
from km3aid.render.export import export
from km3aid.requests.answers import Case
from km3aid.spectra import parse_peaks


def tags(record):
    """Name → lines of the tags of one record; every line must end with the separator of 1.1."""
    found = {}
    for block in record.split(">  <NMREDATA_")[1:]:
        name, _, text = block.partition(">\n")
        lines = text.split("\n\n")[0].split("\n")
        assert all(line.endswith("\\") for line in lines)
        found[name] = [line[:-1].split(" ;")[0] for line in lines]
    return found


def written(case):
    text = export(case, "nmredata").content.decode()
    assert text.endswith("$$$$\n")
    return text


def test_the_record_of_cymene():
    text = written(CYMENE_CASE)
    found = tags(text)
    assert found == {
        "VERSION": ["1.1"],
        "LEVEL": ["1"],
        "ID": ["Title=p-cymene", found["ID"][1]],
        "FORMULA": ["C10H14"],
        "SMILES": ["CC(C)c1ccc(C)cc1"],
        "SOLVENT": ["CDCl3"],
        "ASSIGNMENT": [
            "C4, 145.8500, 4",
            "C7, 135.1000, 7",
            "C6, 128.9700, 6, 9",
            "C5, 126.2400, 5, 10",
            "C2, 33.7000, 2",
            "C1, 24.1300, 1, 3",
            "C8, 20.9000, 8",
            "Interchangeable=C6, C5",
        ],
        "1D_13C": [
            "Larmor=100.6000",
            "Spectrum_Location=unknown",
            "Decoupled=1H",
            "145.8500, N=0, L=C4, I=12",
            "135.1000, N=0, L=C7, I=11.5",
            "128.9700, N=1, L=C6, I=80",
            "126.2400, N=1, L=C5, I=78.25",
            "33.7000, N=1, L=C2, I=40",
            "24.1300, N=3, L=C1, I=90",
            "20.9000, N=3, L=C8, I=45",
            "-1.2500, I=3",
        ],
    }
    assert "C4, 145.8500, 4 ;confidence 0.97, predicted 146.00 ppm\\\n" in text


def test_unknown_frequency_and_solvent_are_not_made_up():
    found = tags(written(CASE))
    assert "SOLVENT" not in found
    assert found["1D_13C"][0] == "Larmor=0.0"
    assert found["LEVEL"] == ["0"]


def test_separators_in_an_id_do_no_harm():
    found = tags(written(with_id(CASE, "a;b\\\nc")))
    assert found["ID"][0] == "Title=a b c"


def test_atom_numbers_count_explicit_hydrogens():
    answer = Assignment(None, "CO", (AssignedPeak(0, 50.0, (2,), 50.1, 0.9),), (), (), 0.0)
    text = written(Case(answer, "[H]OC", parse_peaks("50.0")))
    mol = Chem.MolFromMolBlock(text, removeHs=False)
    assert [a.GetSymbol() for a in mol.GetAtoms()] == ["H", "O", "C"]
    assert tags(text)["ASSIGNMENT"] == ["C3, 50.0000, 3"]


def test_a_mol_block_goes_out_as_it_came_in():
    block = Chem.MolToMolBlock(Chem.AddHs(Chem.MolFromSmiles("OC")))
    sd = block.replace("\n", "\r\n") + "> <name>\r\nx\r\n\r\n"
    answer = Assignment(None, "CO", (AssignedPeak(0, 50.0, (1,), 50.1, 0.9),), (), (), 0.0)
    text = written(Case(answer, sd, parse_peaks("50.0")))
    assert text.startswith(block.rstrip("\n") + "\n>  <NMREDATA_VERSION>")
    assert "<name>" not in text


def test_a_large_structure_takes_the_newer_mol_block(monkeypatch):
    monkeypatch.setattr("km3aid.molecules.mol_block._V2000_ATOMS", 9)
    text = written(CYMENE_CASE)
    assert "V3000" in text
    assert Chem.MolFromMolBlock(text).GetNumAtoms() == 10
    assert tags(text)["ASSIGNMENT"][0] == "C4, 145.8500, 4"


def test_two_classes_under_one_peak_get_a_label_each():
    peaks = (AssignedPeak(0, 128.0, (3, 4, 9), 128.0, 0.8),)
    answer = Assignment(None, "", peaks, (), (), 0.0)
    found = tags(written(Case(answer, CYMENE_CASE.structure, parse_peaks("128.0"))))
    assert found["ASSIGNMENT"] == ["C4, 128.0000, 4", "C5, 128.0000, 5, 10"]
    assert found["1D_13C"][-1] == "128.0000, L=C4, C5"


def test_one_peak_per_carbon_says_what_is_equivalent():
    peaks = tuple(AssignedPeak(n, 126.0, (a,), 126.0, 0.9) for n, a in enumerate((4, 9)))
    answer = Assignment(None, "", peaks, (), (), 0.0)
    found = tags(written(Case(answer, CYMENE_CASE.structure, parse_peaks("126.0 126.0"))))
    assert found["ASSIGNMENT"][-1] == "Equivalent=C5, C10"
    assert found["LEVEL"] == ["0"]


def test_diastereotopic_carbons_are_interchangeable():
    structure = "CC(C)[C@H](O)CC"
    pairs = enumerate(((18.9, 0), (17.1, 2)))
    peaks = tuple(AssignedPeak(n, s, (a,), s, 0.9, interchangeable_with=(1 - n,)) for n, (s, a) in pairs)
    answer = Assignment(None, structure, peaks, (), (), 0.0)
    found = tags(written(Case(answer, structure, parse_peaks("18.9 17.1"))))
    assert found["ASSIGNMENT"][-1] == "Interchangeable=C1, C3"
    assert found["LEVEL"] == ["1"]


def test_two_lines_of_the_same_carbons_have_names_of_their_own():
    lines = tuple(AssignedPeak(n, shift, (0,), 18.0, 0.9) for n, shift in enumerate((18.4, 18.1)))
    mixture = Assignment("mixture", "CCO", (*lines, AssignedPeak(2, 58.0, (1,), 57.9, 0.9)), (), (), 0.0)
    found = tags(written(Case(mixture, "CCO", parse_peaks("18.4 18.1 58.0"))))
    assert found["ASSIGNMENT"] == ["C1, 18.4000, 1", "C1_2, 18.1000, 1", "C2, 58.0000, 2"]
    assert "18.1000, L=C1_2" in found["1D_13C"]


def test_several_records_are_one_sd_file():
    text = export([CASE, replace(CYMENE_CASE)], "nmredata").content.decode()
    assert text.count("$$$$\n") == 2


def test_a_choice_of_multiplicities_is_a_comment_because_n_is_one_number():
    answer = Assignment(None, "", (), (), (), 0.0)
    text = written(Case(answer, CYMENE_CASE.structure, parse_peaks("128.0CH/CH3 20.9CH3")))
    assert "128.0000 ;CH or CH3, fits no carbon\\\n20.9000, N=3 ;fits no carbon\\\n" in text
