from hypothesis import given
from hypothesis import strategies as st

from km3aid.sd import split_records

WATER = "water\n  made\n\n  1  0\nM  END\n"
lines = st.lists(st.sampled_from(["", "x", "M  END", "> <a>", "> <a", ">  <b>  (1)", "$$$$", "$$$$ "]), max_size=30)


def test_a_record_has_its_mol_block_and_its_fields():
    text = f"{WATER}> <id>\n7\n\n>  <note>  (1)\nlost\n\n> <note>\nfirst\n\n second\n$$$$\n{WATER}$$$$\n\n"
    first, second = split_records(text.splitlines(keepends=True))
    assert (first.line, first.name, first.mol_block, first.complete) == (1, "water", WATER, True)
    assert first.fields == {"id": "7", "note": "first\n second"}
    assert (second.line, second.mol_block, second.fields) == (17, WATER, {})


def test_a_record_that_the_file_cuts_off_is_not_complete():
    whole, cut = split_records([*WATER.splitlines(), "$$$$", "methane", ""])
    assert (whole.complete, cut.complete) == (True, False)
    assert (cut.line, cut.name, cut.mol_block, cut.fields) == (7, "methane", "methane\n\n", {})


def test_a_field_begins_after_the_mol_block():
    (record,) = split_records(["> <title>", "M  END", "> <id>", "7", "$$$$"])
    assert (record.name, record.fields) == ("> <title>", {"id": "7"})


def test_windows_line_ends_and_empty_records():
    (empty, water) = split_records(["$$$$\r\n", *WATER.replace("\n", "\r\n").splitlines(keepends=True), "$$$$\r\n"])
    assert (empty.mol_block, empty.name) == ("", None)
    assert water.mol_block == WATER


@given(lines)
def test_every_mol_block_begins_where_its_record_does(text):
    for record in split_records(text):
        block = record.mol_block.splitlines()
        assert block == text[record.line - 1 :][: len(block)]
        assert record.line == 1 or text[record.line - 2].startswith("$$$$")
        assert record.fields.keys() <= {"a", "b"}
