# `make demo` and `make test` are all a stranger needs. Everything lands in .venv; nothing else is touched.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# --prefer-binary: no compiler is needed anywhere.
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --prefer-binary --constraint constraints.txt

.PHONY: demo test install install-dev lint clean

demo: $(VENV)/.installed
	$(BIN)/telltale annotate demo
	$(BIN)/telltale ask demo "How long was I walking, and when?"

test: $(VENV)/.installed-dev lint
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13) and "telltale: Python: expected 3.11 or 3.12, found %d.%d; set PYTHON=python3.11" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

# torch first and exact, so that no other requirement pulls a different build.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing Telltale into $(VENV) (about 2 GB, two to three minutes)" >&2
	$(PIP) 'torch==2.13.0'
	$(PIP) --editable .
	$(BIN)/telltale models pull
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "installing the test tools and the optional parts" >&2
	$(PIP) --editable '.[dev,timeseries,yamnet,train,evals]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
