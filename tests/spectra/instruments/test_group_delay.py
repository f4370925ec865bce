import pytest

from km3aid.spectra.instruments.group_delay import group_delay


@pytest.mark.parametrize(
    ("stated", "firmware", "factor", "expected"),
    [
        ("67.98", "20", "672", 67.98),
        ("67.98", "12", "16", 67.98),  # what is stated counts
        ("-1", "10", "8", 68.5625),
        ("0", "13", "96", 2.994792),
        ("-1", "13", "1024", 0.0),  # a factor that this firmware does not have
        ("-1", "9", "8", 0.0),
        ("-1", "10", "7", 0.0),
        ("", "", "", 0.0),
        ("x", "y", "z", 0.0),
    ],
)
def test_the_delay_of_the_filter(stated, firmware, factor, expected):
    given = {"GRPDLY": stated, "DSPFVS": firmware, "DECIM": factor}
    assert group_delay(given) == pytest.approx(expected, abs=1e-6)


def test_nmrglue_has_the_same_delays():
    nmrglue = pytest.importorskip("nmrglue")
    for firmware, delays in nmrglue.bruker.bruker_dsp_table.items():
        for factor, delay in delays.items():
            given = {"GRPDLY": "-1", "DSPFVS": str(firmware), "DECIM": str(factor)}
            assert group_delay(given) == pytest.approx(delay, abs=1e-9)
