"""Answers made by hand, which the tests of the writers share."""

from dataclasses import replace

from km3aid.engine.results import (
    Alternative,
    AssignedPeak,
    Assignment,
    Hit,
    Hits,
    Matrix,
    PredictedCarbon,
    Prediction,
)
from km3aid.requests.answers import Case
from km3aid.spectra import parse_peaks
from km3aid.spectra.spectrum import Peak, Spectrum

ETHANOL = Assignment(
    "<b>id</b>",
    "CCO",
    (AssignedPeak(0, 58.0, (1,), 57.5, 0.98, (Alternative((0,), 0.02),)), AssignedPeak(1, 18.0, (0,), 17.9, 0.6)),
    (2,),
    (),
    -3.0,
    ("1 peak(s) fit no carbon <script>",),
)
PEAKS = parse_peaks("58.0 18.0 77.2")
MATRIX = Matrix(((0,), (1,)), (17.9, 57.5), ((9.0, 0.5), (0.4, 9.5), (5.0, 6.0)), ((0.02, 0.98), (0.6, 0.4), (0, 0)))
CASE = Case(ETHANOL, "CCO", PEAKS, MATRIX)
PREDICTION = Prediction("CCO", (PredictedCarbon((0,), 18.3, 1.0, "Q"), PredictedCarbon((1,), 57.9, 1.2, "T")))
HITS = Hits(
    "unknown, 1",
    (Hit(1, "CCO", "ethanol", 3.0, 0.9, 0.8, -3.0), Hit(2, "COC", None, 1.0, 0.1, 0.3, -9.0)),
    2,
    1.5,
    ("a warning",),
)

# p-cymene with all that a spectrum can tell: C0 C1(C2)C3 aromatic C4 C5 C6(C9) C7 C8
CYMENE = "CC(C)c1ccc(C)cc1"
CYMENE_SPECTRUM = Spectrum(
    (
        Peak(145.85, "S", 1, 12.0),
        Peak(135.1, "S", None, 11.5),
        Peak(128.97, "D", 2, 80.0),
        Peak(126.24, "D", 2, 78.25),
        Peak(33.7, "D", 1, 40.0),
        Peak(24.13, "Q", 2, 90.0),
        Peak(20.9, "Q", 1, 45.0),
        Peak(-1.25, None, None, 3.0),
    ),
    id="p-cymene",
    solvent="CDCl3",
    frequency_mhz=100.6,
)
CYMENE_CASE = Case(
    Assignment(
        "p-cymene",
        CYMENE,
        (
            AssignedPeak(0, 145.85, (3,), 146.0, 0.97),
            AssignedPeak(1, 135.1, (6,), 135.0, 0.97),
            AssignedPeak(
                2, 128.97, (5, 8), 128.8, 0.66, (Alternative((4, 9), 0.34),), std_ppm=0.8, interchangeable_with=(3,)
            ),
            AssignedPeak(
                3, 126.24, (4, 9), 126.4, 0.66, (Alternative((5, 8), 0.34),), std_ppm=0.7, interchangeable_with=(2,)
            ),
            AssignedPeak(4, 33.7, (1,), 33.6, 0.99),
            AssignedPeak(5, 24.13, (0, 2), 24.0, 0.99),
            AssignedPeak(6, 20.9, (7,), 21.0, 0.95, (Alternative((0, 2), 0.05),)),
        ),
        (7,),
        (),
        -8.0,
    ),
    CYMENE,
    CYMENE_SPECTRUM,
)


def with_id(case: Case, name: str) -> Case:
    return replace(case, answer=replace(case.answer, id=name))
