import pytest

from km3aid.elucidate.known import Effort, Known
from km3aid.elucidate.trust import Trust
from km3aid.engine.elucidating import require_index
from km3aid.errors import ConfigError, LibraryError, LibraryMismatchError
from km3aid.library import Library
from km3aid.molecules import connectivity
from km3aid.spectra.spectrum import Peak, Spectrum

VANILLIN = Spectrum.from_shifts([190.9, 151.7, 147.2, 129.9, 127.5, 114.4, 108.8, 56.1])
KNOWN = (
    "COc1ccccc1C=O", "COc1ccccc1O", "COc1ccc(C=O)cc1", "O=Cc1ccc(O)cc1", "COc1ccc(C(C)=O)cc1", "Cc1ccccc1O",
    "COc1cccc(C=O)c1O",
)  # fmt: skip


@pytest.fixture(scope="module")
def library(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("elucidating") / "known"
    engine.build_library(((smiles, None) for smiles in KNOWN), path)
    return path


@pytest.fixture(scope="module")
def answer(engine, library):
    known, told = Known(formula="C8H8O3"), []
    found = engine.elucidate(VANILLIN, library, known=known, effort=Effort(600, 1000), top=5, progress=told.append)
    assert told
    return found


def test_proposals_say_where_they_come_from_and_whether_they_are_new(answer):
    assert [hit.rank for hit in answer.hits] == [1, 2, 3, 4, 5]
    listed = {connectivity(text) for text in KNOWN}
    for hit in answer.hits:
        assert hit.formula == "C8H8O3"
        assert hit.novel == (connectivity(hit.smiles) not in listed)
        assert hit.origin in ("library", "pieces", "moves")
        assert hit.unusual >= 0
        assert len(hit.assignments) > 5
    assert {hit.novel for hit in answer.hits} == {True, False} or all(hit.novel for hit in answer.hits)


def test_probabilities_leave_room_for_none_of_these(answer):
    assert 0 < answer.present < 1
    assert sum(hit.probability for hit in answer.hits) <= answer.present + 1e-9
    assert answer.candidates >= 900
    assert answer.estimated > answer.candidates


def test_what_the_likeliest_share_is_a_part_of_the_first(answer):
    if answer.shared is not None:
        assert 0 < answer.shared.share <= 1
        assert 1 <= answer.shared.proposals <= 6
        assert len(answer.shared.atoms) >= 2


def test_the_answer_is_plain_json(answer):
    import json

    told = json.loads(json.dumps(answer.to_dict()))
    assert {"hits", "present", "shared", "estimated", "exhausted"} <= told.keys()
    assert {"origin", "novel", "formula", "unusual", "assignments"} <= told["hits"][0].keys()


def test_lines_of_the_solvent_are_left_out(engine, library):
    spectrum = Spectrum((*VANILLIN.peaks, Peak(77.2, aside="CDCl3")))
    found = engine.elucidate(spectrum, library, known=Known(formula="C8H8O3"), effort=Effort(600, 300), top=1)
    assert found.hits[0].formula == "C8H8O3"
    assert all(a.peak < len(VANILLIN) for a in found.hits[0].assignments)


def test_nothing_that_satisfies_the_conditions(engine, library):
    known = Known(formula="C8H8O3", substructure="[#7]")
    found = engine.elucidate(VANILLIN, library, known=known, effort=Effort(2, 300))
    assert (found.hits, found.present, found.shared) == ((), 0.0, None)
    assert "nothing that satisfies" in found.warnings[0]


def test_errors(engine, library, untrained_weights, tmp_path):
    from km3aid.engine import Engine

    with pytest.raises(LibraryMismatchError):
        Engine.load(untrained_weights).elucidate(VANILLIN, library)
    with pytest.raises(LibraryError):
        engine.elucidate(VANILLIN, tmp_path)
    with pytest.raises(ConfigError, match="8 lines but C2H6O has 2 carbons"):
        engine.elucidate(VANILLIN, library, known=Known(formula="C2H6O"))


def test_a_large_library_wants_an_index_first(library, monkeypatch):
    opened = Library.open(library)
    require_index(opened)
    monkeypatch.setattr("km3aid.engine.elucidating._QUICKLY_READ", 3)
    for file in library.glob("elucidate-*"):
        file.unlink()
    with pytest.raises(LibraryError, match="km3aid library index"):
        require_index(opened)


def test_trust_has_a_file_of_its_own():
    trust = Trust.bundled()
    assert min(trust.sharp_of_formula, trust.sharp_free) > 0
    assert Trust.of(trust.to_dict()) == trust


def test_a_proposal_lists_its_configurations(engine, library):
    spectrum = Spectrum.from_shifts([71.0, 35.5, 34.0, 31.5, 21.9])
    known = Known(formula="C7H14O", start=("CC1CCC(O)CC1",), rings=(1, 1))
    answer = engine.elucidate(spectrum, library, known=known, effort=Effort(600, 200), top=12)
    wanted = connectivity("CC1CCC(O)CC1")
    hit = next(hit for hit in answer.hits if connectivity(hit.smiles) == wanted)
    assert len(hit.members) == 2
    assert {connectivity(member.smiles) for member in hit.members} == {wanted}
    assert sum(member.probability for member in hit.members) == pytest.approx(hit.probability)
    assert hit.smiles in (hit.members[0].smiles, "CC1CCC(O)CC1")
    score = [member.score for member in hit.members]
    assert score == sorted(score, reverse=True)
    assert (hit.smiles == hit.members[0].smiles) == (score[0] >= score[1])  # of two the better one has a half
