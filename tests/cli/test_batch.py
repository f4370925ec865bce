"""`--batch`: every record is answered as it is answered alone, or says why it is not."""

import json
from contextlib import nullcontext

import pytest
from tests.cli.runner import ASPIRIN, PEAKS, answer, answers, json_lines, km3aid, peaks, refused

from km3aid.cli import batch


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """Two libraries without a molecule in common."""
    folder = tmp_path_factory.mktemp("batch")
    acids = f"OC(=O)c1ccc(OC(C)=O)cc1 para\n{ASPIRIN} aspirin\nCOC(=O)c1ccccc1O methyl\n"
    alcohols = "CCO ethanol\nCCCO propanol\nCC(C)O isopropanol\nCOC ether\n"
    for name, lines in (("acids", acids), ("alcohols", alcohols)):
        (folder / f"{name}.smi").write_text(lines)
        assert km3aid("library", "build", folder / f"{name}.smi", folder / name).returncode == 0
    return folder


def test_every_line_is_answered_in_order(tmp_path):
    records = [
        {"id": "a", "smiles": ASPIRIN, "peaks": peaks(PEAKS)},
        {"id": "b", "smiles": "C1CC", "peaks": peaks("20")},
        {"id": "c", "smiles": "CCO", "report": "13C NMR (101 MHz, CDCl3) δ 58.3, 18.4."},
        {"id": "d", "smiles": "CCO", "peaks": []},
        {"id": "e", "peaks": peaks("20")},
        {"id": "f", "smiles": "CCO", "peaks": [{"ppm": 900}]},
        '{"id": "g", "smi',
        "[1, 2]",
    ]
    path = json_lines(tmp_path / "in.jsonl", records)
    done = km3aid("assign", "--batch", path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [line["id"] for line in lines] == ["a", "b", "c", "d", "e", "f", None, None]
    errors = {n: line["error"] for n, line in enumerate(lines, 1) if "error" in line}
    assert sorted(errors) == [2, 4, 5, 6, 7, 8]
    assert all(error.startswith(f"{path}, line {n}: ") for n, error in errors.items())
    said = {2: "ring", 4: "peaks: ", 5: "'smiles' is missing", 6: "900", 7: "cut off", 8: "expected a JSON object"}
    assert all(text in errors[n] for n, text in said.items()), errors
    assert "2 of 8 records answered, 6 failed" in done.stderr
    assert f"{path}, line 2: " in km3aid("assign", "--batch", path, "--strict").stderr


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"formula": 5}, "formula: 5; expected text"),
        ({"mass_da": "180"}, "mass_da: '180'; expected a number"),
        ({"mass_da": -1}, "mass_da: -1.0; expected more than 0"),
        ({"formual": "C2H6O"}, "unknown key 'formual'; did you mean 'formula'?"),
        ({"formula": "C2H6Oh?"}, "C2H6Oh?"),
        ({"filters": {"carbon": [1, 2]}}, "filters: unknown key 'carbon'; did you mean 'carbons'?"),
        ({"filters": {"substructure": "c1("}}, "c1("),
        ({"top": 0}, "top: 0; expected 1 or more"),
        ({"library": "no-such-library"}, "no library here"),
        ({"adduct": "[M+H]+"}, "adduct: needs the measured m/z"),
        ({"adduct": "[M+Xe]+", "mass_da": 100}, "known are [M+H]+, "),
        ({"peaks": [{"ppm": 58, "multiplicty": "T"}]}, "unknown key 'multiplicty'; did you mean 'multiplicity'?"),
        ({"report": "58, 18"}, "either as 'peaks' or as 'report'"),
    ],
)
def test_a_bad_record_fails_alone(libraries, tmp_path, bad, message):
    good = {"id": 1, "peaks": [58, 18]}
    path = json_lines(tmp_path / "in.jsonl", [good, {**good, "id": "bad", **bad}, good])
    code, lines = answers("search", "--library", libraries / "alcohols", "--batch", path)
    assert code == 1
    assert [line["id"] for line in lines] == ["1", "bad", "1"]
    assert lines[1]["error"].startswith(f"{path}, line 2: ")
    assert message in lines[1]["error"]
    assert [lines[n]["hits"][0]["name"] for n in (0, 2)] == ["ethanol", "ethanol"]


def test_a_mixed_search_batch_answers_each_record_as_alone(libraries, tmp_path):
    spectra = {"aspirin": peaks(PEAKS), "ethanol": peaks("58 18"), "isopropanol": peaks("64 25 25")}
    settings = [
        {"library": str(libraries / "alcohols"), "top": 1},
        {"top": 2},
        {"one_per_carbon": True},
        {"library": str(libraries / "alcohols"), "formula": "C3H8O"},
        {"solvent": "CDCl3"},
        {"mass_da": 61.0648, "adduct": "[M+H]+", "library": str(libraries / "alcohols")},
        {"filters": {"carbons": [2, 3]}, "library": str(libraries / "alcohols"), "top": 3},
    ]
    records = [{"id": name, "peaks": s} | told for told in settings for name, s in spectra.items()]
    command = ("search", "--library", libraries / "acids", "--batch")
    _, mixed = answers(*command, json_lines(tmp_path / "in.jsonl", records))
    alone = [answers(*command, json_lines(tmp_path / "one.jsonl", [record]))[1][0] for record in records]
    for together, single in zip(mixed, alone, strict=True):
        del together["elapsed_ms"], single["elapsed_ms"]
        hits, own = together.pop("hits"), single.pop("hits")
        assert together == single
        # spectra that are embedded together may differ in the last bit of a float of 32 bits
        assert [h["smiles"] for h in hits] == [h["smiles"] for h in own]
        for key in ("score", "probability", "graph_score", "match_score"):
            assert [h[key] for h in hits] == pytest.approx([h[key] for h in own], rel=1e-5)
        together["hits"] = hits
    assert [len(found["hits"]) for found in mixed] == [1] * 3 + [2] * 3 + [3] * 3 + [2] * 3 + [3] * 3 + [2] * 3 + [
        3
    ] * 3
    assert mixed[-1] != mixed[2]


def test_options_are_defaults_and_a_records_own_value_wins(libraries, tmp_path):
    own = {"formula": "C2H6O", "top": 1, "filters": {"carbons": [1, 9]}}
    records = [{"peaks": [58, 18]}, {"peaks": [58, 18], **own}, {"peaks": [58, 18], "formula": None, "top": None}]
    path = json_lines(tmp_path / "in.jsonl", records)
    options = ("--library", libraries / "alcohols", "--formula", "C3H8O", "--carbons", "3", "--top", 2)
    code, (usual, special, null) = answers("search", "--batch", path, *options)
    assert code == 0
    assert {h["name"] for h in usual["hits"]} == {"propanol", "isopropanol"}
    assert [h["name"] for h in special["hits"]] == ["ethanol"]
    assert special["candidates"] == 2
    assert null["hits"] == usual["hits"]
    records = [
        {"candidates": ["CCO", "COC"], "peaks": [58, 18]},
        {"candidates": ["CCO", "COC"], "top": 2, "peaks": [60]},
    ]
    _, ranked = answers("rank", "--top", 1, "--batch", json_lines(tmp_path / "rank.jsonl", records))
    assert [len(found["hits"]) for found in ranked] == [1, 2]


def test_one_file_serves_several_commands(libraries, tmp_path):
    record = {"id": "a", "smiles": ASPIRIN, "candidates": [ASPIRIN, "CCO"], "peaks": peaks(PEAKS), "formula": "C9H8O4"}
    path = json_lines(tmp_path / "in.jsonl", [record])
    assert len(answer("assign", "--batch", path)["assignments"]) == 9
    assert answer("rank", "--batch", path)["hits"][0]["smiles"] == ASPIRIN
    assert answer("search", "--library", libraries / "acids", "--batch", path)["hits"][0]["name"] == "aspirin"


def test_records_may_bring_every_library(libraries, few_compounds, tmp_path):
    records = [{"peaks": [58, 18], "library": str(libraries / "alcohols")}, {"peaks": [58, 18]}]
    code, lines = answers("search", "--batch", json_lines(tmp_path / "in.jsonl", records))
    assert code == 0
    assert [line["hits"][0]["name"] for line in lines] == ["ethanol", "ethanol"]
    assert [line["candidates"] for line in lines] == [4, 3]
    assert "searched the starter library" in " ".join(lines[1]["warnings"])


def test_the_library_of_the_command_must_be_usable(libraries, untrained_weights, tmp_path):
    path = json_lines(tmp_path / "in.jsonl", [{"peaks": [58, 18]}])
    assert "no library here" in refused("search", "--library", tmp_path, "--batch", path)
    other = ("--model", untrained_weights)
    assert "build it again" in refused("search", "--library", libraries / "acids", "--batch", path, *other)


def test_warnings_of_a_library_are_printed_once(libraries, tmp_path):
    assert km3aid("library", "merge", libraries / "acids", libraries / "alcohols", tmp_path / "both").returncode == 0
    (tmp_path / "more.smi").write_text("CCCCO butanol\n")
    assert km3aid("library", "add", tmp_path / "more.smi", tmp_path / "both").returncode == 0
    shard = max((tmp_path / "both").glob("shard-*.arrow"))
    shard.write_bytes(shard.read_bytes()[:-40] + b"0" * 40)
    records = [{"peaks": [58, 18], "top": top} for top in (1, 2, 1)]
    path = json_lines(tmp_path / "in.jsonl", records)
    said = km3aid("search", "--library", tmp_path / "both", "--batch", path).stderr
    assert said.count("left out") == 1, said
    assert "left out" not in km3aid("search", "--library", tmp_path / "both", "--batch", path, "--quiet").stderr
    (tmp_path / "two.txt").write_text("[[58, 18], [57, 17]]")
    single = km3aid("search", tmp_path / "two.txt", "--library", tmp_path / "both").stderr
    assert single.count("left out") == 1, single


def test_a_batch_is_answered_as_its_lines_come(monkeypatch):
    """A line is answered before the next is read, so that a program may ask and wait."""
    written = []

    def lines(path):
        for number in (1, 2, 3):
            assert len(written) == number - 1
            yield number, json.dumps({"id": number, "smiles": "CCO", "peaks": [58, 18]})

    class Output:
        def write(self, cases):
            written.extend(cases)

    monkeypatch.setattr(batch, "_lines", lines)
    monkeypatch.setattr(batch, "_stream", lambda task, output: nullcontext(Output()))
    assert km3aid("assign", "--batch", "-").returncode == 0
    assert [case.answer.id for case in written] == ["1", "2", "3"]


def test_standard_input_and_strict(tmp_path):
    given = json.dumps({"smiles": "CCO", "peaks": [58, 18]}) + "\n\n" + json.dumps({"smiles": "CCO"}) + "\n"
    done = km3aid("assign", "--batch", "-", given=given)
    assert done.returncode == 1
    assert "standard input, line 3: give the spectrum either as" in json.loads(done.stdout.splitlines()[1])["error"]
    done = km3aid("assign", "--batch", "-", "--strict", given=given)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert "line 3" in done.stderr


@pytest.mark.parametrize(
    "arguments", [("assign", "CCO"), ("assign", "--peaks", "20"), ("rank", "a.smi"), ("search", "a.txt")]
)
def test_what_a_batch_does_not_read_is_refused(arguments, tmp_path):
    path = json_lines(tmp_path / "in.jsonl", [{"smiles": "CCO", "peaks": [58, 18]}])
    assert "a batch has its spectra and structures in its records" in refused(*arguments, "--batch", path)


BEER = "the solvent 'beer' is not known; nothing is set aside; known are CDCl3, "


def test_an_unknown_solvent_has_one_fate(tmp_path):
    """From an option, a batch's option, a record, a record's report or a file: answered, with a warning."""
    record = {"smiles": "CCO", "peaks": [58, 18]}
    told = json_lines(tmp_path / "told.jsonl", [{**record, "solvent": "beer"}])
    plain = json_lines(tmp_path / "plain.jsonl", [record])
    (tmp_path / "file.json").write_text(json.dumps({"peaks": [58, 18], "solvent": "beer"}))
    found = [
        answer("assign", "CCO", "--peaks", "58 18", "--solvent", "beer"),
        answer("assign", "CCO", tmp_path / "file.json"),
        answer("assign", "--batch", told),
        answer("assign", "--batch", plain, "--solvent", "beer"),
    ]
    for each in found:
        (warning,) = each["warnings"]
        assert warning.startswith(BEER)
        assert each["assignments"] == answer("assign", "CCO", "--peaks", "58 18")["assignments"]
    said = km3aid("assign", "CCO", "--peaks", "58 18", "--solvent", "beer").stderr
    assert said.startswith(f"km3aid: warning: {BEER}")


def test_a_solvent_of_the_command_is_a_default(tmp_path):
    record = {"smiles": "CCO", "peaks": [77.2, 58, 18]}
    records = [record, {**record, "solvent": "none"}, {**record, "solvent": "DMSO-d6"}, {**record, "solvent": None}]
    path = json_lines(tmp_path / "in.jsonl", records)
    _, found = answers("assign", "--batch", path, "--solvent", "CDCl3")
    assert [any("set aside 77.2" in w for w in each["warnings"]) for each in found] == [True, False, False, True]
    _, found = answers("assign", "--batch", path, "--solvent", "none")
    assert not any("set aside" in w for each in found for w in each["warnings"])
