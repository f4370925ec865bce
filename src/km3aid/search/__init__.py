"""Search: a spectrum's question, typed stages, on this machine or on a cluster."""

from km3aid.search.searchable import Searchable

__all__ = ["Searchable"]
