"""Answers as other programs and people read them: one file per output format, `export` in front of all."""

from km3aid.render.export import FORMATS, Document, check_format, export, format_of_file
from km3aid.render.stream import Stream, open_stream
from km3aid.requests.answers import Case, Failure

__all__ = [
    "FORMATS",
    "Case",
    "Document",
    "Failure",
    "Stream",
    "check_format",
    "export",
    "format_of_file",
    "open_stream",
]
