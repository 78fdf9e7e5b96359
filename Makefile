# Everything runs inside .venv, made once from the lists in requirements*.txt: pinned, with a hash a file.
# PYTHON picks the interpreter: make demo PYTHON=python3.12
PYTHON ?= python3
# EXTRAS=second-look also installs Presidio, which looks through extracts where it is installed.
EXTRAS ?=
# WHEELHOUSE=<folder> sets up without a network, from what `make wheelhouse` put there.
WHEELHOUSE ?=
UV ?= uv
BIN := .venv/bin
FORCES := northshire carrowdale saltmere
LISTS := requirements.txt $(EXTRAS:%=requirements-%.txt)
# One mark for each choice of EXTRAS, so that a later choice is installed, too.
INSTALLED := .venv/installed$(EXTRAS:%=-%)
PIP := $(BIN)/python -m pip
FROM := $(if $(WHEELHOUSE),--no-index --find-links $(WHEELHOUSE))

.PHONY: help setup demo test check bench lab clean lock wheelhouse offline-check audit-packages

help:
	@echo "make setup  install everything into .venv and train the second reader, once"
	@echo "make demo   set up, inspect the three fictional forces, print the paths of their reports"
	@echo "make check  set up, check style and types"
	@echo "make test   the same, and run every test"
	@echo "make bench  set up, sample an extract of ten million notes, time the coder and the audit; takes minutes and 2 GB"
	@echo "make lab    set up, open the notebooks in JupyterLab"
	@echo "make wheelhouse      fetch every package, for a machine without a network; README.md says how it goes on"
	@echo "make offline-check   set up a copy from there, cut off from the network where the system can"
	@echo "make audit-packages  look for known weaknesses in the packages; needs a network"
	@echo "make clean  remove evidence, rendered pages and caches (never your texts or parameters)"

setup: $(INSTALLED) .venv/reader

$(INSTALLED): pyproject.toml $(LISTS)
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed; this is " + sys.version.split()[0] + ". Try: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet $(FROM) --require-hashes $(LISTS:%=--requirement %)
	$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	touch $@

# The second reader of notes learns from the coded corpora, once: some minutes, and about 2.5 GB of memory.
.venv/reader: $(INSTALLED) $(wildcard nlp/corpus/*/*.jsonl nlp/reader/*.py) nlp/scan.py nlp/units.py
	$(BIN)/inspection reader train
	touch $@

demo: setup
	$(BIN)/inspection run $(FORCES:%=parameters/%.yml)
	$(BIN)/inspection report $(FORCES)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check
	$(BIN)/pytest -n auto --dist loadscope

bench: setup
	$(BIN)/python tests/benchmarks/extract_of_ten_million_notes.py
	$(BIN)/python tests/benchmarks/coder_speed.py
	$(BIN)/python tests/benchmarks/audit_of_rules.py

lab: setup
	$(BIN)/jupyter lab --config=inspections/jupyter_server_config.py inspections

# Pins stay as they are where they can; UV_PIP=--upgrade, or --upgrade-package NAME, moves them.
OF_UV = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url $(UV_PIP) pyproject.toml

lock:
	$(OF_UV) --extra dev --output-file requirements.txt
	$(OF_UV) --extra second-look --constraint requirements.txt --output-file requirements-second-look.txt \
		$$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.txt)

wheelhouse: $(INSTALLED)
	$(PIP) download --quiet --require-hashes $(LISTS:%=--requirement %) --dest wheelhouse

# In a copy, with no way to any network where the system can take it away.
offline-check: wheelhouse
	rm -rf .offline && git clone --quiet . .offline
	cp nlp/reader/weights.npz .offline/nlp/reader/ 2>/dev/null || true
	$(shell unshare --map-root-user --net true 2>/dev/null && echo unshare --map-root-user --net) \
		$(MAKE) -C .offline $(INSTALLED) EXTRAS=$(EXTRAS) WHEELHOUSE=$(CURDIR)/wheelhouse
	.offline/.venv/bin/inspection check .offline/parameters/saltmere.yml
	rm -rf .offline

audit-packages: $(INSTALLED)
	$(BIN)/pip-audit --strict --disable-pip --require-hashes $(patsubst %,--requirement %,$(wildcard requirements*.txt))

clean:
	rm -rf evidence _site reports/*/_generated reports/*/_metadata.yml
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
