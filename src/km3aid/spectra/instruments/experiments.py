"""Folders and zip archives with several experiments: the 13C spectrum is read, and what was chosen is said.

Of an archive only the files that readers need are unpacked, to a temporary folder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from os import walk
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.choice import Experiments, by_number, choose, choose_every
from km3aid.spectra.formats.archive import member_names, read_members
from km3aid.spectra.instruments.bruker import is_bruker, read_bruker
from km3aid.spectra.instruments.jcamp import read_jcamp
from km3aid.spectra.instruments.jeol import read_jeol
from km3aid.spectra.instruments.varian import is_varian, read_varian
from km3aid.spectra.measured import Found
from km3aid.spectra.signs import with_angle
from km3aid.spectra.source import MOST_BYTES
from km3aid.spectra.spectrum import LeftOut, Spectrum
from km3aid.spectra.wanted import ANYTHING, Wanted

_JCAMP, _JEOL = (".dx", ".jdx", ".jcamp"), (".jdf",)
_OF_A_FOLDER = ("acqus", "acqu2s", "procs", "1r", "1i", "fid", "procpar")  # what readers open, or look for
_DATA = ("1r", "fid", "ser", "acqu2s", "pdata")
_MOST_FOLDERS, _MOST_EXPERIMENTS, _DEEPEST = 2000, 200, 8


def has_packed_experiments(names: Sequence[str]) -> bool:
    """Whether an archive has files of a spectrometer among its members."""
    return any(_is_wanted(name) for name in names)


def has_experiments(folder: Path) -> bool:
    """Whether there are experiments in a folder, or in the folders within it."""
    return next(_experiments(folder), None) is not None


def read_packed_experiments(data: bytes, where: str, wanted: Wanted = ANYTHING) -> Iterator[Spectrum]:
    """Read the 13C spectrum of a zip archive of experiments; raises `SpectrumFormatError`."""
    processed = {path.parents[2] for path in map(PurePosixPath, member_names(data)) if _is_processed(path)}
    members = read_members(data, lambda name: _is_wanted(name) and not _is_raw_of(name, processed), where)
    with TemporaryDirectory(prefix="km3aid-") as root:
        for name, content in members.items():
            path = Path(root, *PurePosixPath(name).parts)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            except OSError as error:
                raise SpectrumFormatError(f"{where}: {name[:80]}: cannot be unpacked ({error.strerror})") from None
        yield from read_experiments(Path(root), where, wanted)


def read_experiments(folder: Path, where: str, wanted: Wanted = ANYTHING) -> Iterator[Spectrum]:
    """Read the 13C spectrum of a folder of experiments: see `choose`.

    Raises `SpectrumFormatError` where no experiment can be read.
    """
    found: list[Found] = []
    failed: list[LeftOut] = []
    paths = sorted(_experiments(folder), key=by_number)
    if len(paths) > _MOST_EXPERIMENTS:
        raise SpectrumFormatError(
            f"{where}: {len(paths)} experiments, more than {_MOST_EXPERIMENTS}; give the folder or file of one of them"
        )
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            found += [Found(name, with_angle(spectrum)) for spectrum in _read(path, f"{where}, {name}", wanted)]
        except SpectrumFormatError as error:
            failed.append(LeftOut(name, str(error).removeprefix(f"{where}, {name}: ")))
    if wanted.every:
        yield from choose_every(Experiments(found, failed), where)
    else:
        yield choose(Experiments(found, failed), where, wanted)


def _experiments(folder: Path) -> Iterator[Path]:
    """Folders and files with one experiment each; links are not followed."""
    for seen, (at, folders, files) in enumerate(walk(folder)):
        path = Path(at)
        if seen >= _MOST_FOLDERS:
            raise SpectrumFormatError(f"{folder}: more than {_MOST_FOLDERS} folders; give one with experiments")
        if _is_experiment(path):
            folders.clear()
            yield path
            continue
        folders[:] = (
            sorted(f for f in folders if f != "__MACOSX") if len(path.parts) - len(folder.parts) < _DEEPEST else []
        )
        yield from (path / file for file in sorted(files) if _reader_of(file) is not None)


def _is_experiment(folder: Path) -> bool:
    """Whether a folder has data and parameters: parameters alone may lie above several experiments."""
    return is_varian(folder) or (is_bruker(folder) and any((folder / name).exists() for name in _DATA))


def _is_processed(path: PurePosixPath) -> bool:
    """Whether a member is the spectrum in `pdata/n` of an experiment."""
    return path.name == "1r" and len(path.parts) > 3 and path.parts[-3] == "pdata"


def _is_raw_of(name: str, processed: Collection[PurePosixPath]) -> bool:
    """Whether a member is the FID of an experiment whose spectrum is there, too, and would be read."""
    path = PurePosixPath(name)
    return path.name == "fid" and path.parent in processed


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    inside = (
        not name.endswith("/")
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and "__MACOSX" not in path.parts
    )
    return (
        inside and not path.name.startswith("._") and (path.name in _OF_A_FOLDER or _reader_of(path.name) is not None)
    )


def _reader_of(name: str) -> Callable[[Path, str, Wanted], Iterator[Spectrum | SpectrumFormatError]] | None:
    """The reader of a file with one experiment, by its ending."""
    ending = PurePosixPath(name).suffix.lower()
    return _read_jcamp if ending in _JCAMP else _read_jeol if ending in _JEOL else None


def _read(path: Path, where: str, wanted: Wanted) -> list[Spectrum]:
    read = (read_bruker if is_bruker(path) else read_varian) if _is_experiment(path) else _reader_of(path.name)
    if read is None:
        return []
    items = list(read(path, where, wanted))
    spectra = [item for item in items if isinstance(item, Spectrum)]
    for item in items if not spectra else ():
        if isinstance(item, SpectrumFormatError):
            raise item
    return spectra


def _read_jcamp(path: Path, where: str, wanted: Wanted) -> Iterator[Spectrum | SpectrumFormatError]:
    lines = _content(path, where).decode("utf-8", errors="replace").splitlines(keepends=True)
    return read_jcamp(lines, where, wanted)


def _read_jeol(path: Path, where: str, wanted: Wanted) -> Iterator[Spectrum | SpectrumFormatError]:
    return iter(list(read_jeol(_content(path, where), path.stem, where, wanted)))


def _content(path: Path, where: str) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise SpectrumFormatError(f"{where}: a link, or not a file; give the file itself")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SpectrumFormatError(f"{where}: too large for a 1D spectrum")
        return path.read_bytes()
    except OSError as error:
        raise SpectrumFormatError(f"{where}: cannot be opened: {error.strerror}") from None
