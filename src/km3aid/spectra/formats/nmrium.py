"""`.nmrium`: the JSON of NMRium, whose places and names changed between versions 0 and 8.

Up to version 3 `spectra` is at the top, later within `data`; peaks are a list or `{"values": […]}`, with the shift as
`delta` or `x`; ranges have `signal` or `signals`. Today's archives keep the measured files in `data/UUID/`, and a
spectrum of their `state.json` only refers to them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import Experiment, experiment_of, obstacle
from km3aid.spectra.formats.archive import member_names, read_text, subset
from km3aid.spectra.instruments.experiments import read_packed_experiments
from km3aid.spectra.instruments.nucleus import CARBON, nucleus_of
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum
from km3aid.spectra.text.remarks import parse_multiplicity

_STATE = "state.json"


def is_nmrium(head: list[str]) -> bool:
    """Whether a JSON text has NMRium's keys near its beginning."""
    text = "".join(head).lstrip()
    return text.startswith("{") and '"spectra"' in text and ('"version"' in text or '"info"' in text)


def is_nmrium_archive(names: list[str]) -> bool:
    """Whether a zip archive has the member in which NMRium keeps its JSON."""
    return _STATE in names


def read_nmrium_archive(data: bytes, where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Read the JSON of an archive as `read_nmrium` does, and of spectra that it only refers to, the files beside it."""

    def embedded(entry: dict[str, Any], at: str) -> Spectrum | None:
        files = _files_of(entry, member_names(data))
        return next(read_packed_experiments(subset(data, files, where), at)) if files else None

    return _read(read_text(data, _STATE, where), where, embedded)


def read_nmrium(lines: Iterable[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Read the 1D 13C spectra: the signals of ranges, else picked peaks, else peaks picked here from the trace."""
    return _read("".join(lines), where, lambda entry, at: None)


def _files_of(entry: dict[str, Any], names: list[str]) -> set[str]:
    """The members of an archive that a spectrum refers to: `data/UUID/` and the files that it names there."""
    selector = _dict(entry.get("selector"))
    root, files = selector.get("root"), selector.get("files")
    if not isinstance(root, str) or not root:
        return set()
    within = {name for name in names if name.startswith(f"data/{root}/")}
    named = {f"data/{root}/{file}" for file in files} if isinstance(files, list) else set()
    return within & named or within


def _read(
    text: str, where: str, embedded: Callable[[dict[str, Any], str], Spectrum | None]
) -> Iterator[Spectrum | SpectrumFormatError]:
    try:
        state = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpectrumFormatError(f"{where}: not valid JSON ({error}); the file may be cut off") from None
    data = state.get("data", state) if isinstance(state, dict) else {}
    spectra = data.get("spectra") if isinstance(data, dict) else None
    if not isinstance(spectra, list):
        raise SpectrumFormatError(f"{where}: no list of spectra; expected an NMRium file")
    others = []
    found = 0
    for number, entry in enumerate(spectra, 1):
        entry = _dict(entry)
        info = _dict(entry.get("info"))
        if not info and (item := _embedded(entry, f"{where}, spectrum {number}", embedded)) is not None:
            if isinstance(item, SpectrumFormatError):
                others.append(LeftOut(f"spectrum {number}", str(item).removeprefix(f"{where}, spectrum {number}: ")))
            else:
                yield replace(item, left_out=(*item.left_out, *(others if not found else ())))
                found += 1
            continue
        experiment = experiment_of(str(info.get("pulseSequence") or ""), title=str(info.get("title") or ""))
        if reason := _reason_to_skip(info, experiment):
            others.append(LeftOut(f"spectrum {number}", reason))
            continue
        try:
            spectrum = _spectrum(entry, info, f"{where}, spectrum {number}", others if not found else [])
            yield replace(spectrum, experiment=experiment)
        except SpectrumFormatError as error:
            yield error
        found += 1
    if not found:
        why = "; ".join(f"{item.text}: {item.reason}" for item in others[:5])
        raise SpectrumFormatError(f"{where}: no processed 1D 13C spectrum ({why or 'none at all'})")


def _embedded(
    entry: dict[str, Any], where: str, embedded: Callable[[dict[str, Any], str], Spectrum | None]
) -> Spectrum | SpectrumFormatError | None:
    """The spectrum of the files that an entry refers to, with the entry's own peaks where it has any."""
    left_out: list[LeftOut] = []
    try:
        measured = embedded(entry, where)
    except SpectrumFormatError as error:
        return error
    if measured is None or not (peaks := _peaks(entry, left_out)):
        return measured
    return replace(measured, peaks=tuple(peaks), left_out=tuple(left_out))


def _peaks(entry: dict[str, Any], left_out: list[LeftOut]) -> list[Peak]:
    """The signals of the ranges, else the picked peaks."""
    ranges = [s for zone in _values(entry.get("ranges")) for s in _values(zone.get("signals", zone.get("signal")))]
    found = [peak for signal in ranges if (peak := _peak(signal, left_out)) is not None]
    return found or [peak for value in _values(entry.get("peaks")) if (peak := _peak(value, left_out)) is not None]


def _reason_to_skip(info: dict[str, Any], experiment: Experiment) -> str | None:
    nucleus = info.get("nucleus")
    if not isinstance(nucleus, str) or nucleus_of(nucleus) != CARBON:
        return f"nucleus {nucleus!r}"
    if info.get("dimension") not in (None, 1):
        return f"{info['dimension']} dimensions"
    return "an FID" if info.get("isFid") is True else obstacle(experiment)


def _spectrum(entry: dict[str, Any], info: dict[str, Any], where: str, others: list[LeftOut]) -> Spectrum:
    left_out = list(others)
    name = info.get("name") or _dict(entry.get("display")).get("name") or entry.get("id")
    name, solvent = (str(text) if text else None for text in (name, info.get("solvent")))
    known = info.get("originFrequency")
    frequency = float(known) if isinstance(known, int | float) and 0 < known < 1e4 else None
    peaks = _peaks(entry, left_out)
    if peaks:
        return Spectrum(tuple(peaks), name, solvent, tuple(left_out), frequency_mhz=frequency)
    trace = _dict(entry.get("data"))
    x, y = (_numbers(trace.get(keys[0], trace.get(keys[1]))) for keys in (("x", "x"), ("re", "y")))
    if not x or len(x) != len(y):
        raise SpectrumFormatError(f"{where}: no ranges, peaks or trace; pick peaks in NMRium and save again")
    return pick_peaks(x, y, where, id=name, solvent=solvent, frequency_mhz=frequency)


def _peak(value: dict[str, Any], left_out: list[LeftOut]) -> Peak | None:
    shift = value.get("delta", value.get("x", value.get("shift")))
    if value.get("kind") in ("solvent", "impurity", "standard", "reference"):
        left_out.append(LeftOut(f"{shift}", f"marked as {value['kind']}"))
        return None
    intensity, count = value.get("intensity", value.get("y")), value.get("nbAtoms")
    multiplicity = parse_multiplicity(value["carbonType"]) if isinstance(value.get("carbonType"), str) else None
    try:
        return Peak(
            float(shift),  # type: ignore[arg-type]
            multiplicity,
            count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else None,
            float(intensity) if isinstance(intensity, int | float) and math.isfinite(intensity) else None,
        )
    except (TypeError, ValueError, OverflowError, SpectrumFormatError):
        left_out.append(LeftOut(f"{shift!r}"[:40], "no shift in ppm"))
        return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _values(value: Any) -> list[dict[str, Any]]:
    found = _dict(value).get("values", []) if isinstance(value, dict) else value
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _numbers(value: Any) -> list[float]:
    """A list of numbers, or an object of index → number as in older versions; empty where it is neither."""
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list) or not all(isinstance(n, int | float) for n in items):
        return []
    return [float(n) for n in items] if all(abs(n) < 1e300 for n in items) else []
