import json
import logging

from km3aid.web.log import LogHandler


def test_what_other_packages_log_has_the_same_form(capsys):
    logger = logging.Logger("uvicorn.error")
    logger.addHandler(LogHandler())
    try:
        raise ValueError("no")
    except ValueError:
        logger.exception("Invalid %s", "request")
    said = json.loads(capsys.readouterr().err)
    assert (said["level"], said["event"], said["logger"]) == ("error", "Invalid request", "uvicorn.error")
    assert "ValueError: no" in said["traceback"]
