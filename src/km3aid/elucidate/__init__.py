"""Structures that stand in no library, proposed from the spectrum. Nothing is imported here: it would load RDKit."""
