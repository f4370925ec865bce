"""Which spectrum of a source with several experiments is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath, PurePosixPath
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.dept import pair_lines
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.measured import Found, is_kind, with_others
from km3aid.spectra.solvent_lines import set_aside_solvent
from km3aid.spectra.spectrum import LeftOut, Spectrum
from km3aid.spectra.wanted import ANYTHING, Wanted

_NAMED = 8
_SAME_COMPOUND = 0.5  # of the peaks that two plain 13C spectra of one compound share at least


class Experiments(NamedTuple):
    """What a source holds."""

    found: Sequence[Found]
    failed: Sequence[LeftOut]  # what could not be read, by name

    def listed(self) -> str:
        """All of it, for messages."""
        told = [(f.name, f.spectrum.experiment.described) for f in self.found]
        told += [(item.text, item.reason.partition(";")[0]) for item in self.failed]
        told.sort(key=lambda item: by_number(PurePosixPath(item[0])))
        more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
        return "; ".join(f"{name}: {what}" for name, what in told[:_NAMED]) + more


def by_number(path: PurePath) -> tuple[tuple[int, str], ...]:
    """Experiments in the order of their numbers: 2 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (1 << 62, part) for part in path.parts)


def choose(experiments: Experiments, where: str, wanted: Wanted) -> Spectrum:
    """The experiment that is wanted, a plain one first, with what others of the same sample say.

    `notes` tell which one it is, `left_out` what else there is and why it was not taken. Raises `SpectrumFormatError`
    where there is none, or where plain 13C spectra are of different compounds.
    """
    found, failed = experiments
    if wanted.experiment is not None:
        chosen = _named(experiments, wanted.experiment, where)
    else:
        chosen = _usual(experiments, where, wanted)
    others = [
        LeftOut(other.name, f"{other.spectrum.experiment.described}; choose it with --experiment {other.name}")
        for other in found
        if other is not chosen
    ]
    note = (f"read {chosen.name}, of {len(found) + len(failed)} experiments",) if found[1:] or failed else ()
    spectrum = chosen.spectrum if wanted.kind else with_others(chosen, found)
    return replace(spectrum, notes=(*spectrum.notes, *note), left_out=(*spectrum.left_out, *others, *failed))


def choose_every(experiments: Experiments, where: str) -> Iterator[Spectrum]:
    """Each experiment that can be used on its own, plain ones first, as `choose` gives it.

    Where there are several, the `id` is the experiment's name. Raises `SpectrumFormatError` where there is none.
    """
    found, failed = experiments
    ready = [f for f in found if is_kind(f.spectrum, None)]
    if not ready:
        _usual(experiments, where, ANYTHING)
    for chosen in sorted(ready, key=lambda f: f.spectrum.experiment != Experiment.PLAIN):
        others = [LeftOut(f.name, f.spectrum.experiment.described) for f in found if f is not chosen]
        spectrum = with_others(chosen, found)
        left_out = (*spectrum.left_out, *others, *failed)
        yield replace(spectrum, id=chosen.name if ready[1:] else spectrum.id, left_out=left_out)


def _named(experiments: Experiments, name: str, where: str) -> Found:
    plain = name.strip("/")
    for same in (lambda known: known == plain, lambda known: plain in _names(known)):
        found = [f for f in experiments.found if same(f.name)]
        failed = [item for item in experiments.failed if same(item.text)]
        if len(found) + len(failed) == 1:
            if failed:
                raise SpectrumFormatError(f"{where}, {failed[0].text}: {failed[0].reason}")
            return found[0]
        if found or failed:
            several = ", ".join([f.name for f in found] + [item.text for item in failed])
            raise SpectrumFormatError(f"{where}: several experiments {name!r} ({several}); give the whole name")
    raise SpectrumFormatError(f"{where}: no experiment {name!r}; there are {experiments.listed()}")


def _names(known: str) -> set[str]:
    """The names by which an experiment may be called: its folder or file, without its ending, or one around it."""
    path = PurePosixPath(known)
    return {*path.parts, path.stem}


def _usual(experiments: Experiments, where: str, wanted: Wanted) -> Found:
    candidates = [f for f in experiments.found if is_kind(f.spectrum, wanted.kind)]
    if not candidates:
        expected = "13C spectrum that can be used" if wanted.kind is None else f"{wanted.kind.value} spectrum"
        raise SpectrumFormatError(f"{where}: no {expected} ({experiments.listed()})")
    plain = [f for f in candidates if f.spectrum.experiment == Experiment.PLAIN]
    chosen = (plain or candidates)[0]
    different = [f.name for f in plain if not _same_compound(chosen, f)]
    if different and wanted.kind is None:
        raise SpectrumFormatError(
            f"{where}: 13C spectra of different compounds, {', '.join([chosen.name, *different][:_NAMED])}; "
            "choose one with --experiment, or give its folder or file"
        )
    return chosen


def _same_compound(one: Found, other: Found) -> bool:
    """Whether two spectra share half of the peaks of the shorter list."""
    if one is other:
        return True
    ones, others = (set_aside_solvent(f.spectrum).without_aside() for f in (one, other))
    return len(pair_lines(ones, others)) >= _SAME_COMPOUND * min(len(ones), len(others))
