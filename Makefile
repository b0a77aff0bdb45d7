# Kompetencetavlen: `make help` lists what can be done here.
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Wheels are checked against the lock's sums, whatever index they come from.
INSTALL = $(PIP) install --require-hashes --requirement
SOURCES := competence tests wsgi.py docs/maintenance
# Each feature owns one catalogue for each language.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard competence/translations/*/LC_MESSAGES/*.po))
UV := uv==0.13.9
PYTEST := $(BIN)/python -m pytest

.PHONY: help run test bench unit journeys lint format types contracts translations lock binaries clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp translations ## Start the program on http://127.0.0.1:8000 (PORT, HOST, DATABASE_URL from the environment)
	@$(BIN)/python -m compileall -qq competence || true
	@exec $(BIN)/competence serve

test: .venv/test.stamp translations binaries ## Run all that must hold before a change is accepted
	@$(BIN)/python -m compileall -qq competence tests || true
	@$(MAKE) --no-print-directory lint types contracts
	@echo "== pytest: rules, commands on SQLite and PostgreSQL, pages, journeys, accessibility"
	@$(PYTEST) --numprocesses auto --dist worksteal

unit: .venv/test.stamp translations ## Run the tests that need no browser and no PostgreSQL
	@$(PYTEST) -m "not journey and not postgres"

journeys: .venv/test.stamp translations binaries ## Run the browser journeys alone
	@$(PYTEST) -m journey

bench: .venv/test.stamp translations binaries ## Measure our pages against their floors, as JSON lines
	@$(BIN)/python -m tests.bench

lint: .venv/test.stamp ## Check format, code and templates
	@echo "== ruff format"
	@$(BIN)/ruff format --check --quiet $(SOURCES) || { echo "Run 'make format'."; exit 1; }
	@echo "== ruff check"
	@$(BIN)/ruff check --quiet $(SOURCES)
	@echo "== djlint"
	@$(BIN)/djlint templates --lint --quiet

format: .venv/test.stamp ## Put the code in the common format
	@$(BIN)/ruff check --quiet --fix-only $(SOURCES)
	@$(BIN)/ruff format --quiet $(SOURCES)

types: .venv/test.stamp ## Check the types
	@echo "== mypy --strict"
	@$(BIN)/mypy

contracts: .venv/test.stamp ## Check who imports whom
	@echo "== lint-imports"
	@$(BIN)/lint-imports --no-logo

translations: .venv/run.stamp $(CATALOGUES) ## Compile the catalogues

%.mo: %.po .venv/run.stamp
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@

lock: .venv/made.stamp ## Choose the newest allowed versions anew and write the two lock files
	@$(BIN)/python -m venv .locking && .locking/bin/python -m pip install --quiet --disable-pip-version-check $(UV)
	@for extras in "requirements.txt" "requirements-test.txt --extra test --constraint requirements.txt"; do \
	  .locking/bin/uv --no-cache pip compile setup.cfg --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --extra postgres --extra build --no-emit-index-url --custom-compile-command "make lock" \
	    --output-file $$extras > /dev/null || exit 1; \
	done
	@rm -rf .locking

clean: ## Remove all that the tools made; the data under var/ stays
	rm -rf .venv .locking build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	find competence tests seed -name __pycache__ -prune -exec rm -rf {} +
	rm -f $(CATALOGUES)

binaries:
	@.ci/binaries

.venv/made.stamp:
	@.ci/venv
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements.txt setup.cfg pyproject.toml
	@echo "Installing what the program needs ..."
	@$(INSTALL) requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib || true
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements-test.txt
	@echo "Installing what the tests need ..."
	@$(INSTALL) requirements-test.txt
	@touch $@
