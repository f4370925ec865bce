import numpy as np
import pytest

from km3aid.encoding.chunks import Chunk
from km3aid.encoding.encode import encode_molecules
from km3aid.encoding.library_entries import encode_chunk
from km3aid.engine import Engine
from km3aid.molecules import parse_smiles


@pytest.fixture(scope="module")
def model(untrained_weights):
    return Engine.load(untrained_weights, "cpu").network


def test_entries_hold_what_the_model_says_and_what_could_not_be_read(model):
    lines = [("OCC", "ethanol"), ("bad", "x"), ("c1ccccc1", None), ("O", "water")]
    entries = encode_chunk(model, Chunk(11, lines))
    assert (entries.smiles, entries.names, entries.formula) == (
        ["CCO", "c1ccccc1"],
        ["ethanol", None],
        ["C2H6O", "C6H6"],
    )
    assert entries.mass_da == pytest.approx([46.0419, 78.0470], abs=1e-4)
    assert [(number, text) for number, text, _ in entries.rejected] == [(12, "bad"), (14, "O")]
    assert entries.records == 4
    known = encode_molecules(model, [parse_smiles(s) for s in ("OCC", "c1ccccc1")])
    np.testing.assert_allclose(entries.embedding, [k.graph for k in known], rtol=1e-5, atol=1e-6)
    classes = [k.classes() for k in known]
    np.testing.assert_array_equal(np.diff(entries.classes.offset), [len(c) for c in classes])
    shifts = np.concatenate([c.shift_ppm for c in classes])
    np.testing.assert_allclose(entries.classes.shift_ppm, shifts, rtol=1e-5)
    np.testing.assert_array_equal(entries.classes.size, np.concatenate([c.sizes for c in classes]))


def test_a_chunk_of_which_nothing_can_be_read_is_empty(model):
    entries = encode_chunk(model, Chunk(1, [("bad", None), ("O", None)]))
    assert (entries.smiles, entries.records, len(entries.rejected)) == ([], 2, 2)


def test_the_key_says_what_makes_molecules_equal(model):
    tautomers = [("Cc1nc[nH]c1", None), ("Cc1cnc[nH]1", None)]
    enantiomers = [("C[C@H](N)C(=O)O", None), ("C[C@@H](N)C(=O)O", None)]
    for key, tautomers_equal, enantiomers_equal in (
        ("smiles", False, False),
        ("inchikey", True, False),
        ("connectivity", True, True),
        ("none", True, True),
    ):
        one, other = encode_chunk(model, Chunk(1, tautomers), key).key
        assert (one == other) == tautomers_equal
        one, other = encode_chunk(model, Chunk(1, enantiomers), key).key
        assert (one == other) == enantiomers_equal
