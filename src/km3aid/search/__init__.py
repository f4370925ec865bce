"""Search: a spectrum's query, typed stages, on this machine or on a cluster behind one protocol."""

from km3aid.search.local import LocalLibrary
from km3aid.search.opening import open_library, searchable
from km3aid.search.query import NO_FILTERS, Candidates, Limits, Query
from km3aid.search.searchable import Searchable

__all__ = [
    "NO_FILTERS",
    "Candidates",
    "Limits",
    "LocalLibrary",
    "Query",
    "Searchable",
    "open_library",
    "searchable",
]
