"""Windows and macOS: what they lack is not needed, and what differs there is not taken for granted."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from km3aid.web import memory

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "src" / "km3aid").rglob("*.py"))
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
OF_OS = {
    "chown", "fchmod", "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg", "getpgid", "getpriority",
    "getuid", "killpg", "mkfifo", "mknod", "nice", "openpty", "sched_getaffinity", "sched_setaffinity", "setsid",
    "statvfs", "sync", "uname", "wait", "waitpid",
}  # fmt: skip
OF_SIGNAL = {
    "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pause",
    "pthread_sigmask", "setitimer", "sigwait",
}  # fmt: skip
PLACES = ("/tmp", "/dev/", "/proc/", "/usr/", "/etc/", "/var/")
READ_OR_WRITE = {"read_text", "write_text"}


def faults(tree):
    """What only POSIX systems have, and files read in the encoding that the system happens to have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (f"{node.lineno}: import of {n}" for n in names if n.partition(".")[0] in MODULES)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            only = {"os": OF_OS, "signal": OF_SIGNAL}.get(node.value.id, set())
            if node.attr in only:
                yield f"{node.lineno}: {node.value.id}.{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(PLACES):
            yield f"{node.lineno}: {node.value!r}"
        elif isinstance(node, ast.Call):
            yield from faults_of_call(node)


def faults_of_call(node):
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = {keyword.arg for keyword in node.keywords}
    text = [a.value for a in node.args if isinstance(a, ast.Constant)]
    if name == "get_context" and "spawn" not in {a.value for a in ast.walk(node) if isinstance(a, ast.Constant)}:
        yield f"{node.lineno}: processes by {text}; spawn is what every system has"
    if name == "open" and isinstance(node.func, ast.Name):
        modes = [a.value for mode in node.args[1:] for a in ast.walk(mode) if isinstance(a, ast.Constant)]
        binary = any("b" in str(mode) for mode in modes)
        if not binary and "encoding" not in given:
            yield f"{node.lineno}: open without an encoding"
    of_path = isinstance(node.func, ast.Attribute) and len(node.args) < 2
    if name in READ_OR_WRITE and of_path and "encoding" not in given and not text:
        yield f"{node.lineno}: {name} without an encoding"


WITH_A_WAY_ROUND = {"memory.py": ["import of resource", "'/proc/self/status'"]}  # tested below


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT / "src" / "km3aid").as_posix())
def test_nothing_is_asked_for_that_only_posix_systems_have(path):
    found = [fault.partition(": ")[2] for fault in faults(ast.parse(path.read_text(encoding="utf-8")))]
    assert found == (WITH_A_WAY_ROUND.get(path.name, []) if path.parent.name == "web" else [])


def test_a_system_that_cannot_limit_memory_goes_on_without(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr("builtins.open", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError(2, "no /proc")))
    memory.limit_memory(1)
    assert memory.private_mb() == 0.0


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl",
        "from resource import getrusage",
        "os.fork()",
        "os.sched_getaffinity(0)",
        "signal.signal(signal.SIGHUP, f)",
        "path = '/tmp/work'",
        "open('x')",
        "open('x', 'w')",
        "path.read_text()",
        "multiprocessing.get_context('fork')",
    ],
)
def test_what_is_not_portable_is_found(code):
    assert len(list(faults(ast.parse(code)))) == 1


@pytest.mark.parametrize("code", ["open('x', 'rb')", "open('x', encoding='utf-8')", "os.cpu_count()", "signal.SIGTERM"])
def test_what_is_portable_is_left_alone(code):
    assert list(faults(ast.parse(code))) == []


BARE = """
import os, sys

for name in ("sched_getaffinity", "fork", "geteuid", "getuid", "killpg"):
    if hasattr(os, name):
        delattr(os, name)


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "termios", "pwd", "grp"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hidden())
from km3aid import Engine, Spectrum
from km3aid.cli.app import app

engine = Engine.load(device="cpu")
engine.build_library([("CCO", None), ("CCCO", None), ("c1ccccc1O", None)], "lib")
hits = engine.search(Spectrum.from_shifts([58.3, 18.4]), engine.open_library("lib")).hits
print(hits[0].smiles)
"""

SPAWNED = """
import multiprocessing
from km3aid import Engine, Spectrum

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    engine = Engine.load(device="cpu")
    lines = [("CCO", None), ("CCCO", None), ("c1ccccc1O", None)] * 400
    print(engine.build_library(lines, "lib", workers=2).molecules)
"""


def run(arguments, folder, given="", **environment):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **environment},
        input=given.encode(),
        capture_output=True,
        check=False,
    )


def test_nothing_that_only_posix_systems_have_is_needed(tmp_path):
    done = run(["-c", BARE], tmp_path, OMP_NUM_THREADS="2,1")  # a list is legal
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().strip() == "CCO"


def test_processes_are_spawned(tmp_path):
    (tmp_path / "main.py").write_text(SPAWNED, encoding="utf-8")
    done = run(["main.py"], tmp_path, OMP_NUM_THREADS="1")
    assert (done.returncode, done.stdout.split()) == (0, [b"3"]), done.stderr.decode()


@pytest.fixture
def blanks(tmp_path):
    """A folder with blanks, umlauts, a Greek letter and an ampersand in its path."""
    folder = tmp_path / "Müller & Söhne" / "δ 13C"
    folder.mkdir(parents=True)
    return folder


WINDOWS = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}  # a console in the west of Europe
COMMANDS = [
    ["--help"],
    ["search", "--help"],
    ["library", "fetch"],
    ["assign", "CCO", "Spektrum über δ.txt", "--format", "table", "--html", "Bericht ü.html"],
    ["predict", "CCO", "--format", "table"],
    ["read", "Spektrum über δ.txt", "--format", "table"],
    ["library", "build", "Moleküle.smi", "meine Bibliothek"],
    ["search", "Spektrum über δ.txt", "--library", "meine Bibliothek", "--format", "csv"],
]


def test_every_command_works_on_a_console_of_windows_in_a_folder_with_blanks_and_umlauts(blanks):
    (blanks / "Spektrum über δ.txt").write_text("13C NMR (101 MHz, CDCl₃) δ 58.3, 18.4.\n", encoding="utf-8")
    (blanks / "Moleküle.smi").write_text("CCO Äthanol\nCCCO propanol\n", encoding="utf-8")
    for command in COMMANDS:
        done = run(["-m", "km3aid", *command], blanks, **WINDOWS)
        assert done.returncode == 0, (command, done.stderr.decode("cp1252"))
    assert "Äthanol" in done.stdout.decode("utf-8")
    assert (blanks / "Bericht ü.html").exists()


@pytest.mark.parametrize("what", [["assign", "CCO", "fehlt δ.txt"], ["predict", "Δ"], ["search", "--library", "ß∞"]])
def test_messages_of_errors_can_be_printed_on_any_console(blanks, what):
    done = run(["-m", "km3aid", *what, *(["--peaks", "20"] if what[0] == "search" else [])], blanks, **WINDOWS)
    said = done.stderr.decode("cp1252")
    assert done.returncode == 2, said
    assert "Traceback" not in said


def test_line_ends_of_windows_are_read(blanks):
    done = run(["-m", "km3aid", "read", "-", "--format", "csv"], blanks, given="58.3\r\n18.4\r\n")
    assert len(done.stdout.splitlines()) == 3
