"""Building and searching on a real Ray cluster of several nodes of this machine, some of which are killed."""

from dataclasses import replace

import numpy as np
import pytest
from tests.conftest import made_smiles
from tests.nodes import joined_nodes
from tests.search.comparing import assert_same

from km3aid.engine import Engine
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library import BuildOptions, Filters, Library
from km3aid.ray_cluster import connect
from km3aid.search import stages as search_stages
from km3aid.search.local import find_candidates
from km3aid.search.on_ray import open_on_ray
from km3aid.search.query import Limits
from km3aid.spectra import Spectrum

pytestmark = pytest.mark.cluster

LINES = [(s, f"m{n}") for n, s in enumerate([*made_smiles(), "bad", "O", *made_smiles()[:30]])]
SMALL = BuildOptions(shard_records=16)


@pytest.fixture(scope="module")
def nodes():
    with joined_nodes() as nodes:
        yield nodes


@pytest.fixture(scope="module")
def engine(untrained_weights):
    return Engine.load(untrained_weights, "cpu")


@pytest.fixture(scope="module")
def built(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("cluster") / "lib"
    engine.build_library(LINES, path, options=SMALL)
    return path


@pytest.fixture(scope="module")
def spectra():
    rng = np.random.default_rng(0)
    return [Spectrum.from_shifts(rng.uniform(10, 180, n).round(1).tolist()) for n in (2, 3, 5, 6, 9, 4)]


def contents(path):
    return {f.name: f.read_bytes() for f in sorted(path.iterdir()) if f.name != ".lock"}


def answers(engine, library, spectra, **how):
    """All that a search says but for the time it took."""
    found = engine.search_many(spectra, library, **how)
    return [{k: v for k, v in hits.to_dict().items() if k != "elapsed_ms"} for hits in found]


FILTERS = [
    Filters(),
    Filters(carbons=(3, 6), required=("O",)),
    Filters(substructure="CO"),
    Filters(formula="C4H8O2"),
    Filters(formula="C99H8"),
    Filters(names=frozenset({"m3", "m90"})),
]


def test_a_build_that_loses_a_node_is_that_of_one_machine(nodes, engine, built, tmp_path):
    nodes.have(2)

    def lines():
        for number, line in enumerate(LINES):
            if number == 64:  # some chunks are done, some wait
                nodes.kill_one()
            yield line

    with connect("auto"):
        report = engine.build_library(lines(), tmp_path / "lib", options=SMALL, on_cluster=True)
    assert contents(tmp_path / "lib") == contents(built)
    assert (len(report.rejected), report.duplicates) == (2, 30)


@pytest.fixture(scope="module")
def opened(nodes, built):
    nodes.have(2)
    with connect("auto"):
        yield open_on_ray(built)


@pytest.mark.parametrize("per_carbon", [False, True])
def test_a_search_answers_like_one_machine(opened, engine, built, spectra, per_carbon):
    how = {"top": 7}
    spectra = [replace(s, one_per_carbon=per_carbon) for s in spectra]
    local = Library.open(built)
    assert len(opened) == len(local)
    assert answers(engine, opened, spectra, filters=FILTERS, **how) == answers(
        engine, local, spectra, filters=FILTERS, **how
    )
    for way in (how, how | {"exhaustive": True}):
        assert answers(engine, opened, spectra[:1], **way) == answers(engine, local, spectra[:1], **way)


def same(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        assert_same(ours, theirs)


@pytest.mark.parametrize("limits", [Limits(quickly=40, exactly=20), Limits(quickly=None, exactly=5)])
def test_the_stages_choose_over_all_workers(opened, engine, built, spectra, limits):
    local = Library.open(built)
    questions = [engine.query(s) for s in spectra[:1]]
    found = opened.find_many(questions, [Filters()], limits)
    same(found, [find_candidates(q, local, Filters(), limits) for q in questions])


def test_a_search_that_loses_a_node_answers_the_same(opened, nodes, engine, built, spectra, monkeypatch):
    merge = search_stages._merged

    def merge_and_lose_a_node(*arguments):
        monkeypatch.setattr(search_stages, "_merged", merge)
        nodes.kill_one()
        return merge(*arguments)

    monkeypatch.setattr(search_stages, "_merged", merge_and_lose_a_node)
    before = opened.workers
    found = answers(engine, opened, spectra, filters=FILTERS)
    assert opened.workers == before - 1
    assert found == answers(engine, Library.open(built), spectra, filters=FILTERS)


def test_damage_and_another_model_are_told_as_on_one_machine(nodes, engine, built, spectra, tmp_path):
    for file in built.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "shard-00002.arrow").write_bytes(b"x")
    nodes.have(2)
    with connect("auto"):
        library = open_on_ray(tmp_path)
        assert answers(engine, library, spectra[:1]) == answers(engine, Library.open(tmp_path), spectra[:1])
        with pytest.raises(LibraryMismatchError, match="built by model"):
            library.check_model("0" * 64)
        library.close()  # the strict one needs its processor
        with pytest.raises(LibraryError, match="shard-00002"):
            open_on_ray(tmp_path, strict=True)
        with pytest.raises(LibraryError, match="no library here"):
            open_on_ray(tmp_path / "none")
