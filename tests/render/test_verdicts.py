"""Verdicts, "none of these" and members in words, in tables and on pages."""

from dataclasses import replace

import pytest
from tests.render.cases import CASE, ETHANOL, HITS

from km3aid.cli.tables import tables
from km3aid.engine.results import Check, Hit, Member, Misfit, Rival, Verification
from km3aid.render.export import export
from km3aid.render.verdicts import hits_lines, misfit_lines, none_of_these, rival_lines, verdict_line
from km3aid.requests.answers import Case

VERIFIED = Verification(
    "5a",
    "CCO",
    "inconsistent",
    0.012,
    (Check("shifts", -0.8, 0.5, "mean |Δ| 9.1 ppm <"), Check("competing isomers", -1.0, 0.9, "3 of 4 are better")),
    (Misfit(0, (1,), 71.2, 57.9, 1.4, 0.0003), Misfit(2, observed_ppm=120.0), Misfit(atoms=(0,), predicted_ppm=18.1)),
    (Rival("COC", "ether", 4.25), Rival("C=O", None, -0.5)),
    4,
    81.0,
    ("a warning",),
)
MANY = replace(
    HITS,
    hits=(replace(HITS.hits[0], members=(Member("CCO", "ethanol", 3.0, 0.3), Member("OCC", None, 3.0, 0.3))),),
    present=0.62,
)


def test_a_verdict_says_what_it_assumes():
    assert verdict_line(VERIFIED) == "inconsistent: 1 % beside 4 isomers, if a close wrong structure were as likely"
    assigned = replace(ETHANOL, verdict="consistent", probability=0.93)
    assert verdict_line(assigned).startswith("consistent: 93 % by the fit of the lines alone")
    assert verdict_line(ETHANOL) == ""


def test_peaks_and_atoms_count_from_1():
    assert misfit_lines(VERIFIED) == [
        "peak 1 at 71.2 ppm: 57.9 ± 1.4 predicted for atoms 2 (p 0.0003)",
        "peak 3 at 120 ppm fits no carbon",
        "no peak at 18.1 ppm, for atoms 1",
    ]


def test_rivals_say_how_much_better_they_are():
    assert rival_lines(VERIFIED) == [
        "COC (ether) explains the spectrum better: +4.2 log-odds",
        "C=O explains the spectrum almost as well: -0.5 log-odds",
    ]


@pytest.mark.parametrize(("present", "told"), [(0.62, "38 %"), (0.995, "1 %"), (0.001, "100 %")])
def test_none_of_these(present, told):
    assert none_of_these(present) == f"none of these: {told}"


def test_hits_tell_of_their_members_and_of_none():
    assert hits_lines(MANY) == [
        "hit 1 stands for 2 structures of one connectivity; --by structure shows them",
        "none of these: 38 %",
    ]
    assert hits_lines(HITS) == []


def test_the_table_of_a_terminal():
    shown = tables([Case(MANY), Case(VERIFIED), Case(replace(ETHANOL, verdict="undecided", probability=0.5))], False)
    assert "none of these: 38 %" in shown
    assert "inconsistent: 1 % beside 4 isomers" in shown
    assert "peak 3 at 120 ppm fits no carbon" in shown
    assert "undecided: 50 %" in shown
    assert "present" not in shown


def test_the_page():
    page = export(Case(VERIFIED), "html").content.decode()
    assert '<p class="verdict inconsistent">inconsistent: 1 %' in page
    assert "mean |Δ| 9.1 ppm &lt;" in page
    assert "COC (ether) explains the spectrum better" in page
    assert "none of these: 38 %" in export(Case(MANY), "html").content.decode()
    judged = replace(CASE, answer=replace(ETHANOL, verdict="consistent", probability=0.93))
    assert '<p class="verdict consistent">consistent: 93 %' in export(judged, "html").content.decode()
    assert 'class="verdict ' not in export(CASE, "html").content.decode()
    several = export([Case(VERIFIED), Case(VERIFIED)], "html").content.decode()
    assert "inconsistent, 1%" in several


def test_rows_and_columns():
    csv = export(Case(VERIFIED), "csv").content.decode().splitlines()
    assert csv[0].lstrip("\ufeff") == "id,smiles,verdict,probability,test,score,significance,detail"
    assert csv[1].startswith("5a,CCO,inconsistent,0.012,shifts,-0.8,0.5,")
    hits = export(Case(MANY), "csv").content.decode().splitlines()
    assert hits[1].endswith("CCO OCC,0.62")


def test_a_hit_without_members_has_none_in_json():
    assert Hit(1, "C", None, 0.0, 1.0, 0.0, 0.0).members == ()
