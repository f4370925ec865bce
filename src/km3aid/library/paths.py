"""Where the files of a library are: in a local folder, or on any file system that Arrow or fsspec reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from km3aid.errors import LibraryError

if TYPE_CHECKING:
    from pyarrow import fs


class Status(NamedTuple):
    """The part of `os.stat_result` that a library uses."""

    st_size: int


class RemotePath:
    """A file or folder on another file system, with the methods of `pathlib.Path` that reading a library needs."""

    def __init__(self, system: fs.FileSystem, path: str, shown: str) -> None:
        self._system, self._path, self._shown = system, path, shown
        self.name = shown.rstrip("/").rpartition("/")[2]

    def __str__(self) -> str:
        return self._shown

    def __truediv__(self, name: str) -> RemotePath:
        return RemotePath(self._system, f"{self._path.rstrip('/')}/{name}", f"{self._shown.rstrip('/')}/{name}")

    def open(self, mode: str = "rb") -> Any:
        """The file, opened for random-access reading."""
        return self._system.open_input_file(self._path)

    def read_text(self, encoding: str = "utf-8") -> str:
        with self.open() as file:
            return str(file.read().decode(encoding))

    def stat(self) -> Status:
        from pyarrow import fs

        info = self._system.get_file_info(self._path)
        if info.type == fs.FileType.NotFound:
            raise FileNotFoundError(2, "No such file or directory", self._shown)
        return Status(info.size)

    def exists(self) -> bool:
        from pyarrow import fs

        return bool(self._system.get_file_info(self._path).type != fs.FileType.NotFound)

    def is_file(self) -> bool:
        return bool(self._system.get_file_info(self._path).is_file)

    def iterdir(self) -> Iterator[RemotePath]:
        from pyarrow import fs

        for info in self._system.get_file_info(fs.FileSelector(self._path)):
            yield self / info.base_name


Place = Path | RemotePath


def place_of(name: str | Path | RemotePath) -> Place:
    """A local path, or the place that a URI such as `s3://bucket/library` names; raises `LibraryError`."""
    if isinstance(name, RemotePath) or "://" not in str(name):
        return name if isinstance(name, RemotePath) else Path(name)
    uri = str(name)
    kind, _, rest = uri.partition("://")
    if kind == "file":
        return Path(url2pathname(urlsplit(uri).path))
    from pyarrow import ArrowException, fs

    try:
        system, path = fs.FileSystem.from_uri(uri)
        return RemotePath(system, path, uri)
    except (ArrowException, OSError, ValueError) as not_of_arrow:
        try:
            import fsspec

            handler = fs.FSSpecHandler(fsspec.filesystem(kind))
        except (ImportError, ValueError) as error:
            raise LibraryError(
                f"{uri}: no file system for {kind!r} ({not_of_arrow}; {error}); install its fsspec package"
            ) from error
        return RemotePath(fs.PyFileSystem(handler), rest, uri)
