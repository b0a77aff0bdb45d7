"""What tests in every folder may ask for; what one feature's tests need lies beside that feature."""

from hypothesis import settings

pytest_plugins = ["tests.browser", "tests.databases", "tests.wall", "tests.web"]

settings.register_profile("kompetence", deadline=None, print_blob=True)
settings.load_profile("kompetence")
"""No example is timed: a busy machine is not a broken rule."""
