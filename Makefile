# The newcomer's two commands are `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two processes; the tests of one file stay together, for they share a study that was run once.
WORKERS := -n 2 --dist loadfile

.PHONY: demo test test-all lint bench docs clean

$(VENV)/runtime: constraints.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[office]'
	touch $@

$(VENV)/dev: $(VENV)/runtime
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(VENV)/runtime
	$(BIN)/trialwright run examples/metromajx

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest $(WORKERS)

test-all: lint
	$(BIN)/pytest $(WORKERS) -m "slow or not slow"

bench: $(VENV)/dev
	for f in benchmarks/bench_*.py; do $(BIN)/python $$f; done

docs: $(VENV)/dev
	$(BIN)/python docs/build_reference.py

clean:
	rm -rf $(VENV) examples/*/results .pytest_cache .mypy_cache .ruff_cache
