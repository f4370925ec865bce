"""Several populations that share the work: in this process, in others, and when one is lost."""

import pickle

import numpy as np
import pytest

from km3aid.elucidate.elsewhere import Host, IslandLostError
from km3aid.elucidate.island import Asked, Island, Starts, Stint
from km3aid.elucidate.known import Effort, Known
from km3aid.elucidate.members import Share
from km3aid.elucidate.processes import in_processes
from km3aid.elucidate.run import run
from km3aid.engine.elucidating import index_of, propose
from km3aid.errors import Km3aidError
from km3aid.molecules import connectivity, smiles_of
from km3aid.spectra.spectrum import Spectrum

VANILLIN = Spectrum.from_shifts([190.9, 151.7, 147.2, 129.9, 127.5, 114.4, 108.8, 56.1])
SIMILAR = ["COc1ccccc1C=O", "Oc1ccccc1O", "COc1ccc(C=O)cc1", "O=Cc1ccc(O)cc1"]


class Near:
    """An island of this process behind the protocol of others, which is lost at the `lost`-th call."""

    def __init__(self, network, lost=10**9):
        self.host, self.lost, self.calls = Host(network), lost, []

    def ask(self, call, *values):
        self.calls.append(call)
        self.reply = pickle.loads(pickle.dumps(getattr(self.host, call)(*pickle.loads(pickle.dumps(values)))))

    def ready(self):
        if len(self.calls) >= self.lost:
            raise IslandLostError("gone")
        return True

    def answer(self):
        self.ready()
        return self.reply


@pytest.fixture
def asked(engine, opened):
    target = Known(formula="C8H8O3").target(VANILLIN, {})
    return Asked(engine.query(VANILLIN), index_of(engine, opened), target, Starts([], ["COc1cccc(C=O)c1O"], SIMILAR))


def found(engine, asked, others, effort, here=True, progress=None):
    return run(engine.network, asked, effort, progress, others, here)


def smiles(told):
    return [smiles_of(member.mol) for member in told.members]


def test_a_share_owns_each_structure_once():
    numbers = np.random.default_rng(0).integers(0, 2**63, 200).astype(np.uint64)
    owned = np.stack([Share(n, 3).owned(numbers) for n in range(3)])
    assert (owned.sum(0) == 1).all()
    assert [Share(1, 3).owns(int(x)) for x in numbers] == owned[1].tolist()


@pytest.mark.parametrize("here", [True, False])
def test_islands_find_it_and_a_seed_repeats_them(engine, asked, here):
    first, again = (
        found(engine, asked, [Near(engine.network), Near(engine.network)], Effort(600, 2500), here) for _ in "ab"
    )
    assert connectivity("COc1cc(C=O)ccc1O") in [connectivity(text) for text in smiles(first)[:3]]
    assert smiles(first) == smiles(again)
    assert first.scored == again.scored >= 2500
    structures = [member.structure for member in first.members]
    assert len(structures) == len(set(structures))


def test_work_is_shared(engine, asked):
    """What one looks after the other does not change, and what it makes of it comes over."""
    islands = [Island(engine.network, asked, 0, Share(n, 2)) for n in range(2)]
    reports = [island.work(Stint(batches=4)) for island in islands]
    assert all(report.emigrants for report in reports)
    for n, (island, other) in enumerate(zip(islands, reports[::-1], strict=True)):
        assert all(Share(n, 2).owns(member.structure) for member in other.emigrants)
        island.work(Stint(batches=2), other.emigrants)
        held = {member.structure for member in island._explorer.members}
        assert {member.structure for member in other.emigrants} <= held
        island.close()


def test_small_formulas_are_exhausted_together(engine, opened):
    spectrum = Spectrum.from_shifts([62.0, 35.0, 19.0, 14.0])
    target = Known(formula="C4H10O").target(spectrum, {})
    asked = Asked(engine.query(spectrum), index_of(engine, opened), target, Starts([], ["CCCCO"], ["CCO"]))
    for effort in (Effort(60), Effort(60, 10**6)):
        told = found(engine, asked, [Near(engine.network)], effort)
        assert told.exhausted
        assert len(told.members) == 7


@pytest.mark.parametrize("effort", [Effort(3.0), Effort(600, 2000)])
def test_without_an_island_that_is_lost_the_others_go_on(engine, asked, effort):
    told = found(engine, asked, [Near(engine.network, lost=3), Near(engine.network)], effort)
    assert told.members
    if effort.molecules:  # on a busy machine seconds say little
        assert connectivity("COc1cc(C=O)ccc1O") in [connectivity(text) for text in smiles(told)[:3]]
    with pytest.raises(Km3aidError, match="every island is lost"):
        found(engine, asked, [Near(engine.network, lost=2)], effort, here=False)


def test_an_interruption_gives_the_best_of_all_islands(engine, asked):
    def stop(progress):
        if progress.scored > 600:
            raise KeyboardInterrupt

    other = Near(engine.network)
    told = found(engine, asked, [other], Effort(600), progress=stop)
    assert told.stopped
    assert told.members
    assert other.calls[-1] == "best"


def test_processes_are_kept_and_replaced(engine, opened):
    known = Known(formula="C8H8O3")
    made = propose(engine, VANILLIN, opened, known, Effort(600, 1500, cores=2))
    (island,) = in_processes(engine.path, 1)
    again = propose(engine, VANILLIN, opened, known, Effort(600, 1500, cores=2))
    assert in_processes(engine.path, 1) == [island]
    assert [m[0].structure for m in made.grouped] == [m[0].structure for m in again.grouped]
    island._process.kill()
    island._process.join()
    island.ask("best")
    with pytest.raises(IslandLostError):
        island.answer()
    assert in_processes(engine.path, 1) != [island]
