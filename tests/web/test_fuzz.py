"""Random requests made from the service's own description: none may fail with a 5xx."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
EXAMPLES = 60  # of each route


def test_no_request_of_the_description_is_a_failure_of_the_service(small_library, tmp_path):
    scripts = Path(sys.executable).parent
    command = [str(scripts / "km3aid"), "serve", "--port", "0", "--workers", "2", "--log", "json"]
    command += ["--library", str(small_library)]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(command, stderr=log, start_new_session=True)
    try:
        url = None
        while url is None and process.poll() is None:
            lines = (tmp_path / "log").read_text().splitlines()
            url = json.loads(lines[0])["url"] if lines else None
        checked = subprocess.run(
            [
                str(scripts / "schemathesis"),
                "run",
                f"{url}api/openapi.json",
                "--checks",
                "not_a_server_error",
                "--max-examples",
                str(EXAMPLES),
                "--seed",
                "1",
                "--request-timeout",
                "60",
                "--suppress-health-check",
                "all",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert checked.returncode == 0, checked.stdout[-5000:]
        events = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
        assert sum(e["event"] == "request" for e in events) > 10 * EXAMPLES
        assert [e for e in events if e["event"] == "exception" or e.get("status", 0) >= 500] == []
    finally:
        process.terminate()
        process.wait(30)
