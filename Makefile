# Everything a developer runs; `make` alone prints this list.
PYTHON ?= python3
RUN := .venv/run
DEV := .venv/dev
ARTICLE := seeds/documents/000_5d385f9b28c48f61.txt
RECIPE ?= minilm-l6
OUT ?= build/model
EVALUATE ?=

.PHONY: help setup demo test lint types train evaluate audit bench wheel-test clean FORCE

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV)/ready  ## the environment for tests and training (with torch)

demo: $(RUN)/ready  ## label the source article with the shipped model, in an environment without torch
	$(RUN)/bin/wirestance --probabilities $(ARTICLE)

test: $(DEV)/ready  ## the tests, a file at a time on every core
	$(DEV)/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: $(DEV)/ready  ## ruff: rules and format
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .

types: $(DEV)/ready  ## mypy, strict
	$(DEV)/bin/mypy

train: $(DEV)/ready  ## make a model from the seeds: RECIPE=minilm-l6 OUT=build/model EVALUATE="files"
	$(DEV)/bin/python -m wirestance.training train --recipe $(RECIPE) --out $(OUT) $(EVALUATE:%=--evaluate %)

evaluate: $(DEV)/ready  ## every figure of the shipped model: EVALUATE="labelled files" for more than the held-out part
	$(DEV)/bin/python -m wirestance.training evaluate $(EVALUATE)

audit: $(DEV)/ready  ## is the shipped model even-handed? EVALUATE="files of statements"
	$(DEV)/bin/python -m wirestance.training audit $(EVALUATE)

bench: $(DEV)/ready  ## speed and memory, beside transformers and plain ONNX Runtime
	$(DEV)/bin/python -m wirestance.training bench

wheel-test: $(DEV)/ready  ## build the wheel, install it alone, use it
	rm -rf build/wheel && mkdir -p build/wheel
	$(PYTHON) -m venv build/wheel/venv
	$(DEV)/bin/python -m pip wheel --quiet --no-deps --wheel-dir build/wheel .
	build/wheel/venv/bin/pip install --quiet --constraint constraints.txt build/wheel/*.whl
	cd build/wheel && venv/bin/wirestance "Azerbaijani forces repelled an attack."

clean:  ## remove environments and everything built, with build/model: what `make train` made in an hour
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

FIND_SOURCES := find model training inference configs seeds -type f ! -path '*/__pycache__*' | sort
SOURCES := $(shell $(FIND_SOURCES))

# The environment of a target, unless it is there.
define environment
@test -x $(@D)/bin/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
  "wirestance needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + ": try make PYTHON=python3.12")'
test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
endef

# A strict editable install links file by file: it is made again when a file is added or removed, not when one is edited.
$(DEV)/ready: pyproject.toml constraints.txt .venv/files
	$(environment)
	$(DEV)/bin/pip install --quiet --constraint constraints.txt --editable '.[train,dev]'
	touch $@

$(RUN)/ready: pyproject.toml constraints.txt .venv/files $(SOURCES)
	$(environment)
	$(RUN)/bin/pip install --quiet --constraint constraints.txt .
	touch $@

# The list of the sources, written only where it has changed; `+`, so that `make -n` knows whether it has.
.venv/files: FORCE
	@+mkdir -p $(@D)
	@+$(FIND_SOURCES) | cmp -s - $@ || $(FIND_SOURCES) > $@
