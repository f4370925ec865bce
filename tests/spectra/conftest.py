"""No deadlines for hypothesis: a busy machine is not the fault of a parser."""

from hypothesis import settings

settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")
