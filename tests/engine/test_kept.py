"""Structures that were asked for lately are encoded once, and answered as ever."""

from km3aid.encoding.encode import encode_molecules
from km3aid.engine import kept
from km3aid.engine.kept import KeptStructures
from km3aid.spectra import parse_peaks

BUTANOLS = ["CCCCO", "CCC(C)O", "CC(C)CO", "CC(C)(C)O"]


def counted(monkeypatch):
    """How many molecules are encoded each time."""
    counts = []

    def count(network, molecules):
        counts.append(len(molecules))
        return encode_molecules(network, molecules)

    monkeypatch.setattr(kept, "encode_molecules", count)
    return counts


def test_each_is_encoded_once_and_new_ones_together(engine, monkeypatch):
    counts, kept_structures = counted(monkeypatch), KeptStructures()
    first = kept_structures.encoded(engine.network, BUTANOLS[:1])
    again = kept_structures.encoded(engine.network, [*BUTANOLS, BUTANOLS[1]])
    assert again[0] is first[0]
    assert again[4] is again[1]
    assert [one.molecule.smiles for one in again[:4]] == BUTANOLS
    assert counts == [1, 3]


def test_the_oldest_are_forgotten(engine, monkeypatch):
    monkeypatch.setattr(kept, "_MOST", 2)
    counts, kept_structures = counted(monkeypatch), KeptStructures()
    for smiles in (BUTANOLS[0], BUTANOLS[1], BUTANOLS[0], BUTANOLS[2], BUTANOLS[0], BUTANOLS[1]):
        kept_structures.encoded(engine.network, [smiles])
    assert counts == [1, 1, 1, 1]


def test_answers_are_the_same_however_structures_were_prepared(engine):
    spectrum = parse_peaks("69.2 32.0 22.6 9.9")
    alone = [engine.assign(smiles, spectrum) for smiles in BUTANOLS]
    other = type(engine).load()
    other.prepare(BUTANOLS)
    assert [other.assign(smiles, spectrum) for smiles in BUTANOLS] == alone
