import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from km3aid.data.fetch import fetch
from km3aid.errors import DataError

CONTENT = bytes(range(256)) * 4000


class Server(BaseHTTPRequestHandler):
    """Serves `CONTENT`; `cut` breaks the first answer off, `ranges` says whether it resumes."""

    cut = False
    ranges = True
    seen: ClassVar[list[str | None]] = []

    def do_GET(self):
        cls = type(self)
        wanted = self.headers.get("Range")
        cls.seen.append(wanted)
        if self.path != "/data.sd":
            return self.send_error(404)
        start = int(wanted[6:-1]) if wanted and cls.ranges else 0
        if start >= len(CONTENT):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        body = CONTENT[start:]
        if cls.cut:
            cls.cut = False
            body = body[: len(body) // 2]
        self.wfile.write(body)
        return None

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Server.cut, Server.ranges, Server.seen = False, True, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/data.sd"
        http.shutdown()


def test_a_file_is_downloaded_with_progress(server, tmp_path):
    got = []
    assert fetch(server, tmp_path / "x.sd", progress=got.append).read_bytes() == CONTENT
    assert sum(got) == len(CONTENT)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on(server, tmp_path, ranges):
    Server.cut, Server.ranges = True, ranges
    with pytest.raises(DataError, match="run the command again"):
        fetch(server, tmp_path / "x.sd")
    assert not (tmp_path / "x.sd").exists()
    assert fetch(server, tmp_path / "x.sd").read_bytes() == CONTENT
    assert Server.seen == [None, f"bytes={len(CONTENT) // 2}-"]


def test_a_complete_part_is_taken_as_it_is(server, tmp_path):
    (tmp_path / "x.sd.part").write_bytes(CONTENT)
    assert fetch(server, tmp_path / "x.sd").read_bytes() == CONTENT


def test_a_wrong_address_and_no_network_are_errors(server, tmp_path):
    with pytest.raises(DataError, match="answers 404"):
        fetch(server + "x", tmp_path / "x.sd")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DataError, match="by hand"):
        fetch(f"http://127.0.0.1:{port}/x", tmp_path / "x.sd")
