"""NMReDATA 1.1: an SD record with the structure, its 13C peaks and which of its atoms each belongs to.

The format: https://nmredata.org, "NMReDATA tag format" 1.0/1.1 and "1D attributes" (Pupier et al., Magn. Reson. Chem.
56 (2018) 703). Two of its compulsory lines are rarely known from a peak list: `Larmor=0.0` stands for an unknown
frequency, `Spectrum_Location=unknown` for a spectrum that is not at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from km3aid import __version__
from km3aid.engine.results import Assignment
from km3aid.molecules import parse_structure, write_mol_block
from km3aid.render.formats.labels import Label, carbon_labels
from km3aid.requests.answers import Case
from km3aid.spectra.spectrum import Spectrum, groups_of


def write_nmredata(cases: Sequence[Case]) -> bytes:
    """One SD record per assignment."""
    return "".join(_record(case) for case in cases).encode()


def _record(case: Case) -> str:
    answer, spectrum, structure = case.answer, case.spectrum, case.structure
    assert isinstance(answer, Assignment)
    assert spectrum is not None
    assert structure is not None
    molecule = parse_structure(structure)
    labels = carbon_labels(structure, answer)
    exchanges = list(_exchanges(labels))
    tags = {
        "VERSION": ["1.1"],
        "LEVEL": ["1" if exchanges else "0"],
        "ID": _identity(answer),
        "FORMULA": [molecule.formula],
        "SMILES": [answer.smiles],
        "SOLVENT": [_plain(spectrum.solvent)] if spectrum.solvent else [],
        "ASSIGNMENT": [*map(_assigned, labels), *exchanges, *_equivalents(labels)],
        "1D_13C": [*_conditions(spectrum), *_peaks(spectrum, answer, labels)],
    }
    return write_mol_block(molecule) + "".join(_tag(name, lines) for name, lines in tags.items() if lines) + "$$$$\n"


def _tag(name: str, lines: Iterable[str]) -> str:
    """A tag; each line ends with a backslash, the separator since version 1.1."""
    return f">  <NMREDATA_{name}>\n" + "".join(f"{line}\\\n" for line in lines) + "\n"


def _plain(text: str) -> str:
    """`text` without separators: backslashes, comment marks and line breaks."""
    return " ".join(re.sub(r"[\\;]", " ", text).split())


def _identity(answer: Assignment) -> list[str]:
    title = [f"Title={_plain(answer.id)}"] if answer.id else []
    return [*title, f"Comment=assigned by km3aid {__version__}"]


def _assigned(label: Label) -> str:
    atoms = ", ".join(str(i + 1) for i in label.atoms)
    sure = f"confidence {label.peak.confidence:.2f}, predicted {label.peak.predicted_ppm:.2f} ppm"
    return f"{label.name}, {label.peak.shift_ppm:.4f}, {atoms} ;{sure}"


def _exchanges(labels: Sequence[Label]) -> Iterator[str]:
    """Pairs of labels whose peaks may as well be exchanged."""
    for a, b in combinations(labels, 2):
        if b.peak.peak in a.peak.interchangeable_with:
            why = "diastereotopic" if a.carbon_class == b.carbon_class else "predicted too near"
            yield f"Interchangeable={a.name}, {b.name} ;{why}"


def _equivalents(labels: Sequence[Label]) -> Iterator[str]:
    """Labels of one carbon class, where each carbon has a peak of its own."""
    groups: dict[int, dict[tuple[int, ...], str]] = {}
    for label in labels:
        if not label.splits:
            groups.setdefault(label.carbon_class, {}).setdefault(label.atoms, label.name)
    return (f"Equivalent={', '.join(names.values())}" for names in groups.values() if len(names) > 1)


def _conditions(spectrum: Spectrum) -> list[str]:
    known = spectrum.frequency_mhz
    larmor = "Larmor=0.0 ;not given with the peaks" if known is None else f"Larmor={known:.4f}"
    return [larmor, "Spectrum_Location=unknown ;read from a peak list", "Decoupled=1H"]


def _peaks(spectrum: Spectrum, answer: Assignment, labels: Sequence[Label]) -> Iterator[str]:
    """The peaks, attributes in the order of the format: N is the number of attached hydrogens, I the intensity."""
    for number, peak in enumerate(spectrum):
        parts = [f"{peak.shift_ppm:.4f}"]
        if peak.hydrogens is not None:
            parts.append(f"N={peak.hydrogens}")
        names = [label.name for label in labels if label.peak.peak == number]
        if names:
            parts.append(f"L={', '.join(names)}")
        if peak.intensity is not None:
            parts.append(f"I={peak.intensity:g}")
        choice = peak.multiplicity if peak.hydrogens is None else None  # the format's N is one number
        comments = [groups_of(choice).replace("/", " or ")] if choice else []
        comments += [f"{peak.count} C"] if peak.count is not None else []
        comments += [] if names else ["fits no carbon"]
        yield ", ".join(parts) + (f" ;{', '.join(comments)}" if comments else "")
