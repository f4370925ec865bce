"""Elucidations whose islands are on the nodes of a real Ray cluster of this machine."""

import pytest
from tests.nodes import joined_nodes

from km3aid.elucidate.known import Effort, Known
from km3aid.engine.elucidating import propose
from km3aid.errors import ConfigError
from km3aid.molecules import connectivity, smiles_of
from km3aid.ray_cluster import connect, free_processors
from km3aid.spectra.spectrum import Spectrum

pytestmark = pytest.mark.cluster
VANILLIN = Spectrum.from_shifts([190.9, 151.7, 147.2, 129.9, 127.5, 114.4, 108.8, 56.1])
KNOWN = Known(formula="C8H8O3")


@pytest.fixture(scope="module")
def nodes():
    with joined_nodes() as nodes:
        yield nodes


def first_three(made):
    return [connectivity(smiles_of(group[0].mol)) for group in made.grouped[:3]]


def test_without_a_free_processor_it_is_said(nodes, engine, opened):
    with connect("auto"), pytest.raises(ConfigError, match="no processor of the cluster is free"):
        propose(engine, VANILLIN, opened, KNOWN, Effort(5, on_cluster=True))


def test_islands_go_to_the_nodes_and_end_with_the_run(nodes, engine, opened):
    nodes.have(2)
    told = []
    with connect("auto"):
        made = propose(engine, VANILLIN, opened, KNOWN, Effort(600, 2500, on_cluster=True), told.append)
        again = propose(engine, VANILLIN, opened, KNOWN, Effort(600, 2500, on_cluster=True))
        assert free_processors() == 2
    assert connectivity("COc1cc(C=O)ccc1O") in first_three(made)
    assert made.found.scored >= 2500
    assert told[-1].scored == made.found.scored
    assert [group[0].structure for group in made.grouped] == [group[0].structure for group in again.grouped]


def test_a_run_that_loses_a_node_goes_on(nodes, engine, opened):
    nodes.have(2)
    killed = []

    def kill(progress):
        if progress.scored > 200 and not killed:
            killed.append(progress.scored)
            nodes.kill_one()

    with connect("auto"):
        made = propose(engine, VANILLIN, opened, KNOWN, Effort(600, 2500, on_cluster=True), kill)
    assert killed
    assert made.found.scored >= 2500
    assert connectivity("COc1cc(C=O)ccc1O") in first_three(made)
