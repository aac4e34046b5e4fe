# What a person does here. `make help` lists it; CI runs the same targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
N      ?= 200000
DATA   ?=
SERVE  ?=
ALL    ?=

# An environment for each need, all in .venv; a stamp is renewed only when pyproject.toml has changed.
RUN    := $(VENV)/.run
CHECK  := $(VENV)/.check
BENCH  := $(VENV)/.bench
CODE   := hub schemas adapters conformance bench tests

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check fmt conform conform-proof bench bench-linking docs golden nightly clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: $(RUN) ## four simulated sources into one network, and one dispute's whole life; ALL=1 all, SERVE=1 stays up, DATA=DIR real texts
	@$(BIN)/python -m conformance.lab.demo $(if $(DATA),--data $(DATA)) $(if $(filter-out 0,$(ALL)),--all) \
	  $(if $(filter-out 0,$(SERVE)),--serve)

test: $(CHECK) ## every test but the slow ones, which `make nightly` runs too
	@$(BIN)/python -m pytest -n 2 -q -m "not slow" --systems

check: $(CHECK) ## lint, format, types, arrows, docs
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy -p hub -p schemas -p adapters -p conformance -p bench
	@$(BIN)/python -m pytest -q tests/unit/test_arrows.py tests/docs

fmt: $(CHECK) ## put the code in order
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

conform: $(CHECK) ## put every installed adapter to the test
	@$(BIN)/hub conform --all

conform-proof: $(CHECK) ## every check against every broken adapter, and 300 changes to the checks; minutes
	@$(BIN)/python -m conformance.proof

bench: $(BENCH) ## speed against the raw limit and dlt, five repetitions; N=20000 for a quick look
	@$(BIN)/python -m bench --rows $(N)

bench-linking: $(CHECK) ## precision, recall and speed of the linker; N=10000 for a quick look, N=1000000 for one run of a million more
	@$(BIN)/python -m bench.linking$(if $(filter-out file undefined,$(origin N)), --records $(N))

docs: $(CHECK) ## run every example of the READMEs and compare the docs with the code
	@$(BIN)/python -m pytest -q tests/docs

golden: $(CHECK) ## write the golden files and the map of systems anew; look at the difference before you keep it
	@$(BIN)/python -m schemas.export tests/golden/schemas
	@$(BIN)/python -m conformance.conduct tests/golden/conduct.txt
	@$(BIN)/python tests/systems_map.py
	@git --no-pager diff --stat -- tests/golden docs/systems.md

nightly: $(BENCH) ## everything: slow tests too, checks, demo, proof of the suite, stages, bench
	@$(BIN)/python -m pytest -n 2 -q --systems
	@$(MAKE) --no-print-directory check conform conform-proof
	@$(MAKE) --no-print-directory demo ALL=1
	@$(BIN)/python -m bench.stages
	@$(MAKE) --no-print-directory bench

clean: ## remove what was built here; the store and its keys stay
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info $(VENV)
	find hub schemas adapters conformance bench tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there: install Python 3.11 or newer, or say PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version) is too old: Yiwang needs 3.11 or newer; say PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) comes without venv: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/pyvenv.cfg pyproject.toml
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(CHECK): $(VENV)/pyvenv.cfg pyproject.toml
	@echo "installing into $(VENV), with what tests and checks need ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[check]'
	@touch $(RUN) $@

$(BENCH): $(CHECK)
	@echo "installing into $(VENV), with what the bench compares with ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[bench]'
	@touch $@
