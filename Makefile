# Everything a newcomer runs. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check check-long lint types docs reference figures bench fuzz \
  conformance requirements wheel clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## build .venv with the program and everything its checks need

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: $(PYTHON) is not Python 3.11 or newer; install one and run 'make setup PYTHON=python3.12'" >&2; \
	  exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## live underrounds on two simulated venues; SECONDS=30, SEED=7 and KINDS=all are understood
	@$(BIN)/underround demo $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(KINDS),--kinds $(KINDS))

test: setup ## run the test suite; three processes, because much of it waits for sockets and timers
	$(BIN)/python -m pytest -n 3 $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

check: export UNDERROUND_BROWSER := demanded
check: lint types docs test ## everything that must hold before a change lands: style, types, documents, tests

docs: setup ## build the documents as a site into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict

reference: setup ## write docs/reference again after a change of commands or public names
	$(BIN)/python -m scripts.write_reference

figures: setup ## draw docs/figures again
	$(BIN)/python -m scripts.draw_figures

check-long: setup ## what takes minutes: 100 seeds on the simulated clock, 10,000 trading histories, 200 kills
	$(BIN)/python -m pytest -n auto --maxprocesses 4 -m long $(ARGS)
	UNDERROUND_TRADING_SCHEDULES=10000 $(BIN)/python -m pytest -n 2 tests/core/test_trading_invariants.py
	UNDERROUND_TRADING_KILLS=200 $(BIN)/python -m pytest tests/app/test_trading_kills.py

bench: setup ## every measurement with a limit, side by side in one run; one alone: python -m bench.hot_path
	$(BIN)/python -m bench

fuzz: setup ## spoil frames of both venues for a while; ARGS="--seed 7 --frames 100000" repeats a run
	$(BIN)/python -m fuzz.codecs_and_engine $(ARGS)

conformance: setup ## other people's clients read our simulated venues; installs each, ARGS="--only pykalshi"
	$(BIN)/python -m conformance $(ARGS)

wheel: setup ## build the wheel into dist/
	$(BIN)/python -m build --no-isolation --wheel

requirements: setup ## pin again after a change of dependencies; UPGRADE=1 takes newer versions
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-emit-index-url --quiet \
	  --custom-compile-command 'make requirements' $(if $(UPGRADE),--upgrade) \
	  --output-file requirements.txt >/dev/null
	$(BIN)/uv pip compile pyproject.toml --extra alerts --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-emit-index-url --quiet \
	  --custom-compile-command 'make requirements' $(if $(UPGRADE),--upgrade) \
	  --constraint requirements.txt --output-file deploy/requirements.txt >/dev/null
	awk '/^setuptools==/{p=1} p{print} p&&!/\\$$/{exit}' requirements.txt > deploy/build-requirements.txt

clean: ## remove what setup, the checks and the build made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache .conformance src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
