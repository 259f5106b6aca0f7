# What a newcomer types. Each target sets up what it needs first, once.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check up contracts bench soak lock

# 3.11 first: it is what the checks run on.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## make .venv with every dependency, each checked against its hash

demo: setup ## replay the pilot on real servers and print the national report
	@$(BIN)/nanxun demo

# Most tests wait more than they work: two run side by side, each with servers of its own. Under a fault's load
# the machine has no core to spare, so those run alone.
test: setup ## run every test
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder \
		--ignore=tests/bench --ignore=tests/e2e/faults --ignore=tests/e2e/cluster; \
	status=$$?; $(BIN)/pytest tests/e2e/faults tests/e2e/cluster && exit $$status

check: setup ## lint, types, contracts, compose file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m shared.events.export --check
	@if docker compose version >/dev/null 2>&1; then docker compose config --quiet; \
	else echo "docker-compose.yml is not checked: Docker's client with compose is not here"; fi

up: setup ## run servers and services in the foreground
	@$(BIN)/nanxun up

contracts: setup ## export the contract files from the events
	$(BIN)/python -m shared.events.export

bench: setup ## measure, print the table, write it as JSON
	$(BIN)/python -m tests.bench

soak: setup ## faults of every kind for MINUTES=30, under load; SEED=… repeats a run
	@$(BIN)/python -m tests.e2e.faults $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

lock: setup ## fix the exact version and hash of every dependency
	$(BIN)/uv pip compile pyproject.toml --extra local --extra dev --generate-hashes --no-emit-index-url \
		--no-header --universal --python-version 3.11 --quiet --output-file requirements.lock

# Stamped, so that nothing is done again until a dependency changes.
$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the dependencies into .venv (about a minute) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found: install it and run make again." >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment: install its venv package and run make again." >&2; exit 2; }
