"""One small file of every format, most with peaks at 170.2 and 21.0 ppm, that the tests read whole and damaged."""

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
from openpyxl import Workbook

SHIFTS = [170.2, 128.5, 127.9, 77.2, 21.0]
ACETATE = (
    "\n  made\n\n  3  2  0  0  0  0            999 V2000\n"
    "    0.0000    0.0000    0.0000 C   0  0\n    1.0000    0.0000    0.0000 O   0  0\n"
    "    2.0000    0.0000    0.0000 C   0  0\n  1  2  1  0\n  2  3  1  0\nM  END\n"
)
NMREDATA = (
    ACETATE + "> <NMREDATA_VERSION>\n1.1\\\n\n> <NMREDATA_SOLVENT>\nCDCl3\\\n\n"
    "> <NMREDATA_ASSIGNMENT>\na, 170.2, 1\\\nb, 21.0, 3\\\nInterchangeable=a, b\\\n\n"
    "> <NMREDATA_1D_13C>\nLarmor=100.6\\\nSpectrum_Location=file:./10\\\n170.2, L=a\\\n21.0, L=b, N=1\\\n\n$$$$\n"
)
JCAMP = (
    "##TITLE= acetate $$ comment\n##JCAMP-DX= 5.01\n##DATA TYPE= NMR PEAK TABLE\n##DATA CLASS= PEAK TABLE\n"
    "##.OBSERVE NUCLEUS= ^13C\n##.OBSERVE FREQUENCY= 100.6\n##XUNITS= PPM\n##YUNITS= ARBITRARY UNITS\n##NPOINTS= 2\n"
    "##PEAK TABLE= (XY..XY)\n170.2, 10.0\n21.0, 12.0\n##END=\n"
)
NMRIUM_V3 = {
    "version": 3,
    "spectra": [
        {"info": {"nucleus": "1H", "dimension": 1}, "peaks": {"values": [{"x": 2.1}]}},
        {
            "info": {"nucleus": "13C", "dimension": 1, "isFid": False, "solvent": "CDCl3"},
            "ranges": {"values": [{"from": 1, "signals": [{"delta": 170.2}]}, {"signals": [{"delta": 21.0}]}]},
        },
    ],
}
PEAKLIST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<PeakList modified="2024-01-01">\n<PeakList1D>\n<PeakList1DHeader/>\n'
    '<Peak1D F1="170.2" intensity="10.0" type="0"/>\n<Peak1D F1="21.0" intensity="12.0" type="0"/>\n'
    "</PeakList1D>\n</PeakList>\n"
)
TEXT = {"nmrium": json.dumps(NMRIUM_V3), "nmredata": NMREDATA, "jcamp": JCAMP, "peaklist": PEAKLIST}


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    for row in (["#", "δ (ppm)", "Type"], [1, 170.2, "C"], [2, 21.0, "CH3"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines_of(ppm: np.ndarray, shifts: list[float]) -> np.ndarray:
    """Lorentzian lines with a little noise, and a sloping baseline."""
    rng = np.random.default_rng(0)
    trace = sum(1e6 / (1 + ((ppm - shift) / 0.02) ** 2) for shift in shifts)
    return trace + rng.normal(0, 3e3, len(ppm)) + 2e4 * np.linspace(0, 1, len(ppm))


def write_bruker(folder: Path, shifts: list[float], order: int = 0) -> Path:
    """A processed spectrum as TopSpin stores it."""
    place = folder / "pdata" / "1"
    place.mkdir(parents=True)
    size, sf, width, offset = 1 << 15, 100.6, 24000.0, 220.0
    ppm = offset - np.arange(size) * width / sf / size
    lines_of(ppm, shifts).astype(">i4" if order else "<i4").tofile(place / "1r")
    procs = {"AXNUC": "<13C>", "BYTORDP": order, "OFFSET": offset, "SF": sf, "SI": size, "SW_p": width, "DTYPP": 0}
    head = "##TITLE= Parameter file\n##JCAMPDX= 5.0\n"
    (place / "procs").write_text(head + "".join(f"##${k}= {v}\n" for k, v in procs.items()) + "##END=\n")
    (folder / "acqus").write_text(head + "##$NUC1= <13C>\n##$SOLVENT= <CDCl3>\n##END=\n")
    return folder


def write_bruker_fid(folder: Path, shifts: list[float], delay: float = 0.0) -> Path:
    """A raw spectrum as TopSpin stores it, with an odd phase and `delay` points of a digital filter before it."""
    folder.mkdir(parents=True)
    size, carrier, width, centre = 1 << 14, 100.6, 24000.0, 100.0
    seconds = (np.arange(size) - delay) / width
    rng = np.random.default_rng(0)
    fid = sum(np.exp((2j * np.pi * (s - centre) * carrier - 4) * seconds + 0.8j) for s in shifts) * (seconds >= 0)
    fid = (fid + rng.normal(0, 0.05, size) + 1j * rng.normal(0, 0.05, size)) * 1e5
    np.stack([fid.real, fid.imag], 1).astype("<i4").tofile(folder / "fid")
    acqus = {"NUC1": "<13C>", "SOLVENT": "<CDCl3>", "SW_h": width, "BF1": carrier, "TD": 2 * size, "BYTORDA": 0}
    acqus |= {"SFO1": carrier * (1 + centre / 1e6), "DTYPA": 0, "DECIM": 1, "DSPFVS": 0, "GRPDLY": delay, "AQ_mod": 3}
    head = "##TITLE= Parameter file\n##JCAMPDX= 5.0\n"
    (folder / "acqus").write_text(head + "".join(f"##${k}= {v}\n" for k, v in acqus.items()) + "##END=\n")
    return folder


def write_varian(folder: Path, shifts: list[float]) -> Path:
    """A raw spectrum as VnmrJ stores it."""
    folder.mkdir(parents=True)
    size, frequency, width = 1 << 14, 100.6, 24000.0
    centre = 100.0
    seconds = np.arange(size) / width
    rng = np.random.default_rng(0)
    fid = sum(np.exp((-2j * np.pi * (s - centre) * frequency - 4) * seconds) for s in shifts)
    fid = fid + rng.normal(0, 0.05, size) + 1j * rng.normal(0, 0.05, size)
    words = np.stack([fid.real, fid.imag], 1).astype(">f4")
    head = np.array([1, 1, 2 * size, 4, 8 * size, 8 * size + 28], ">i4").tobytes()
    head += np.array([0, 1 | 8 | 16], ">i2").tobytes() + np.array([1], ">i4").tobytes()
    (folder / "fid").write_bytes(head + bytes(28) + words.tobytes())
    values = {"sw": width, "sfrq": frequency, "rfl": width / 2 - centre * frequency, "rfp": 0.0}
    lines = [f"{name} 1 1 1e+18 -1e+18 0 2 1 0 1 64\n1 {value}\n0\n" for name, value in values.items()]
    lines += [
        f'{name} 2 2 8 0 0 2 1 0 1 64\n1 "{value}"\n0\n' for name, value in {"tn": "C13", "solvent": "CDCl3"}.items()
    ]
    (folder / "procpar").write_text("".join(lines))
    return folder


def write_jeol(
    path: Path,
    shifts: list[float],
    order: str = "<",
    processed: bool = False,
    dead_points: float = 0.0,
    changed: dict[str, str | float] | None = None,
) -> Path:
    """A spectrum as JEOL Delta stores it: raw, or processed with its axis in ppm; `changed` parameters differ."""
    size, frequency, width, centre = 1 << 14, 100.6e6, 24000.0, 100.0
    ends = (0.0, size / width)
    if processed:
        ends = (220.0, 220.0 - (size - 1) * width / frequency * 1e6 / size)
        points = lines_of(np.linspace(*ends, size), shifts) + 0j
    else:
        seconds = (np.arange(size) + dead_points) / width
        rng = np.random.default_rng(0)
        points = sum(np.exp((2j * np.pi * (s - centre) * frequency / 1e6 - 4) * seconds) for s in shifts)
        points = points + rng.normal(0, 0.05, size) + 1j * rng.normal(0, 0.05, size)
    texts = {"x_domain": "Carbon13", "solvent": "CHLOROFORM-D"}
    values = {"x_freq": frequency, "x_sweep": width, "x_offset": centre, "acq_delay": dead_points / width}
    entries = []
    for name, value in (texts | values | (changed or {})).items():
        packed = value.encode().ljust(16) if isinstance(value, str) else struct.pack(order + "d8x", value)
        kind = 0 if isinstance(value, str) else 2
        entries.append(bytes(16) + packed + struct.pack(order + "i", kind) + name.upper().encode().ljust(28))
    table = struct.pack(order + "4I", 64, 0, len(entries), 64 * len(entries)) + b"".join(entries)
    head = bytearray(1360)
    head[:15] = b"JEOL.NMR" + bytes([order == "<", 1, 0, 1, 1, 128, 1])
    head[24], head[32:34] = 3, bytes([1, 26 if processed else 28])
    struct.pack_into(">8I", head, 176, size, *[1] * 7)
    struct.pack_into(">I", head, 240, size - 1)
    struct.pack_into(">d", head, 272, ends[0])
    struct.pack_into(">d", head, 336, ends[1])
    struct.pack_into(">I", head, 1212, len(head))
    struct.pack_into(">I", head, 1284, len(head) + len(table))
    numbers = np.concatenate([points.real, -points.imag]).astype(order + "f8").tobytes()
    path.write_bytes(bytes(head) + table + numbers)
    return path


def nmredata_zip() -> bytes:
    """An NMReDATA record, packed with its raw data."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record/compound1.nmredata.sdf", NMREDATA)
        archive.writestr("record/10/fid", "raw")
    return out.getvalue()


def nmrium_zip() -> bytes:
    """An archive of NMRium, one of whose names leads out of any folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state.json", TEXT["nmrium"])
        archive.writestr("../../outside", "never unpacked")
    return out.getvalue()
