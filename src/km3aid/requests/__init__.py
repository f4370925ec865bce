"""One record of work, whoever asks: read and checked once, answered in order, failures told in their place.

`records` says what may be asked, `tasks` does it, `answers` holds what comes out. Nothing is imported here, so that a
format's name or a limit can be looked up without loading a model.
"""
