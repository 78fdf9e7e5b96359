# Everything runs inside .venv, made once from the pinned list in constraints.txt.
# PYTHON picks the interpreter: make demo PYTHON=python3.12
PYTHON ?= python3
# EXTRAS=dev,browser also looks at the rendered pages in Chromium.
EXTRAS ?= dev
BIN := .venv/bin
FORCES := northshire carrowdale saltmere

.PHONY: help setup demo test check bench lab clean

help:
	@echo "make demo   set up, inspect the three fictional forces, print the paths of their reports"
	@echo "make test   set up, check style and types, run every test"
	@echo "make bench  set up, sample an extract of ten million notes, time the coder; takes minutes and 2 GB"
	@echo "make lab    set up, open the notebooks in JupyterLab"
	@echo "make clean  remove evidence, rendered pages and caches (never your texts or parameters)"

setup: .venv/installed .venv/reader

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed; this is " + sys.version.split()[0] + ". Try: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$(EXTRAS)]"
	touch $@

# The second reader of notes learns from the coded corpora, once: some minutes, and about 2.5 GB of memory.
.venv/reader: .venv/installed $(wildcard nlp/corpus/*/*.jsonl nlp/reader/*.py) nlp/scan.py nlp/units.py
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

lab: setup
	$(BIN)/jupyter lab --config=inspections/jupyter_server_config.py inspections

clean:
	rm -rf evidence _site reports/*/_generated reports/*/_metadata.yml
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
