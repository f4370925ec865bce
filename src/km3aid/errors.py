"""The exceptions of km3aid: every one says where, what was found, what was expected, how to mend it."""


class Km3aidError(Exception):
    """Base of all errors that km3aid raises on purpose."""


class SpectrumFormatError(Km3aidError):
    """A spectrum cannot be read, or its values make no sense."""


class MoleculeError(Km3aidError):
    """A structure cannot be read, or holds no carbon."""


class DataError(Km3aidError):
    """A training corpus or a prepared data folder is missing, damaged or of another version."""


class ConfigError(Km3aidError):
    """A configuration has an unknown key or a value out of range."""


class CheckpointError(Km3aidError):
    """A model file is missing, damaged or not a km3aid model."""


class LibraryError(Km3aidError):
    """A library is missing or damaged."""


class LibraryMismatchError(LibraryError):
    """A library was built by another model than the one that is to search it."""
