"""What tests in every folder may ask for; what one feature's tests need lies beside that feature."""

pytest_plugins = ["tests.browser", "tests.databases", "tests.wall", "tests.web"]
