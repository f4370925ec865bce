import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.nucleus import (
    Frequencies,
    check_nucleus,
    names_carbon,
    nucleus_of,
    other_nucleus_in,
    proton_doubt,
    proton_mhz,
)

CARBON = ["<13C>", "^13C", "13C", "13c", "C13", "c13", "C-13", "13-C", "^13^C", "Carbon13", "Carbon 13", "carbon-13"]
CARBON += ["13C nucleus", "13Carbon", "Carbon", "C", "'13C'", '"C13"', "13C{1H}", " 13C \n"]
OTHERS = [("<1H>", "1H"), ("^1H", "1H"), ("H1", "1H"), ("Proton", "1H"), ("Hydrogen1", "1H"), ("1H nucleus", "1H")]
OTHERS += [("31P", "31P"), ("P31", "31P"), ("Phosphorus31", "31P"), ("F19", "19F"), ("Fluorine19", "19F")]
OTHERS += [("15N", "15N"), ("N15", "15N"), ("29Si", "29Si"), ("si29", "29Si"), ("11B", "11B"), ("119Sn", "119Sn")]
OTHERS += [("113Cd", "113Cd"), ("2H", "2H"), ("Deuterium", "2H"), ("131C", "131C"), ("C133", "133C"), ("xyz", "xyz")]
UNKNOWN = ["", " ", "<>", "NONE", "<none>", "off", "<OFF>", "undefined", "?", "Unknown"]


def check(text: str, frequencies: Frequencies | None = None) -> None:
    check_nucleus({"NUC1 in acqus": text}, "10", "write 'NUC1= <13C>' in acqus", frequencies)


@pytest.mark.parametrize("text", CARBON)
def test_every_spelling_of_13c(text):
    assert nucleus_of(text) == "13C"
    check(text)


@pytest.mark.parametrize(("text", "nucleus"), OTHERS)
def test_every_other_nucleus_is_an_error_that_names_it(text, nucleus):
    assert nucleus_of(text) == nucleus
    with pytest.raises(SpectrumFormatError, match=rf"^10: a spectrum of {nucleus} \(NUC1 in acqus\); expected 13C$"):
        check(text)


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_nucleus_that_is_not_stated_is_an_error_that_tells_how_to_state_it(text):
    assert nucleus_of(text) is None
    with pytest.raises(SpectrumFormatError, match=r"nucleus is not stated \(NUC1 in acqus: .*\); write 'NUC1= <13C>'"):
        check(text)


def test_one_parameter_that_states_13c_is_enough_and_one_that_contradicts_it_is_too_much():
    check_nucleus({"NUC1": "<13C>", "AXNUC": "<off>"}, "10", "")
    with pytest.raises(SpectrumFormatError, match=r"a spectrum of 1H \(AXNUC\)"):
        check_nucleus({"NUC1": "<13C>", "AXNUC": "<1H>"}, "10", "")


@pytest.mark.parametrize(("carbon", "proton"), [(150.902809, 600.13), (125.692361, 499.87), (20.1, None)])
def test_frequencies_of_13c(carbon, proton):
    check("13C", Frequencies({"BF1": carbon}, proton))
    if proton:
        check("off", Frequencies({"BF1": carbon}, proton))  # certain without a statement


@pytest.mark.parametrize(
    ("observed", "proton", "message"),
    [
        (
            {"BF1": 161.97},
            400.13,
            r"BF1 is 161.97 MHz, the frequency of 31P, but with 1H at 400.13 MHz 13C is at 100.6",
        ),
        ({"BF1": 400.13}, 400.13, "BF1 is 400.13 MHz, more than 13C has in any magnet"),
        ({"BF1": 376.5}, None, "BF1 is 376.5 MHz, more than 13C has in any magnet"),
        ({"BF1": 100.6, "SF": 40.56}, None, "BF1 100.6 MHz and SF 40.56 MHz disagree"),
    ],
)
def test_a_frequency_that_13c_does_not_have_is_an_error(observed, proton, message):
    with pytest.raises(SpectrumFormatError, match=message):
        check("13C", Frequencies(observed, proton))


@pytest.mark.parametrize(("carbon", "proton"), [(100.2, 400.13), (100.61, None), (None, 400.13)])  # the first: of 79Br
def test_a_frequency_that_is_near_that_of_13c_does_not_make_it_certain(carbon, proton):
    with pytest.raises(SpectrumFormatError, match="not stated"):
        check("", Frequencies({"BF1": carbon}, proton))


def test_the_frequency_of_1h_comes_from_a_channel_that_is_used_for_it():
    assert proton_mhz({"NUC1": "13C", "NUC2": "<1H>", "BF2": "400.13"}) == 400.13
    assert proton_mhz({"$NUC2": "off", "$BF2": "500", "$NUC3": "1H", "$BF3": "400.13"}, "$") == 400.13
    assert proton_mhz({"NUC1": "1H", "BF1": "400.13", "NUC2": "off", "BF2": "400.13"}) is None


@pytest.mark.parametrize(
    ("title", "carbon", "other"),
    [
        ("1H", False, "1H"),
        ("1H NMR", False, "1H"),
        ("Proton", False, "1H"),
        ("19F", False, "19F"),
        ("31P{1H}", False, "31P"),
        ("13C", True, None),
        ("13C{1H} in CDCl3", True, None),
        ("1H and 13C", True, None),
        ("Carbon", True, None),
        ("Sheet1", False, None),
        ("compound 1Ha", False, None),
        ("Carbonyls", False, None),
        ("2H", False, None),  # rather a compound than deuterium
        ("C13", False, None),
    ],
)
def test_the_nuclei_in_a_title(title, carbon, other):
    assert (names_carbon(title), other_nucleus_in(title)) == (carbon, other)


@pytest.mark.parametrize(
    ("shifts", "doubted"),
    [([7.26, 4.12, 2.04], True), ([7.26, 2.04], False), ([21.0, 7.2, 4.1], False), ([13.9, -2.0, 3.0], False)],
)
def test_shifts_in_the_range_of_1h(shifts, doubted):
    assert (proton_doubt(shifts) is not None) is doubted
