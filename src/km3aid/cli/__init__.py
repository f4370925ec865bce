"""The command `km3aid`: one file per command; parse, call the request, print."""

from __future__ import annotations

import sys

from km3aid.cli.app import app
from km3aid.errors import Km3aidError
from km3aid.optional import how_to_install


def main() -> None:
    """Run the command line: exit code 0 fine, 1 some records failed, 2 unusable input or arguments."""
    try:
        app()
    except Km3aidError as error:
        print(f"km3aid: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        advice = how_to_install(error.name)
        if advice is None:
            raise
        print(f"km3aid: {advice}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # whoever read our output has gone
        sys.stderr.close()
        sys.exit(0)
