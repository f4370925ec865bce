from tests.cli.runner import km3aid, refused


def test_the_demonstration_runs_anywhere_and_leaves_its_pictures(tmp_path):
    folder = tmp_path / "mein Ordner für km3aid"
    for _ in range(2):  # again into the same folder
        done = km3aid("demo", folder, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    for name in ("aspirin.html", "aspirin.svg", "menthol.html", "caffeine.html"):
        assert "<svg" in (folder / name).read_text(encoding="utf-8")
    commands = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("$ km3aid")]
    assert commands == ["assign", "assign", "rank", "library", "search", "search", "predict"]
    found = done.stdout.split("$ km3aid search")
    first = [next(line for line in part.splitlines() if line.startswith("│    1 ")) for part in found[1:]]
    assert "CC12CCC(CC1=O)C2(C)C" in first[0]
    assert "COc1cc(C=O)ccc1O" in first[1]
    assert f"{folder / 'aspirin.html'}" in done.stdout


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert "file: cannot be written to" in refused("demo", "file", cwd=tmp_path)
