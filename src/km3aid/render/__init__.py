"""Answers as other programs and people read them: one file per output format, `export` in front of all."""

from km3aid.render.answers import Case, Failure
from km3aid.render.export import FORMATS, Document, check_format, export, format_of_file
from km3aid.render.files import check_writable, open_output, write_file
from km3aid.render.stream import Stream, open_stream

__all__ = [
    "FORMATS",
    "Case",
    "Document",
    "Failure",
    "Stream",
    "check_format",
    "check_writable",
    "export",
    "format_of_file",
    "open_output",
    "open_stream",
    "write_file",
]
