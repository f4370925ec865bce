"""What a record may hold, and what each fault is called."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.errors import ConfigError, Km3aidError
from km3aid.library import Filters
from km3aid.requests.records import RECORDS, AssignRecord, SearchRecord, read_record

ETHANOL = {"peaks": [{"ppm": 58.0, "multiplicity": "CH2", "count": 1, "intensity": 3.5}, 18]}


def read(task, values, **defaults):
    return read_record(task, json.dumps(values), "line 7", defaults)


def fault(task, values, **defaults):
    line = read(task, values, **defaults)
    assert isinstance(line.record, Km3aidError), line.record
    return str(line.record)


def test_a_record_holds_a_spectrum_under_its_conditions():
    line = read("assign", {"id": 3, "smiles": "CCO", **ETHANOL})
    assert (line.where, line.id) == ("line 7", "3")
    assert isinstance(line.record, AssignRecord)
    spectrum = line.record.spectrum()
    assert [(p.shift_ppm, p.multiplicity, p.count, p.intensity) for p in spectrum] == [
        (58.0, "T", 1, 3.5),
        (18.0, None, None, None),
    ]
    assert (spectrum.id, spectrum.one_per_carbon) == ("3", False)
    report = {"smiles": "CCO", "report": "13C NMR (101 MHz, CDCl3) δ 77.1, 58.0, 18.0."}
    aside = [p.aside is not None for p in read("assign", report).record.spectrum()]
    assert aside == [True, False, False]
    assert not any(p.aside for p in read("assign", {**report, "solvent": "none"}).record.spectrum())
    own = read("assign", {**report, "one_per_carbon": True}).record.spectrum()
    assert own.one_per_carbon
    assert not any(p.aside for p in own)
    typed = read("assign", {**report, "dept135": "58.0 -18.0"}).record.spectrum()
    assert [p.multiplicity for p in typed][2] == "T"


@pytest.mark.parametrize(
    ("task", "values", "message"),
    [
        ("assign", {"smile": "CCO", **ETHANOL}, "unknown key 'smile'; did you mean 'smiles'?"),
        ("assign", {"smiles": 5, **ETHANOL}, "smiles: 5; expected text"),
        ("assign", {"smiles": "", **ETHANOL}, "smiles: "),
        ("assign", {"smiles": "CCO"}, "either as 'peaks' or as 'report'"),
        ("assign", {"smiles": "CCO", "peaks": "58 18"}, "peaks: '58 18'; expected a list"),
        ("assign", {"smiles": "CCO", "peaks": [True]}, "peaks, item 1: True; expected"),
        ("assign", {"smiles": "CCO", "peaks": [{"ppm": 58, "count": 0}]}, "count: 0; expected 1 or more"),
        ("assign", {"smiles": "CCO", "peaks": [{"shift": 58}]}, "unknown key 'shift'"),
        ("assign", {"smiles": "CCO", "id": [1], **ETHANOL}, "id: [1]; expected"),
        ("assign", {"smiles": "CCO", "one_per_carbon": 1, **ETHANOL}, "one_per_carbon: 1; expected true or false"),
        ("assign", {"smiles": "CCO", "pinned": {"first": [1]}, **ETHANOL}, "pinned: key 'first'"),
        ("rank", {"candidates": [], **ETHANOL}, "candidates: "),
        ("rank", {"candidates": ["CCO"], "names": ["a", "b"], **ETHANOL}, "2 names for 1 candidates"),
        ("search", {"formula": 5, **ETHANOL}, "formula: 5; expected text"),
        ("search", {"mass_da": "180", **ETHANOL}, "mass_da: '180'; expected a number"),
        ("search", {"filters": {"formula": "Q9"}, **ETHANOL}, "Q9"),
        ("predict", {}, "'smiles' is missing"),
    ],
)
def test_a_fault_names_the_line_and_the_key(task, values, message):
    assert message in fault(task, values)


def test_pins_have_whole_numbers_for_keys():
    assert read("assign", {"smiles": "CCO", "pinned": {"0": [1]}, **ETHANOL}).record.pinned == {0: [1]}


def test_keys_of_other_tasks_are_passed_over():
    everything = {"id": "a", "smiles": "CCO", "candidates": ["CCO"], "formula": "C2H6O", "top": 3, **ETHANOL}
    for task in RECORDS:
        assert not isinstance(read(task, everything).record, Km3aidError)


def test_defaults_hold_for_what_is_not_said():
    defaults = {"solvent": "CDCl3", "top": 3, "filters": Filters(formula="C2H6O", carbons=(1, 5))}
    record = read("search", ETHANOL, **defaults).record
    assert (record.solvent, record.top, record.filters) == ("CDCl3", 3, defaults["filters"])
    for nothing in (None, {}, {"formula": None, "required": None}):
        null = read("search", {"solvent": None, "top": None, "filters": nothing, **ETHANOL}, **defaults).record
        assert null == record
    assert read("search", {"filters": None, **ETHANOL}, library=None, top=None).record.top == 10
    assert "unknown key 'formual'" in fault("search", {"formual": None, **ETHANOL})
    assert "unknown key 'formual'" in fault("search", {"filters": {"formual": None}, **ETHANOL}, **defaults)
    assert not isinstance(read("assign", {"smiles": "CCO", **ETHANOL}, **defaults).record, Km3aidError)
    own = read("search", {"solvent": "none", "top": 4, "filters": {"formula": "C3H8"}, **ETHANOL}, **defaults).record
    assert (own.solvent, own.top, own.conditions()) == ("none", 4, Filters(formula="C3H8", carbons=(1, 5)))
    assert read("search", {"formula": "CH4", **ETHANOL}, **defaults).record.conditions().formula == "CH4"


@pytest.mark.parametrize(
    ("values", "mass"),
    [
        ({"mass_da": 181.0495, "adduct": "[M+H]+"}, 180.0422),
        ({"filters": {"mass_da": 203.0315}, "adduct": "[M+Na]+"}, 180.0423),
        ({"mass_da": 180.0423}, 180.0423),
        ({}, None),
    ],
)
def test_the_mass_of_an_adduct_is_that_of_its_molecule(values, mass):
    found = read("search", {**values, **ETHANOL}).record.conditions().mass_da
    assert found is mass if mass is None else abs(found - mass) < 1e-4


def test_an_adduct_needs_a_mass_and_a_name():
    with pytest.raises(ConfigError, match="needs the measured m/z"):
        SearchRecord(report="58", adduct="[M+H]+").conditions()
    with pytest.raises(ConfigError, match=r"'\[M\+Xe\]\+'; known are \[M\+H\]\+"):
        SearchRecord(report="58", adduct="[M+Xe]+", mass_da=5.0).conditions()


def test_the_docs_list_every_key():
    text = (Path(__file__).parents[2] / "docs" / "batch.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \| ([^|]*) \|", text, re.MULTILINE)
    for task in ("assign", "rank", "search"):
        listed = {
            key for keys, tasks in rows if tasks == "all" or task in tasks for key in re.findall(r"`(\w+)`", keys)
        }
        assert listed == {f.name for f in fields(RECORDS[task])}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
_KEYS = ["other", *sorted({name for kind in RECORDS.values() for name in kind.__dataclass_fields__})]


@given(st.sampled_from(sorted(RECORDS)), st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6) | _JSON)
def test_whatever_a_line_holds_it_is_a_record_or_a_fault_of_that_line(task, values):
    line = read_record(task, json.dumps(values), "line 7")
    assert isinstance(line.record, RECORDS[task] | Km3aidError)
    if isinstance(line.record, ConfigError):
        assert str(line.record).startswith("line 7: ")


@given(st.text(max_size=30))
def test_any_text_is_read_without_an_exception(text):
    assert isinstance(read_record("predict", text, "line 7").record, RECORDS["predict"] | Km3aidError)
