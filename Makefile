# `make serve` and `make test` do all set-up themselves, on any machine with Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve test lint bench docs compiled clean

serve: $(VENV)/serving compiled
	@exec $(BIN)/vauban serve

test: $(VENV)/testing compiled lint
	$(BIN)/python -m pytest -n auto --dist worksteal tests

lint: $(VENV)/testing
	$(BIN)/ruff check src tests benchmarks scripts
	$(BIN)/ruff format --check src tests benchmarks scripts
	$(BIN)/lint-imports

bench: $(VENV)/benching compiled
	$(BIN)/python -m benchmarks

docs: $(VENV)/testing
	$(BIN)/python scripts/write_coverage.py

# Whether Python keeps bytecode is the environment's choice; without it, every start compiles everything.
compiled: | $(VENV)/bin/python
	@$(BIN)/python -m compileall -q src

clean:
	rm -rf $(VENV) build .cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Vauban needs Python 3.11 or newer: make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/serving: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/testing: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/serving

$(VENV)/benching: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@
