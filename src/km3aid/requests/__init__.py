"""One record of work, whoever asks: read and checked once, answered in order, every failure in its record's place.

`records` says what may be asked, `tasks` answers it, `answers` holds what comes out. Nothing is imported here, so that
a limit or a name can be looked up without loading a model.
"""
