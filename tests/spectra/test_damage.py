"""Damaged files of every format give a clear error or an answer, fast, in little memory, from within their folder."""

import gzip
import io
import random
import resource
import struct
import time
import tracemalloc
import zipfile
from itertools import cycle, islice
from pathlib import Path

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.test_read import EXAMPLES

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import FORMATS, read_spectra

_SECONDS = 1.0  # of processor time for one file
_GROWN_KB = 600_000
_HUGE = [
    b"10000000000",
    b"99999999999999999999",
    b"-1",
    b"1e308",
    b"NaN",
    b"0",
    b"\x00",
    b"\xff\xfe",
    b"../../../etc/passwd",
]


def write_sources(folder: Path) -> list[Path]:
    """One good file of every format; of spectrometers' folders, the files of numbers and parameters."""
    folder.mkdir()
    found = []
    for name in FORMATS:
        found.append(folder / f"{name}.txt")
        found[-1].write_text(EXAMPLES[name], encoding="utf-8")
    (folder / "book.xlsx").write_bytes(examples.workbook())
    (folder / "record.zip").write_bytes(examples.nmredata_zip())
    (folder / "state.nmrium").write_bytes(examples.nmrium_zip())
    (folder / "packed.gz").write_bytes(gzip.compress(EXAMPLES["journal"].encode()))
    done = examples.write_bruker(folder / "done", [170.2, 21.0])
    other = examples.write_varian(folder / "other.fid", [170.2, 21.0])
    raw = examples.write_bruker_fid(folder / "raw", [170.2, 21.0])
    return [
        *found,
        folder / "book.xlsx",
        folder / "record.zip",
        folder / "state.nmrium",
        folder / "packed.gz",
        done / "pdata/1/procs",
        done / "pdata/1/1r",
        raw / "acqus",
        raw / "fid",
        other / "fid",
        other / "procpar",
        examples.write_jeol(folder / "raw.jdf", [170.2, 21.0]),
        examples.write_jeol(folder / "done.jdf", [170.2, 21.0], processed=True),
    ]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """`data` cut off, with bytes changed, doubled or removed, or with a number made absurd; of an archive, a member."""
    if data.startswith(b"PK") and rng.random() < 0.7:
        return repacked(data, rng)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(min(len(data), rng.choice([2000, len(data)])) + 1)  # headers come first
        far = min(len(data), at + rng.randint(1, 40))
        way = rng.randrange(6)
        if way == 0:
            data = data[:at]
        elif way == 1:
            data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        elif way == 2:
            data = data[:far] + data[at:far] * rng.randint(1, 5) + data[far:]
        elif way == 3:
            data = data[:at] + data[far:]
        elif way == 4:
            data = data[:at] + rng.choice(_HUGE) + data[at:]
        else:
            data = data[:at] + rng.choice(_HUGE) + data[far:]
    return data


def repacked(data: bytes, rng: random.Random) -> bytes:
    """The archive with one member damaged and its checksum right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(members))
    members[name] = damaged(members[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return out.getvalue()


def check_damage(folder: Path, times: int, seed: int, seconds: float | None = None) -> tuple[int, int]:
    """Read `times` damaged files, each within `seconds`; returns how many gave a spectrum and how many an error."""
    sources = write_sources(folder)
    rng = random.Random(seed)
    for path in sources:
        assert read_spectra(path)  # also loads what is loaded only once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = failed = 0
    for path in islice(cycle(sources), times):
        good = path.read_bytes()
        path.write_bytes(damaged(good, rng))
        began = time.process_time()
        try:
            assert read_spectra(path)
            read += 1
            message = str(folder)
        except SpectrumFormatError as error:
            message = str(error)
            failed += 1
        assert str(folder) in message, (path, message)
        took = time.process_time() - began
        assert seconds is None or took < seconds, (path, took, path.read_bytes()[:300])
        path.write_bytes(good)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < _GROWN_KB
    return read, failed


def test_damaged_files(tmp_path):
    read, failed = check_damage(tmp_path / "files", 320, seed=1)
    assert read > 30
    assert failed > 30


@pytest.mark.fuzz
def test_ten_thousand_damaged_files(tmp_path):
    read, failed = check_damage(tmp_path / "files", 10_000, seed=0, seconds=_SECONDS)
    print(f"\n{read} read, {failed} refused with an error")
    assert read + failed == 10_000


def test_a_header_of_ten_gigabytes_allocates_nothing(tmp_path):
    done = examples.write_bruker(tmp_path / "done", [170.2, 21.0])
    procs = done / "pdata/1/procs"
    procs.write_text(procs.read_text().replace("##$SI= 32768", "##$SI= 10000000000"))
    assert len(read_spectra(done)[0]) == 2
    huge = examples.JCAMP.replace("NPOINTS= 2", "NPOINTS= 10000000000")
    (tmp_path / "huge.dx").write_text(huge)
    assert len(read_spectra(tmp_path / "huge.dx")[0]) == 2
    repeated = huge.replace(
        "PEAK TABLE= (XY..XY)\n170.2, 10.0", "FIRSTX= 1\n##LASTX= 2\n##XYDATA= (X++(Y..Y))\n0A1s99999999"
    )
    (tmp_path / "repeated.dx").write_text(repeated)
    with pytest.raises(SpectrumFormatError, match="more than 8,388,608 points"):
        read_spectra(tmp_path / "repeated.dx")


def test_what_unpacks_to_gigabytes_is_refused(tmp_path):
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"1" * (40 << 20)))
    with pytest.raises(SpectrumFormatError, match="line 1: longer than 32 MiB"):
        read_spectra(tmp_path / "bomb.gz")


def bomb(name: str, mebibytes: int, stated: int | None = None) -> bytes:
    """A zip whose one member unpacks to so many MiB, whatever size is `stated`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for _ in range(mebibytes):
            member.write(bytes(1 << 20))
    data = bytearray(out.getvalue())
    if stated is not None:
        entry = data.rindex(b"PK\x01\x02")
        struct.pack_into("<I", data, entry + 24, stated)
    return bytes(data)


@pytest.mark.parametrize("name", ["state.json", "a/b.sdf", "xl/workbook.xml"])
@pytest.mark.parametrize("stated", [None, 100, 0xFFFFFFF0])
def test_an_archive_that_unpacks_to_gigabytes_is_refused(tmp_path, name, stated):
    (tmp_path / "bomb.zip").write_bytes(bomb(name, 150, stated))
    tracemalloc.start()
    with pytest.raises(SpectrumFormatError, match=r"unpacks to more than|damaged zip archive"):
        read_spectra(tmp_path / "bomb.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (20 if stated == 100 else 300) << 20  # a false size must not unpack the rest


def test_headers_of_jeol_allocate_and_repeat_nothing(tmp_path):
    path = examples.write_jeol(tmp_path / "huge.jdf", [170.2, 21.0])
    data = bytearray(path.read_bytes())
    struct.pack_into(">I", data, 176, 0xFFFFFFFF)  # points
    struct.pack_into(">I", data, 240, 0xFFFFFFFF)  # the last one
    struct.pack_into("<h", data, 1360 + 16 + 4, 32767)  # the nucleus, times 10 to that power
    path.write_bytes(data)
    assert [p.shift_ppm for p in read_spectra(path)[0]] == pytest.approx([170.2, 21.0], abs=0.05)
    struct.pack_into(">I", data, 1212, 0xFFFFFFF0)  # the parameters, behind the end
    path.write_bytes(data)
    with pytest.raises(SpectrumFormatError, match="frequency or the width is missing"):
        read_spectra(path)
