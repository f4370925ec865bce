"""Start and end the service: bind, load, serve, stop."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import webbrowser

from km3aid.errors import ConfigError
from km3aid.web.config import ServeConfig
from km3aid.web.log import LogHandler, log

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def run(config: ServeConfig, host: str, port: int, *, browse: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM; `browse` opens the page.

    Raises `ConfigError` where port, model or a library cannot be used.
    """
    import uvicorn

    from km3aid.web.app import create_app
    from km3aid.web.metrics import Metrics
    from km3aid.web.pool import Pool

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # uvicorn raises it again when it has shut down
    logging.basicConfig(level=logging.WARNING, handlers=[LogHandler()])
    with _bind(host, port) as listening:
        metrics = Metrics()
        pool = Pool(config, metrics)
        if not config.libraries:
            log(
                "info",
                "starter",
                "no --library: serving the starter library; it is made ready for elucidation once, in half a minute",
            )
        try:
            pool.start()
            bound = listening.getsockname()[1]
            shown = f"[{host}]" if ":" in host else host
            url = config.public.url if config.public else f"http://{shown}:{bound}/"
            loaded = _loaded(pool.loaded)
            log("info", "serving", _sentence(url, pool.loaded), url=url, port=bound, workers=config.workers, **loaded)
            if browse:
                webbrowser.open(url if config.token is None else f"{url}#token={config.token}")
            settings = uvicorn.Config(
                create_app(config, pool, metrics),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
                timeout_keep_alive=30,
                limit_concurrency=1000,
            )
            with contextlib.suppress(KeyboardInterrupt):
                uvicorn.Server(settings).run(sockets=[listening])
            log("info", "ended")
        except KeyboardInterrupt:
            pass
        finally:
            pool.stop()


def _sentence(url: str, loaded: dict[str, list[dict[str, object]]]) -> str:
    libraries = ", ".join(f"{entry['name']} with {entry['molecules']:,} molecules" for entry in loaded["libraries"])
    return f"the page is at {url} ({libraries or 'no library to search'}; Ctrl-C stops it)"


def _loaded(loaded: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    return {
        "model": str(loaded["models"][0]["sha256"])[:12],
        "libraries": {str(entry["name"]): entry["molecules"] for entry in loaded["libraries"]},
    }


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises `ConfigError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # without the protocol asyncio would not set TCP_NODELAY
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(256)
    except (OSError, OverflowError) as error:
        listening.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise ConfigError(f"port {port} of {host} is in use; stop the other program or use --port 0") from None
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"cannot listen on {host}, port {port} ({reason}); choose another") from None
    return listening
