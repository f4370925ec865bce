"""The journal line that an assignment is written as."""

from dataclasses import replace

from tests.render.cases import CASE

from km3aid.render.formats.journal import write_journal
from km3aid.spectra import parse_journal, parse_peaks


def test_multiplicities_are_read_back():
    spectrum = parse_peaks("58.0C/CH2 18.0CH/CH3 77.2Cq")
    line = write_journal([replace(CASE, spectrum=spectrum)]).decode()
    assert line == "13C NMR δ 58.0 (C/CH2, C-2), 18.0 (CH/CH3, C-1), 77.2 (Cq).\n"
    assert [p.multiplicity for p in parse_journal(line)] == ["S/T", "D/Q", "S"]
