import re
from dataclasses import replace

from tests.render.cases import CASE, CYMENE_CASE, HITS, MATRIX, PEAKS, PREDICTION

from km3aid.render.export import export
from km3aid.render.html.page import write_html
from km3aid.requests.answers import Case, Failure


def page(cases):
    text = export(cases, "html").content.decode()
    assert not re.search(r"(?:src|href)=|@import|url\(", text)  # needs nothing else
    return text


def test_a_report_escapes_everything_and_lists_every_peak():
    text = page(CASE)
    assert text.count("<script>") == 1
    assert "fit no carbon &lt;script&gt;" in text
    assert "98%" in text
    table, matrix = text.split('<table class="matrix">')
    assert table.count("<tr data-mark=") == matrix.count("<tr data-mark=") == 3
    assert matrix.count("class=chosen") == 2
    assert "<b>98</b><i>0.5</i>" in matrix  # peak 1 at atom 1


def test_the_matrix_is_ordered_by_predicted_shift():
    head = re.search(r"atoms \(from 1\)<br>predicted / ppm</th>(.*?)</tr>", page(CASE))[1]
    assert head == "<th>2<br>57.5</th><th>1<br>17.9</th>"
    assert MATRIX.atoms == ((0,), (1,))


def test_hits_show_structures_and_both_spectra():
    text = page(Case(HITS, spectrum=PEAKS, predictions=(PREDICTION, PREDICTION)))
    assert text.count("<svg") == 4
    assert "ethanol" in text
    assert "a warning" in text
    assert page(Case(HITS)).count("<svg") == 2
    assert "no hit" in page(Case(replace(HITS, id=None, hits=())))


def test_many_answers_are_a_table_that_unfolds():
    cases = [CASE, CASE, CYMENE_CASE, Case(Failure("x", "line 3: <no> peak"))]
    text = write_html(cases).decode()
    assert write_html(cases).decode() == text
    assert text.count("<details>") == 3
    assert "mean 88%" in text
    assert "failed: line 3: &lt;no&gt; peak" in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) == 2
