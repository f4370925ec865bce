import hashlib
import os
import threading
from pathlib import Path

import pytest

from km3aid.errors import ConfigError
from km3aid.files import (
    check_writable,
    open_output,
    replacing,
    sha256_of,
    write_bytes,
    write_json,
    write_output,
    write_text,
)


@pytest.mark.posix
def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o640)
    write_output(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_text_and_json_make_their_folder_and_keep_line_ends(tmp_path):
    write_text(tmp_path / "new" / "a.txt", "δ\r\nb\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "δ\r\nb\n".encode()
    write_json(tmp_path / "new" / "a.json", {"δ": 1})
    assert (tmp_path / "new" / "a.json").read_text(encoding="utf-8") == '{\n  "δ": 1\n}\n'


def test_what_cannot_become_json_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "a.json", 1)
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", object())
    assert (tmp_path / "a.json").read_text() == "1\n"


def test_the_hash_is_that_of_the_content(tmp_path):
    write_bytes(tmp_path / "a", b"x" * 1_000_000)
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"x" * 1_000_000).hexdigest()


@pytest.mark.parametrize("sync", [False, True])
def test_the_content_is_on_the_disk_before_the_name_changes(tmp_path, monkeypatch, sync):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, name=name, real=real: (done.append(name), real(*a)))
    write_bytes(tmp_path / "a", b"x", sync=sync)
    assert done == (["fsync", "replace"] if sync else ["replace"])


def test_a_block_that_wrote_nothing_is_an_error(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a"):
        pass
    assert (tmp_path / "a").read_text() == "old"


def _stop(path, error, **how):
    with open_output(path, **how) as file:
        file.write(b"half")
        raise error


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        _stop(path, RuntimeError)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_batch_that_stops_keeps_what_it_has(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        _stop(tmp_path / "a.jsonl", KeyboardInterrupt, keep_part=True)
    assert (tmp_path / "a.jsonl.part").read_bytes() == b"half"


@pytest.mark.posix
def test_a_link_stays_a_link_and_a_device_is_written_to(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_output(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    write_output(Path(os.devnull), b"x")
    assert Path(os.devnull).is_char_device()


@pytest.mark.posix
def test_a_dangling_link_gets_its_file(tmp_path):
    (tmp_path / "link").symlink_to("real")
    write_output(tmp_path / "link", b"new")
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.posix
def test_a_pipe_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_output(tmp_path / "pipe", b"x")
    reader.join()
    assert read == [b"x"]


@pytest.mark.posix
@pytest.mark.parametrize("name", ["no-such-folder/a.svg", "file/a.svg", ".", "to-nowhere"])
def test_what_cannot_be_written_is_said_before_the_work(tmp_path, name):
    (tmp_path / "file").write_text("")
    (tmp_path / "to-nowhere").symlink_to("nowhere/a")
    for attempt in (check_writable, lambda path: write_output(path, b"")):
        with pytest.raises(ConfigError, match="cannot be written"):
            attempt(tmp_path / name)


@pytest.mark.posix
@pytest.mark.parametrize("name", ["old", "new", "link"])
def test_a_file_is_replaced_so_its_folder_must_be_writable(tmp_path, monkeypatch, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("old")
    (tmp_path / "link").symlink_to("folder/old")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path / "folder")
    with pytest.raises(ConfigError, match="no permission"):
        check_writable(tmp_path / "link" if name == "link" else tmp_path / "folder" / name)


@pytest.mark.posix
@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may write anywhere")
def test_a_read_only_file_and_folder_are_refused(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o400)
    with pytest.raises(ConfigError, match="no permission"):
        check_writable(tmp_path / "a")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("old")  # may be written to, but not replaced
    (tmp_path / "folder").chmod(0o500)
    with pytest.raises(ConfigError, match="no permission"):
        check_writable(tmp_path / "folder" / "a")
    with pytest.raises(ConfigError, match="no permission"):
        check_writable(tmp_path / "folder" / "old")
