"""A small library to start from, in which the molecules that the tests look for do not stand."""

import pytest

from km3aid.library import Library

KNOWN = (
    "CCO", "CCCO", "CC(C)O", "CCCCO", "CCOC(C)=O", "CC(=O)OCCC", "CCOC(=O)CC", "c1ccccc1O", "Cc1ccccc1O", "COc1ccccc1",
    "COc1ccc(C)cc1", "Cc1ccc(C=O)cc1", "COc1ccccc1C=O", "COc1ccccc1O", "COc1ccc(C=O)cc1O", "O=Cc1ccc(O)cc1",
    "COc1ccc(C(C)=O)cc1", "CC(=O)c1ccccc1", "CCC(=O)c1ccccc1", "CCOc1ccccc1", "CCCc1ccccc1", "CC(C)c1ccccc1O",
    "NC(=O)c1ccccc1", "CNC(=O)c1ccccc1", "Nc1ccc(C)cc1", "CN(C)c1ccc(C=O)cc1", "Clc1ccccc1", "Cc1ccc(Cl)cc1",
)  # fmt: skip


@pytest.fixture(scope="session")
def starting(engine, tmp_path_factory):
    """Its folder."""
    path = tmp_path_factory.mktemp("elucidate") / "known"
    engine.build_library(((smiles, None) for smiles in KNOWN), path)
    return path


@pytest.fixture(scope="session")
def known_smiles():
    return KNOWN


@pytest.fixture(scope="session")
def opened(starting):
    return Library.open(starting)
