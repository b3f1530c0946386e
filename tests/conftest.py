"""Set once for all tests: hypothesis runs without a deadline, as nothing is timed."""

from hypothesis import settings

settings.register_profile("bordergap", deadline=None, print_blob=True)
settings.load_profile("bordergap")
