"""NMReDATA 1.0 and 1.1: SD properties `NMREDATA_1D_13C` and `NMREDATA_ASSIGNMENT`.

After Pupier et al., Magn. Reson. Chem. 56 (2018) 703, and as real programs write it: lines with or without a backslash
at the end, attributes in any order and spacing, comments, ranges, and `777.777` for an unknown shift.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import count
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import experiment_of, obstacle
from km3aid.spectra.formats.atom_table import carbon_hydrogens, elements_of
from km3aid.spectra.formats.nmrshiftdb2 import SdRecord
from km3aid.spectra.spectrum import MULTIPLICITIES, LeftOut, Peak, Spectrum

_NOT_KNOWN_PPM = 777.777
_SAME_PPM = 0.01
_FLOAT = r"[-+]?[0-9]+(?:\.[0-9]+)?"
_SHIFT = re.compile(rf"({_FLOAT})(?:\s*(?:-|to|:)\s*({_FLOAT}))?")
_ATTRIBUTE = re.compile(r"^([A-Za-z_0-9]+)\s*=\s*(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AssignedSpectrum:
    """A spectrum with its structure and the carbons of each peak."""

    spectrum: Spectrum
    mol_block: str
    atoms: tuple[tuple[int, ...], ...]  # of each peak, 0-based in `mol_block`; empty where none is given
    interchangeable: tuple[tuple[int, ...], ...] = ()  # groups of peaks that may be exchanged


class _Signal(NamedTuple):
    """One signal of `NMREDATA_1D_13C`."""

    peak: Peak
    number: int | None  # its `N`
    labels: list[str]


@dataclass(slots=True)
class _Labels:
    """What `NMREDATA_ASSIGNMENT` says of each label."""

    entries: dict[str, list[tuple[float, tuple[int, ...]]]] = field(default_factory=dict)  # shift, atoms (0-based)
    interchangeable: list[list[str]] = field(default_factory=list)

    def shifts_of(self, name: str) -> set[float]:
        """The shifts that a label has; a sound file gives it one."""
        return {shift for shift, _ in self.entries.get(name, ())}

    def atoms_of(self, name: str, shift_ppm: float) -> tuple[int, ...]:
        """The atoms of a label; where it stands for several shifts, those of the nearest to `shift_ppm`."""
        own = self.shifts_of(name)
        nearest = min(own, key=lambda shift: abs(shift - shift_ppm)) if own else None
        return tuple(a for shift, atoms in self.entries.get(name, ()) if shift == nearest for a in atoms)


def is_nmredata(head: list[str]) -> bool:
    """Whether the lines of an SD file have properties of NMReDATA."""
    return any(re.match(r">\s.*<NMREDATA_", line, re.IGNORECASE) for line in head)


def has_nmredata(record: SdRecord) -> bool:
    """Whether a record of an SD file has properties of NMReDATA."""
    return any(key.upper().startswith("NMREDATA_") for key in record.fields)


def read_nmredata_record(record: SdRecord, where: str) -> list[AssignedSpectrum]:
    """The 13C spectra of one record with their assignment; raises `SpectrumFormatError` where there is none.

    Without `NMREDATA_1D_13C` the carbons of the assignment are the peaks. `left_out` names the fields that mean nothing
    for a peak list.
    """
    left_out: list[LeftOut] = []
    values = _values(record, left_out)
    labels = _read_assignment(values.get("NMREDATA_ASSIGNMENT", ""), left_out)
    carbons = {i for i, element in enumerate(elements_of(record.mol_block)) if element == "C"}
    about = (record, labels, carbons, values.get("NMREDATA_SOLVENT", "").strip(" \\\n") or None)
    names = [key for key in values if re.fullmatch(r"NMREDATA_1D_13C(?:#\w+| \([0-9]+\))*", key)]
    filled = [name for name in names if any(_is_signal(line) for line in _lines(values[name]))]
    left_out += [LeftOut(name, "has no signal") for name in names if name not in filled]
    found: list[AssignedSpectrum] = []
    refused: list[SpectrumFormatError] = []
    for name in filled:
        try:
            found.append(_spectrum(values[name], *about, list(left_out), f"{where}, {name}"))
        except SpectrumFormatError as error:
            refused.append(error)
    if refused and not found:
        raise refused[0]
    if not found:
        rows = ((name, *entry) for name, own in labels.entries.items() for entry in own)
        every = (f"{shift}, L={name}" for name, shift, atoms in rows if set(atoms) & carbons)
        entries = list(dict.fromkeys(every))
        if not entries:
            raise SpectrumFormatError(f"{where}: neither NMREDATA_1D_13C nor carbons in NMREDATA_ASSIGNMENT")
        left_out.append(LeftOut("NMREDATA_1D_13C", "absent; the carbons of the assignment are taken as the peaks"))
        found = [_spectrum("\n".join(entries), *about, left_out, where)]
    told = tuple(LeftOut("another NMREDATA_1D_13C", str(error).removeprefix(f"{where}, ")) for error in refused)
    first = found[0]
    return [replace(first, spectrum=replace(first.spectrum, left_out=(*first.spectrum.left_out, *told))), *found[1:]]


def _values(record: SdRecord, left_out: list[LeftOut]) -> dict[str, str]:
    """The properties by name in capitals; another of one name gets a number, unless it says the same or names one."""
    values: dict[str, str] = {}
    for key, text in (*record.fields.items(), *record.repeated):
        name = key.upper()
        if name not in values:
            values[name] = text
        elif text != values[name] and name.startswith("NMREDATA_1D_13C"):
            number = next(n for n in count(2) if f"{name} ({n})" not in values)
            values[f"{name} ({number})"] = text
            left_out.append(LeftOut(name, f"stands {number} times, with other signals; each is a spectrum of its own"))
        elif name.startswith("NMREDATA_"):
            same = "with the same text" if text == values[name] else "with another text; the first is read"
            left_out.append(LeftOut(name, f"stands twice, {same}"))
    return values


def _lines(text: str) -> list[str]:
    """The entries of a property: a backslash, a line break or both end each; `;` begins a comment."""
    parts = (re.sub(r"(?<!\\);.*", "", part).strip() for part in re.split(r"\\\s*\n?|\n", text))
    return [part for part in parts if part and not part.startswith("---")]  # a separator of some programs


def _title(text: str) -> str:
    """The name of a record from `NMREDATA_ID`: its title, its number in a database, or a bare entry."""
    entries = [(m[1].lower(), m[2]) if (m := _ATTRIBUTE.match(line)) else ("", line) for line in _lines(text)]
    known = dict(reversed(entries))
    return known.get("title") or known.get("db_id") or known.get("") or ""


def _is_signal(line: str) -> bool:
    """Whether an entry is a signal, not an attribute of the spectrum such as `Larmor` or `Spectrum_Location`."""
    return _ATTRIBUTE.match(line) is None or re.match(r"\s*L\s*=", line) is not None


def _fields(line: str) -> list[str]:
    """The fields of an entry, separated by commas outside parentheses, tabs or `|`."""
    return [part.strip() for part in re.split(r"[,|\t](?![^()]*\))", line) if part.strip()]


def _read_assignment(text: str, left_out: list[LeftOut]) -> _Labels:
    labels = _Labels()
    for line in _lines(text):
        attribute = _ATTRIBUTE.match(line)
        if attribute:
            kind = attribute[1].lower()
            if kind.startswith("interchang"):
                labels.interchangeable.append(_fields(attribute[2]))
            elif not kind.startswith("equivalent"):
                left_out.append(LeftOut(line[:60], "an attribute that means nothing for a peak list"))
            continue
        fields = _fields(line)
        shift = _SHIFT.match(fields[1]) if len(fields) > 1 else None
        atoms = tuple(int(f) - 1 for f in fields[2:] if re.fullmatch(r"[0-9]{1,4}", f) and int(f) > 0)
        if shift is None:
            left_out.append(LeftOut(line[:60], "not of the form label, shift, atom, …"))
            continue
        if any(abs(known - _middle(shift)) > _SAME_PPM for known in labels.shifts_of(fields[0])):
            left_out.append(LeftOut(line[:60], f"the label {fields[0]!r} stands at another shift too; check it"))
        labels.entries.setdefault(fields[0], []).append((_middle(shift), atoms))
    return labels


def _middle(match: re.Match[str]) -> float:
    return round((float(match[1]) + float(match[2] or match[1])) / 2, 4)


def _spectrum(
    text: str,
    record: SdRecord,
    labels: _Labels,
    carbons: set[int],
    solvent: str | None,
    left_out: list[LeftOut],
    where: str,
) -> AssignedSpectrum:
    sequence = re.search(r"^\s*Pulseprogram\s*=\s*([^\s\\;]+)", text, re.MULTILINE | re.IGNORECASE)
    experiment = experiment_of(sequence[1] if sequence else "")
    if reason := obstacle(experiment):  # another of the record's spectra may do
        raise SpectrumFormatError(f"{where}: {reason}")
    read = [_read_signal(line, labels, left_out) for line in _lines(text) if _is_signal(line)]
    signals = [signal for signal in read if signal is not None]
    if not signals:
        raise SpectrumFormatError(f"{where}: no readable signal; expected lines such as '170.2, L=a'")
    atoms = [
        tuple(sorted({a for n in s.labels for a in labels.atoms_of(n, s.peak.shift_ppm) if a in carbons}))
        for s in signals
    ]
    for label, times in Counter(label for signal in signals for label in set(signal.labels)).items():
        if times > 1 and label in labels.entries:
            left_out.append(LeftOut(f"L={label}", f"stands at {times} signals, which all get its atoms; check them"))
    peaks, notes = _with_numbers(signals, atoms, carbon_hydrogens(record.mol_block))
    name = _title(record.fields.get("NMREDATA_ID", "")) or record.id or record.name or ""
    larmor = re.search(r"^\s*Larmor\s*=\s*([0-9]+(?:\.[0-9]+)?)", text, re.MULTILINE | re.IGNORECASE)
    spectrum = Spectrum(
        tuple(peaks),
        name.strip()[:80] or None,
        solvent,
        tuple(left_out),
        frequency_mhz=(float(larmor[1]) or None) if larmor else None,
        notes=tuple(notes),
        experiment=experiment,
    )
    of_label = {label: p for p, signal in reversed(list(enumerate(signals))) for label in signal.labels}
    groups = (tuple(of_label[n] for n in group if n in of_label) for group in labels.interchangeable)
    return AssignedSpectrum(spectrum, record.mol_block, tuple(atoms), tuple(g for g in groups if len(g) > 1))


def _with_numbers(
    signals: list[_Signal], atoms: list[tuple[int, ...]], hydrogens: dict[int, int]
) -> tuple[list[Peak], list[str]]:
    """The peaks with the numbers that the signals state as `N`, and notes on them.

    `N` counts hydrogens by the standard, carbons in some programs' files. The structure decides; where it cannot, only
    an `N` of 0 shows that hydrogens are meant.
    """
    peaks, stated = [signal.peak for signal in signals], [signal.number for signal in signals]
    attached = [{hydrogens[atom] for atom in own if atom in hydrogens} for own in atoms]
    given = [(n, min(h) if len(h) == 1 else None, len(own)) for n, h, own in zip(stated, attached, atoms, strict=True)]
    given = [item for item in given if item[0] is not None]
    if not given:
        return peaks, []
    as_hydrogens = sum(n == h for n, h, _ in given) + any(n == 0 for n, _, _ in given)
    as_carbons = sum(n == carbons for n, _, carbons in given)
    if as_hydrogens == as_carbons == 0 or (as_hydrogens == as_carbons and not any(n == h for n, h, _ in given)):
        return peaks, ["N is ignored: neither the structure nor the numbers show what it counts"]
    if as_hydrogens < as_carbons:
        counted = [replace(p, count=n) if n else p for p, n in zip(peaks, stated, strict=True)]
        return counted, ["N is taken as the number of carbons, which fits the atoms of the assignment"]
    letters = [None if n is None or n > 3 else MULTIPLICITIES[n] for n in stated]
    return [replace(p, multiplicity=m) for p, m in zip(peaks, letters, strict=True)], []


def _read_signal(line: str, labels: _Labels, left_out: list[LeftOut]) -> _Signal | None:
    """One signal, with `I` as the intensity of its peak; None where it goes to `left_out`."""
    fields = _fields(line)
    attributes = {m[1].upper(): m[2].strip() for f in fields if (m := _ATTRIBUTE.match(f))}
    names = [n.strip() for n in re.split(r"[&|/]", attributes.get("L", "").strip("() ")) if n.strip()]
    match = _SHIFT.fullmatch(fields[0])
    if match is None:
        left_out.append(LeftOut(line[:60], "not a shift in ppm"))
        return None
    shift = _middle(match)
    if match[2]:
        left_out.append(LeftOut.range(fields[0], shift))
    if abs(shift - _NOT_KNOWN_PPM) < 0.01:
        known = next((own for n in names if (own := labels.shifts_of(n))), {_NOT_KNOWN_PPM})
        if max(known) - min(known) > _SAME_PPM:
            left_out.append(
                LeftOut(line[:60], f"its label stands for {len(known)} shifts; which is meant is not clear")
            )
            return None
        shift = min(known)
    number, intensity = attributes.get("N", ""), attributes.get("I", "")
    try:
        if abs(shift - _NOT_KNOWN_PPM) <= 0.01:
            raise SpectrumFormatError("a signal without a shift")
        peak = Peak(shift, intensity=float(intensity) if re.fullmatch(_FLOAT, intensity) else None)
    except SpectrumFormatError as error:
        left_out.append(LeftOut(line[:60], str(error)))
        return None
    return _Signal(peak, int(number) if re.fullmatch(r"[0-9]{1,3}", number) else None, names)
