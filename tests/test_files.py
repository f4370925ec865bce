import os
from pathlib import Path

import pytest

from km3aid.errors import ConfigError
from km3aid.files import check_writable, open_output, write_output


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o640)
    write_output(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


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


def test_a_link_stays_a_link_and_a_device_is_written_to(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_output(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    write_output(Path(os.devnull), b"x")
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("name", ["no-such-folder/a.svg", "file/a.svg", "."])
def test_what_cannot_be_written_is_said_before_the_work(tmp_path, name):
    (tmp_path / "file").write_text("")
    for attempt in (check_writable, lambda path: write_output(path, b"")):
        with pytest.raises(ConfigError, match="cannot be written"):
            attempt(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_file_and_folder_are_refused(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o400)
    with pytest.raises(ConfigError, match="no permission"):
        check_writable(tmp_path / "a")
    (tmp_path / "folder").mkdir(mode=0o500)
    with pytest.raises(ConfigError, match="no permission"):
        check_writable(tmp_path / "folder" / "a")
