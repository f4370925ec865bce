"""JEOL Delta files (`.jdf`): an FID or a processed 1D spectrum.

A file is a big-endian header of fixed layout, a table of parameters of 64 bytes each, and the numbers: all real parts,
then all imaginary ones. Offsets after nmrglue (`fileio/jeol.py`) and the npm package jeolconverter. No size in the
header is trusted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import Experiment, dept_of_angle, experiment_of
from km3aid.spectra.instruments.checks import MOST_POINTS, number_of, one_dimension
from km3aid.spectra.instruments.fid import transform_fid
from km3aid.spectra.instruments.nucleus import PROTON, Frequencies, check_nucleus, nucleus_of
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.referencing import reference_to_solvent
from km3aid.spectra.solvents import solvent_on_spectrometer
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.wanted import ANYTHING, Wanted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Parameters = dict[str, str | float]

_MARKS = (b"JEOL.NMR", b"RMN.LEOJ")
_HEADER_BYTES = 1296
_ONE_D, _REAL, _COMPLEX = 1, 1, 3
_PPM, _SECOND = 26, 28  # units of an axis
_MOST_PARAMETERS = 4096
_LONGEST_DEAD_S = 1e-3


def is_jeol(start: bytes) -> bool:
    """Whether the first bytes are those of a JEOL file."""
    return start.startswith(_MARKS)


def read_jeol(data: bytes, name: str | None, where: str, wanted: Wanted = ANYTHING) -> Iterator[Spectrum]:
    """Read the one 13C spectrum of a JEOL file; `name` becomes its id."""
    if len(data) < _HEADER_BYTES:
        raise SpectrumFormatError(f"{where}: a JEOL file of {len(data)} bytes; it is cut off")
    order = "<" if data[8] == 1 else ">"
    found = _parameters(data, order)
    kind, unit = data[24], data[33]
    if data[14] & 63 != _ONE_D or kind not in (_REAL, _COMPLEX) or unit not in (_PPM, _SECOND):
        raise SpectrumFormatError(
            f"{where}: a JEOL file of several dimensions, or whose axis is not in ppm or seconds; "
            "expected a 1D spectrum"
        )
    solvent = solvent_on_spectrometer(str(found.get("solvent", "")))
    points = one_dimension(_numbers(data, order, kind == _COMPLEX), where)
    frequency, width = number_of(found.get("x_freq")), number_of(found.get("x_sweep"))
    if not frequency or not width or min(frequency, width) <= 0:
        raise SpectrumFormatError(f"{where}: the frequency or the width is missing from the parameters")
    _check_nucleus(found, where, wanted)
    about: dict[str, Any] = {"id": name, "solvent": solvent, "experiment": _experiment(found)}
    megahertz = _megahertz(frequency) or frequency
    if unit == _PPM:
        axis = _axis_ppm(data, len(points), where)
        yield pick_peaks(axis, points.real, where, frequency_mhz=megahertz, **about)
        return
    centre = number_of(found.get("x_offset")) or 0.0
    delay = filter_delay(found) - dead_time_s(found) * width
    yield reference_to_solvent(transform_fid(points, width, megahertz, centre, where, delay, **about))


def _check_nucleus(parameters: Parameters, where: str, wanted: Wanted) -> None:
    text = {name: str(parameters.get(name, "")) for name in ("x_domain", "irr_domain")}
    observed, proton = (_megahertz(parameters.get(name)) for name in ("x_freq", "irr_freq"))
    frequencies = Frequencies({"X_FREQ": observed}, proton if nucleus_of(text["irr_domain"]) == PROTON else None)
    mend = "if it is 13C, give its shifts with --peaks"
    check_nucleus({"X_DOMAIN": text["x_domain"]}, where, mend, frequencies, wanted.nucleus)


def _experiment(parameters: Parameters) -> Experiment:
    experiment = experiment_of(str(parameters.get("experiment", "")))
    if experiment == Experiment.DEPT and (angle := selection_angle(parameters)) is not None:
        return dept_of_angle(angle)
    if experiment == Experiment.PLAIN and str(parameters.get("irr_decoupling", "")).upper() == "FALSE":
        return Experiment.COUPLED
    return experiment


def _megahertz(value: object) -> float | None:
    frequency = number_of(value)
    return frequency / 1e6 if frequency and frequency > 1e5 else frequency


def filter_delay(parameters: Parameters) -> float:
    """The delay of the digital filter in points: ½ Σ (order_i − 1) / Π_{j≥i} factor_j over its stages.

    `orders` is the number of stages, then their orders with an equal number of digits each; `factors` has one digit for
    each stage.
    """
    orders, factors = (str(parameters.get(key, "")).strip() for key in ("orders", "factors"))
    stages = len(factors)
    if not stages or not (orders + factors).isdecimal() or "0" in factors or (len(orders) - 1) % stages:
        return 0.0
    digits = (len(orders) - 1) // stages
    order = [int(orders[1 + i * digits : 1 + (i + 1) * digits] or 1) for i in range(stages)]
    return 0.5 * sum((order[i] - 1) / prod(int(f) for f in factors[i:]) for i in range(stages))


def selection_angle(parameters: Parameters) -> float | None:
    """The angle in degrees by which a DEPT tells CH, CH2 and CH3 apart; None where the parameters do not say it.

    Releases of Delta name the parameter differently (`selection_angle`, `irr_angle`, …): it is the angle that is not
    of the observed nucleus. Without one, the pulse of 1H is compared with that of 90°.
    """
    angles = {
        angle
        for name, value in parameters.items()
        if "angle" in name and not name.removeprefix("method.").startswith("x_") and (angle := number_of(value))
    }
    known = {angle for angle in angles if dept_of_angle(angle) != Experiment.DEPT}
    if len(known) == 1:
        return known.pop()
    pulses = [number_of(parameters.get(name)) for name in ("selection_pulse", "irr_pulse")]
    right = [number_of(parameters.get(name)) for name in ("irr_90_width", "irr_90", "irr90")]
    pulse, of_90 = next(filter(None, pulses), None), next(filter(None, right), None)
    return 90 * pulse / of_90 if not known and pulse and of_90 else None


def dead_time_s(parameters: Parameters) -> float:
    """Seconds from the middle of the pulse to the first point, in which the signal is not recorded but turns its phase.

    `acq_delay` is in seconds, `x_pulse` in microseconds.
    """
    delay_s, pulse_us = (number_of(parameters.get(key)) or 0.0 for key in ("acq_delay", "x_pulse"))
    dead_s = delay_s + pulse_us / 2e6
    return dead_s if 0 < dead_s < _LONGEST_DEAD_S else 0.0


def _parameters(data: bytes, order: str) -> Parameters:
    """The texts and numbers in the table of parameters by name, in lower case."""
    (start,) = struct.unpack_from(">I", data, 1212)
    found: Parameters = {}
    for at in range(start + 16, min(len(data) - 63, start + 16 + 64 * _MOST_PARAMETERS), 64):
        (scale,), (kind,) = (
            struct.unpack_from(order + "h", data, at + 4),
            struct.unpack_from(order + "i", data, at + 32),
        )
        name = _text(data[at + 36 : at + 64]).lower()
        if kind == 0:
            found.setdefault(name, _text(data[at + 16 : at + 32]))
        elif kind in (1, 2) and abs(scale) <= 30:
            (value,) = struct.unpack_from(order + ("i" if kind == 1 else "d"), data, at + 16)
            found.setdefault(name, value * 10.0**scale)
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace").replace("\0", "").replace(" ", "")


def _numbers(data: bytes, order: str, is_complex: bool) -> NDArray[np.complex128]:
    """The points (N,) to be shown, with the imaginary part negated, as in nmrglue."""
    import numpy as np

    (size,), (first,), (last,) = (struct.unpack_from(">I", data, at) for at in (176, 208, 240))
    (start,) = struct.unpack_from(">I", data, 1284)
    kind = np.dtype(order + ("f8" if data[14] >> 6 == 0 else "f4"))
    held = max(0, len(data) - start) // kind.itemsize // (1 + is_complex)
    size = min(size, held, MOST_POINTS)
    values = np.frombuffer(data, kind, size * (1 + is_complex), min(start, len(data)))
    with np.errstate(invalid="ignore", over="ignore"):  # damaged numbers are refused afterwards
        points = values[:size].astype(np.complex128)
        if is_complex:
            points -= 1j * values[size:].astype(np.float64)
    return points[first : last + 1]


def _axis_ppm(data: bytes, size: int, where: str) -> NDArray[np.float64]:
    """The shifts (N,) of a processed spectrum."""
    import numpy as np

    ends = [number_of(struct.unpack_from(">d", data, at)[0]) for at in (272, 336)]
    if ends[0] is None or ends[1] is None:
        raise SpectrumFormatError(f"{where}: the ends of the ppm axis are not numbers; the file is damaged")
    return np.linspace(ends[0], ends[1], size)
