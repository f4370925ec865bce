"""JCAMP-DX: peak tables, peak assignments and spectra (McDonald & Wilks 1988; for NMR Davies & Lampen 1993)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import Experiment, experiment_of, obstacle
from km3aid.spectra.instruments.checks import number_of
from km3aid.spectra.instruments.jcamp_blocks import FLOAT, NUMBER, Block, decode_ordinates, number_in, read_blocks
from km3aid.spectra.instruments.jcamp_fid import read_fid
from km3aid.spectra.instruments.nucleus import CARBON, Frequencies, check_nucleus, names_carbon, nucleus_of, proton_mhz
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.measured import Found, is_kind, with_others
from km3aid.spectra.solvents import solvent_on_spectrometer
from km3aid.spectra.spectrum import LeftOut, Multiplicity, Peak, Spectrum, peak_at
from km3aid.spectra.text.remarks import read_remark
from km3aid.spectra.wanted import ANYTHING, Wanted

_TRACES = ("XYDATA", "XYPOINTS", "DATATABLE")
_NUCLEUS = (".OBSERVENUCLEUS", "$NUC1", ".NUCLEUS", "$NUCLEUS")
_SEQUENCE = (".PULSESEQUENCE", "$PULPROG")
_ASSIGNED = re.compile(
    rf"\(\s*({FLOAT})\s*(?:,\s*({FLOAT})?\s*)?(?:,\s*([^<,()]*)\s*)?(?:,?\s*<([^>]*)>)?\s*(?:\)|$)", re.MULTILINE
)


def is_jcamp(head: list[str]) -> bool:
    """Whether the first line with content is a JCAMP-DX label."""
    first = next((line for line in head if line.strip() and not line.startswith("$$")), "")
    return re.match(r"\s*##\s*(?:TITLE|JCAMP)", first, re.IGNORECASE) is not None


def read_jcamp(lines: Iterable[str], where: str, wanted: Wanted = ANYTHING) -> Iterator[Spectrum | SpectrumFormatError]:
    """Read every 13C block: its assignments, else its peak table, else peaks picked from its trace.

    FIDs are transformed where the file has nothing else of their experiment; DEPT gives multiplicities to the 13C
    spectrum beside it. The `left_out` of the first spectrum names blocks of other nuclei, FIDs and structures, or a
    `SpectrumFormatError` does where there is nothing else.
    """
    left_out: list[LeftOut] = []
    found: list[Spectrum] = []
    blocks = _completed(list(read_blocks("".join(lines))))
    for block in sorted(blocks, key=_is_fid):
        at = f"{where}, block {block.get('TITLE')[:40] or 'without a title'} (line {block.line})"
        reason = _reason_to_skip(block, wanted)
        if _is_fid(block) and _experiment(block) in {spectrum.experiment for spectrum in found}:
            reason = reason or "an FID, beside what was read"
        if reason:
            left_out.append(LeftOut(f"block {block.get('TITLE')[:40]!r}", reason))
            continue
        try:
            found.append(_read_block(block, at))
        except SpectrumFormatError as error:
            yield error
            left_out.append(LeftOut(at, "an error"))
    if not found and not any(item.reason == "an error" for item in left_out):
        why = "; ".join(dict.fromkeys(f"{item.text}: {item.reason}" for item in left_out[:5])) or "no block"
        raise SpectrumFormatError(f"{where}: no 13C peak table or spectrum ({why})")
    for position, spectrum in enumerate(_combined(found, wanted)):
        if position == 0 and left_out:
            spectrum = replace(spectrum, left_out=(*spectrum.left_out, *left_out))
        yield spectrum


def _combined(found: list[Spectrum], wanted: Wanted) -> list[Spectrum]:
    """The spectra of the kind that is wanted, with what the others say of their multiplicities; all where none is."""
    every = [Found(f"block {spectrum.id or number}", spectrum) for number, spectrum in enumerate(found, 1)]
    usable = [f for f in every if is_kind(f.spectrum, wanted.kind)]
    if wanted.kind is not None or not usable:
        return [f.spectrum for f in usable or every]
    return [with_others(f, every) for f in usable]


def _is_fid(block: Block) -> bool:
    return "FID" in block.get("DATATYPE").upper()


def _reason_to_skip(block: Block, wanted: Wanted) -> str | None:
    kind = block.get("DATATYPE").upper()
    if "LINK" in kind or not any(n in block.labels for n in ("PEAKTABLE", "PEAKASSIGNMENTS", *_TRACES)):
        return "has neither peaks nor a spectrum"
    tables = [text for name in ("PEAKTABLE", "PEAKASSIGNMENTS") if (text := block.get(name))]
    numbered = any(n in block.labels for n in _TRACES) or any(re.search("[0-9]", text) for text in tables)
    if not (numbered or _is_fid(block)):
        return "its table has no peak"
    if kind and "NMR" not in kind and "PEAK" not in kind:
        return f"not NMR: {kind[:30]}"
    if reason := _not_carbon(block, wanted):
        return reason
    return obstacle(Experiment.TWO_D) if _experiment(block) == Experiment.TWO_D else None


def _completed(blocks: list[Block]) -> list[Block]:
    """The blocks; one that states no nucleus or pulse sequence gets what others of the same title agree on.

    Programs write peak tables beside the spectrum that they were picked from, without repeating its parameters; to the
    title they may add `_PEAK_TABLE` or `_PEAK_ASSIGNMENTS`.
    """
    titles = [re.sub(r"_PEAK[A-Z_]*$", "", block.get("TITLE")) for block in blocks]
    for names in (_NUCLEUS, _SEQUENCE):
        stated: dict[str, set[str]] = {}
        for title, block in zip(titles, blocks, strict=True):
            if text := block.get(*names).strip("<>^ "):
                stated.setdefault(title, set()).add(text)
        for title, block in zip(titles, blocks, strict=True):
            if not block.get(*names) and len(others := stated.get(title, set())) == 1:
                block.labels[names[0]] = next(iter(others))
    return blocks


def _not_carbon(block: Block, wanted: Wanted) -> str | None:
    """Why a block is not known to be of 13C; a title or a type that names 13C is enough where nothing else does."""
    stated = {name: block.get(name).split(",")[0] for name in (*_NUCLEUS, "$AXNUC") if block.get(name)}
    if not any(map(nucleus_of, stated.values())) and names_carbon(f"{block.get('TITLE')} {block.get('DATATYPE')}"):
        stated["TITLE"] = CARBON
    nucleus = next(filter(None, map(nucleus_of, stated.values())), CARBON)
    if nucleus != CARBON:
        return f"another nucleus, {nucleus}"
    channel_1 = {name: number_of(block.get(name)) for name in (".OBSERVEFREQUENCY", "$BF1", "$SFO1")}
    frequencies = Frequencies(channel_1, proton_mhz(block.labels, "$"))
    try:
        mend = "if it is 13C, add '##.OBSERVE NUCLEUS= ^13C'"
        check_nucleus(stated or {".OBSERVE NUCLEUS": ""}, "", mend, frequencies, wanted.nucleus)
    except SpectrumFormatError as error:
        return str(error).removeprefix(": ")
    return None


def _experiment(block: Block) -> Experiment:
    several = {"F1", "F2"} <= {name.strip().upper() for name in block.get("SYMBOL").split(",")}
    if several or (number_of(block.get("NUMDIM")) or 1) > 1 or re.match(r"[N2]D\b", block.get("DATATYPE").upper()):
        return Experiment.TWO_D
    return experiment_of(block.get(*_SEQUENCE), block.get("$PULPROG"), title=block.get("TITLE"))


def _read_block(block: Block, where: str) -> Spectrum:
    name, solvent = block.get("TITLE") or None, solvent_on_spectrometer(block.get(".SOLVENTNAME", "$SOLVENT"))
    peaks: list[Peak] = []
    left_out: list[LeftOut] = []
    if block.get("PEAKASSIGNMENTS"):
        peaks = list(_assigned_peaks(block, where, left_out))
    elif block.get("PEAKTABLE"):
        peaks = list(_table_peaks(block, where))
    frequency, experiment = number_in(block, ".OBSERVEFREQUENCY", 0.0) or None, _experiment(block)
    if peaks:
        return Spectrum(tuple(peaks), name, solvent, tuple(left_out), frequency_mhz=frequency, experiment=experiment)
    if _is_fid(block):
        return read_fid(block, where, id=name, solvent=solvent, experiment=experiment)
    if not block.get(*_TRACES):
        raise SpectrumFormatError(f"{where}: the table has no peak; expected lines of 'shift, intensity'")
    shift, trace = read_trace(block, where)
    about = {"id": name, "solvent": solvent, "frequency_mhz": frequency, "experiment": experiment}
    return pick_peaks(shift, trace, where, **about)


def _assigned_peaks(block: Block, where: str, left_out: list[LeftOut]) -> Iterator[Peak]:
    """Tuples such as `(170.2, 100, S, <C-1>)`; the angle brackets hold atoms or a multiplicity."""
    form, _, body = block.get("PEAKASSIGNMENTS").partition("\n")
    scale = _ppm_per_unit(block, where)
    for x, y, mark, label in _ASSIGNED.findall(body or form):
        shift = float(x) * scale
        third_is_width = "W" in form.upper()
        word = "" if third_is_width else mark.strip()
        remark = read_remark(word or label) if (word or label) else None
        if label:
            left_out.append(LeftOut(f"{shift:g}: <{label[:30]}>", "an assignment; the peak is kept"))
        multiplicity = (remark.multiplicity or remark.letter) if remark else None
        yield _peak(where, shift, float(y) if y else None, multiplicity)


def _table_peaks(block: Block, where: str) -> Iterator[Peak]:
    form, _, body = block.get("PEAKTABLE").partition("\n")
    if not form.lstrip().startswith("("):
        body = f"{form}\n{body}"
    width = 3 if re.search(r"XY[WM]", form.upper()) else 2
    scale, factor = _ppm_per_unit(block, where), number_in(block, "XFACTOR", 1.0)
    for group in re.split(r"[;\n]|(?<=[0-9.])\s+(?=[-+0-9.]+\s*,)", body):
        numbers = [float(n) for n in NUMBER.findall(group)]
        rows = [numbers] if width == 3 else [numbers[i : i + 2] for i in range(0, len(numbers), 2)]
        for row in rows:
            if row:
                yield _peak(where, row[0] * scale * factor, row[1] if len(row) > 1 else None)


def _peak(where: str, shift: float, intensity: float | None, multiplicity: Multiplicity | None = None) -> Peak:
    return peak_at(where, round(shift, 4), multiplicity, intensity=intensity)


def _ppm_per_unit(block: Block, where: str) -> float:
    """1, or 1/MHz where the abscissa is in Hz."""
    if "HZ" not in block.get("XUNITS", "UNITS").upper():
        return 1.0
    frequency = number_in(block, ".OBSERVEFREQUENCY", number_in(block, "$SF", 0.0))
    if frequency <= 0:
        raise SpectrumFormatError(
            f"{where}: the abscissa is in Hz, but '.OBSERVE FREQUENCY' is missing; add it, in MHz"
        )
    return 1.0 / frequency


def read_trace(block: Block, where: str) -> tuple[list[float], list[float]]:
    """The abscissa in ppm and the ordinate of the trace in a block."""
    scale = _ppm_per_unit(block, where)
    form, _, body = block.get("XYPOINTS", "XYDATA", "DATATABLE").partition("\n")
    if "XY..XY" in form:
        numbers = [float(n) for n in NUMBER.findall(body)]
        scale, factor = scale * number_in(block, "XFACTOR", 1.0), number_in(block, "YFACTOR", 1.0)
        return [x * scale for x in numbers[0::2][: len(numbers) // 2]], [y * factor for y in numbers[1::2]]
    factor = number_in(block, "YFACTOR", 1.0)
    trace = [factor * value for value in decode_ordinates(body, where)]
    symbols = [s.strip().upper() for s in block.get("SYMBOL").split(",")]
    column = symbols.index("X") if "X" in symbols else 0
    first, last = (_listed(block, a, column, b) for a, b in (("FIRST", "FIRSTX"), ("LAST", "LASTX")))
    if first is None or last is None or len(trace) < 2 or first == last:
        raise SpectrumFormatError(f"{where}: FIRSTX and LASTX or the data are missing; {len(trace)} points found")
    step = (last - first) / (len(trace) - 1)
    offset = first if scale == 1 else first * scale
    if scale != 1 and block.get("$OFFSET"):  # the left end, which has the highest shift
        offset = number_in(block, "$OFFSET", offset) - max(step, 0.0) * scale * (len(trace) - 1)
    reference = re.search(rf",\s*([0-9]+)\s*,\s*({FLOAT})\s*$", block.get(".SHIFTREFERENCE"))
    if reference and scale != 1 and not block.get("$OFFSET"):
        offset = float(reference[2]) - (int(reference[1]) - 1) * step * scale
    return [offset + i * step * scale for i in range(len(trace))], trace


def _listed(block: Block, many: str, column: int, one: str) -> float | None:
    """A value of the abscissa: that of the label `one`, or in n-tuples a column of `many`."""
    if block.get(one):
        return number_in(block, one, 0.0)
    values = NUMBER.findall(block.get(many))
    return float(values[column]) if column < len(values) else None
