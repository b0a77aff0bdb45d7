"""What tests in every folder may ask for; what one feature's tests need lies beside that feature."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.browser", "tests.databases", "tests.wall", "tests.web"]

# How long an example takes says something about the machine, not about the rule; and the watcher of statements is a
# fixture of every test, which holds nothing from one example to the next.
settings.register_profile(
    "suite",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("suite")
