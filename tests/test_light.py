"""What `pip install km3aid` brings is enough to answer: no torch, nothing that an extra installs."""

import os
import subprocess
import sys

HIDING = """
import sys

HIDDEN = {hidden!r}


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Hidden())
"""
TORCH = ("torch", "lightning", "onnx", "onnxscript")
FEW_NEED = ("scipy", "reportlab", "pandas")
ANSWERS = """
import numpy as np

from km3aid import Engine, Spectrum
from km3aid.spectra.instruments.lines import find_lines
from km3aid.spectra.instruments.phase import phased


def main():
    engine = Engine.load()
    spectrum = Spectrum.from_shifts([58.3, 18.4])
    print(engine.assign("CCO", spectrum).assignments[0].atoms)
    print(len(engine.predict("CCO").carbons))
    print(engine.rank(["COC", "CCO"], spectrum).hits[0].smiles)
    engine.build_library([("CCO", None), ("CCCO", None), ("c1ccccc1O", None)] * 200, "lib", workers=2)
    print(engine.search(spectrum, engine.open_library("lib")).hits[0].smiles)
    ppm = np.linspace(200, 0, 20_001)
    lines = sum(9 / (0.02 + 1j * (ppm - place)) for place in (150, 70, 20))
    lines += np.random.default_rng(0).normal(size=20_001)
    print(find_lines(ppm, phased(lines * np.exp(1j), 1.0, False)).shift_ppm.round().tolist())
    print([m for m in sys.modules if m in HIDDEN])


if __name__ == "__main__":  # processes that encode import this file
    main()
"""


def run(code, folder, hidden, *arguments):
    (folder / "run.py").write_text(HIDING.format(hidden=hidden) + code, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "run.py", *arguments], cwd=folder, env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_training_without_torch_names_the_extra(tmp_path):
    code = "from km3aid.cli import main\nmain()"
    done = run(code, tmp_path, TORCH, "train", "--data", ".", "--paper-ids", "ids.csv", "-o", "out")
    assert done.returncode == 2
    assert "pip install 'km3aid[train]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_few_need_is_named_with_its_extra(tmp_path):
    code = """
from km3aid.cli import main
main()
"""
    done = run(code, tmp_path, FEW_NEED, "predict", "CCO", "--pdf", "ethanol.pdf")
    assert done.returncode == 2
    assert done.stderr == "km3aid: reportlab is not installed; run: pip install 'km3aid[pdf]'\n"


def test_every_job_is_done_without_torch_and_what_few_need(tmp_path):
    done = run(ANSWERS, tmp_path, (*FEW_NEED, *TORCH))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:6] == ["(1,)", "2", "CCO", "CCO", "[150.0, 70.0, 20.0]", "[]"]


def test_nothing_is_told_to_anyone(tmp_path):
    """ONNX Runtime keeps a number of the device and a queue of events in the home folder, unless told not to."""
    home = tmp_path / "home"
    home.mkdir()
    code = "from km3aid import Engine\nprint(len(Engine.load().predict('CCO').carbons))"
    places = {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}
    environment = {k: v for k, v in os.environ.items() if k not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**environment, **places}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "2\n"
    assert list(home.rglob("*")) == []
