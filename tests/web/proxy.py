"""A small reverse proxy that offers a service under a prefix and strips it, as nginx does with `proxy_pass …/;`."""

import http.client
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OWN = {"connection", "keep-alive", "transfer-encoding", "host"}


def _handler(prefix, port, seen):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def log_message(self, *_):
            pass

        def pass_on(self):
            if not self.path.startswith(f"{prefix}/"):
                seen.append(self.path)
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _OWN}
            headers |= {"Host": f"127.0.0.1:{port}"}
            upstream.request(self.command, self.path.removeprefix(prefix), body, headers)
            answer = upstream.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OWN:
                    self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # a browser may break off
                while piece := answer.read1(65_536):
                    self.wfile.write(piece)
                    self.wfile.flush()

        do_GET = do_POST = do_DELETE = do_HEAD = pass_on  # noqa: N815

    return Handler


@contextmanager
def proxied(prefix):
    """`(address, connect, strays)`: where the proxy listens, a function that takes the port of the service, and the
    paths outside the prefix that were asked for."""
    strays = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)

    def connect(port):
        server.RequestHandlerClass = _handler(prefix, port, strays)

    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}{prefix}/", connect, strays
    server.shutdown()
    thread.join()
    server.server_close()
