from hypothesis import given
from hypothesis import strategies as st

from km3aid.spectra.text.characters import decimal_mark, mask_brackets, normalise


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_and_masking_keeps_the_length(text):
    assert normalise(normalise(text)) == normalise(text)
    assert len(mask_brackets(text)) == len(text)


@given(st.lists(st.integers(0, 22000), min_size=2, max_size=8))
def test_the_decimal_comma_is_recognised_in_any_list_that_uses_it(hundredths):
    shifts = [f"{n / 100:.2f}" for n in hundredths]
    assert decimal_mark(" ".join(shifts), "x") == "."
    assert decimal_mark("; ".join(shifts).replace(".", ","), "x") == ","


def test_what_a_pdf_hides_in_numbers_goes():
    assert normalise("δ 171.4 (C\u00ad=O), 14.\u00ad2\u200b\ufeff") == "δ 171.4 (C=O), 14.2"
