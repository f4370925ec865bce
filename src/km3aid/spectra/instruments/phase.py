"""Automatic phase: the zero- and first-order phase at which lines stand upright."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Wrong = Callable[[NDArray[np.float64]], float]

_LINE_HZ = 12.0  # on either side of a line, over which its phase is judged
_PHASED_LINES = 40
_FIRST_ORDER = 9.0  # radians over the whole spectrum, to either side
_PLAINLY_WRONG = 0.005  # share of lines that points the wrong way in a spectrum whose phase is wrong …
_MUCH_BETTER = 0.25  # … if so much of it or less is left at the best phase


def phased(spectrum: NDArray[np.complex128], hz_per_point: float, signed: bool) -> NDArray[np.float64]:
    """The real part (N,) at the phase at which the least of the strongest lines points the wrong way.

    All lines have equal weight, so that the solvent does not decide alone. Upwards is the right way, unless they are
    `signed`: then it is that of the larger part of each line.
    """
    import numpy as np

    wrong = _wrong_share(spectrum, hz_per_point, signed)
    best = np.zeros(2) if wrong is None else _best(wrong, signed)
    return _real(spectrum, best)


def rephased(spectrum: NDArray[np.complex128], hz_per_point: float) -> tuple[NDArray[np.float64], bool]:
    """The real part (N,) of a processed spectrum with signed lines, and whether it had to be phased again.

    Whoever phases APT or DEPTQ, by eye or by machine, may turn the signs at one end against those at the other; the
    lines between them then lie on their side.
    """
    import numpy as np

    wrong, as_it_is = _wrong_share(spectrum, hz_per_point, signed=True), np.zeros(2)
    if wrong is None or wrong(as_it_is) < _PLAINLY_WRONG:
        return _real(spectrum, as_it_is), False
    best = _best(wrong, signed=True)
    again = wrong(best) <= _MUCH_BETTER * wrong(as_it_is)
    return _real(spectrum, best if again else as_it_is), again


def _wrong_share(spectrum: NDArray[np.complex128], hz_per_point: float, signed: bool) -> Wrong | None:
    """The share of the strongest lines that points the wrong way, by the two phases; None where there is no line."""
    import numpy as np

    from km3aid.spectra.instruments.signals import highest_maxima

    half = max(8, round(_LINE_HZ / hz_per_point))
    size = np.abs(spectrum)
    tops = highest_maxima(size, 2 * half, _PHASED_LINES + 2)  # one may lie at each end
    tops = tops[(tops >= half) & (tops < len(size) - half)][:_PHASED_LINES]
    if not len(tops):
        return None
    around = tops[:, None] + np.arange(-half, half + 1)[None, :]
    points = spectrum[around] / np.linalg.norm(spectrum[around], axis=1, keepdims=True)
    weight = np.minimum(size[tops] / np.median(size) / 50, 1.0)  # noise has little weight
    place = around / len(size) - 0.5

    def share(phase: NDArray[np.float64]) -> float:
        real = (points * np.exp(1j * (phase[0] + phase[1] * place))).real
        wrong = (np.minimum(real, 0.0) ** 2).sum(1)
        if signed:
            wrong = np.minimum(wrong, (np.maximum(real, 0.0) ** 2).sum(1))
        return float((weight * wrong).sum() / weight.sum())

    return share


def _best(wrong: Wrong, signed: bool) -> NDArray[np.float64]:
    """The best phase of a grid, refined; for signed lines half a turn makes no difference."""
    import numpy as np

    from km3aid.spectra.instruments.signals import least

    turns = np.linspace(-np.pi / 2, np.pi / 2, 12, False) if signed else np.linspace(-np.pi, np.pi, 24, False)
    grid = [np.array([a, b]) for a in turns for b in np.linspace(-_FIRST_ORDER, _FIRST_ORDER, 25)]
    return least(wrong, min(grid, key=wrong))


def _real(spectrum: NDArray[np.complex128], phase: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    ramp = np.arange(len(spectrum)) / len(spectrum) - 0.5
    return np.asarray((spectrum * np.exp(1j * (phase[0] + phase[1] * ramp))).real, np.float64)
