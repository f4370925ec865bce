# One command each; every target sets up what it needs in .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DATA   ?= ../shared/data
RUNS   ?= runs
READY  := $(VENV)/.ready
DEV    := $(VENV)/.dev
PIP     = $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
SOURCE  = $(DATA)/nmrshiftdb2withsignals.sd.gz
MOLECULES = $(DATA)/nmrshiftdb2_structures.smi.gz
# exit code 1: some structures hold no carbon and were left out
SOME_FAILED = [ $$? -eq 1 ]
BLOCK   = --data $(RUNS)/prepared --paper-ids $(DATA)/km3aid_ids.csv

.PHONY: help demo test cluster-test check bench scaling train calibrate evaluate clean

help:  ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	$(PIP) -e .
	@touch $@

$(DEV): $(READY)
	$(PIP) -e '.[dev]'
	@touch $@

demo: $(READY)  ## Assign, rank, search and predict well-known compounds; writes demo/*.html
	@BIN=$(BIN) sh examples/demo.sh

test: $(DEV)  ## Run the tests
	$(BIN)/python -m pytest

cluster-test: $(DEV)  ## Test builds and searches on a Ray cluster of local nodes, some of which die
	$(BIN)/python -m pytest -m cluster

check: $(DEV)  ## Format, lint, types, import rule and tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

$(RUNS)/prepared/meta.json: | $(DEV)
	$(BIN)/km3aid data prepare $(SOURCE) -o $(RUNS)/prepared

$(RUNS)/library/library.json: $(wildcard src/km3aid/weights/*.safetensors) | $(DEV)
	$(BIN)/km3aid library build $(MOLECULES) $(RUNS)/library || $(SOME_FAILED)

bench: $(DEV) $(RUNS)/prepared/meta.json $(RUNS)/library/library.json  ## Measure the hot paths; writes results/bench.json
	$(BIN)/python benchmarks/bench.py --data $(RUNS)/prepared --structures $(MOLECULES) --library $(RUNS)/library \
	  --out results/bench.json

ROWS ?= 10000 100000
scaling: $(DEV)  ## Measure ROWS (10000 100000) on one machine and on Ray nodes; writes results/cluster.json, docs/scaling.md
	$(BIN)/python benchmarks/cluster.py --structures $(DATA)/library.smi.gz --rows $(ROWS) --out results/cluster.json
	$(BIN)/python benchmarks/scaling.py

train: $(DEV) $(RUNS)/prepared/meta.json  ## Train preset best without fold 0 (an hour or two; goes on where it stopped)
	$(BIN)/km3aid train $(BLOCK) --preset best -o $(RUNS)/best --resume

calibrate: $(DEV) $(RUNS)/prepared/meta.json  ## Fit the constants of matching; writes the bundled model
	$(BIN)/km3aid library build $(MOLECULES) $(RUNS)/library --model $(RUNS)/best/model.safetensors || $(SOME_FAILED)
	$(BIN)/km3aid evaluate calibrate $(BLOCK) --model $(RUNS)/best/model.safetensors --library $(RUNS)/library \
	  --weights src/km3aid/weights/best.safetensors --out results/calibration.json

evaluate: $(DEV) $(RUNS)/prepared/meta.json $(RUNS)/library/library.json  ## Measure the bundled model on fold 0; writes results/*.json
	for task in validation assignment isomers; do \
	  $(BIN)/km3aid evaluate $$task $(BLOCK) --out results/$$task.json || exit 1; done
	$(BIN)/km3aid evaluate retrieval $(BLOCK) --library $(RUNS)/library --out results/retrieval.json
	$(BIN)/python benchmarks/figures.py

clean:  ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache demo
