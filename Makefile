# Two commands are enough: `make report` and `make test`.
# Values reach the recipes through the environment, never by pasting them into a command line,
# so spaces, quotes, ";" and "$" in a path are only characters.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NAME ?= demo
# `value` keeps a "$" as the user typed it.
override NAME := $(value NAME)
override POSTS := $(value POSTS)
override VIDEOS := $(value VIDEOS)
override MAPPING := $(value MAPPING)
override PARAMS := $(value PARAMS)
override BY := $(value BY)
override POOL := $(value POOL)
export NAME POSTS VIDEOS MAPPING PARAMS BY POOL
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help setup report run lab serve test lint benchmark clean

help:
	@echo "make report                               the demo report, set-up included"
	@echo "make report NAME=alice POSTS=posts.csv VIDEOS=folder   your own account"
	@echo "make report NAME=agency POSTS=posts.csv BY=author      several creators: one report each"
	@echo "make report NAME=agency POSTS=posts.csv POOL=1         several creators: one report on all"
	@echo "make run | lab | serve                    without publishing | JupyterLab | show the sites"
	@echo "make test                                 all tests, set-up included"
	@echo "make clean                                remove what was generated and remembered, and nothing else"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt requirements-quarto.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this one is " + sys.version.split()[0])'
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "Installing what requirements.txt pins (a few minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -m virality.book.quarto
	@if git rev-parse --git-dir >/dev/null 2>&1; then $(BIN)/python -m virality.book.strip; fi
	@touch $@

report: setup
	@$(BIN)/virality report --name "$$NAME" --posts "$$POSTS" --videos "$$VIDEOS" --mapping "$$MAPPING" --params "$$PARAMS" --by "$$BY" --pool="$$POOL"

run: setup
	@$(BIN)/virality run --name "$$NAME" --posts "$$POSTS" --videos "$$VIDEOS" --mapping "$$MAPPING" --params "$$PARAMS" --pool="$$POOL"

lab: setup
	@$(BIN)/virality lab

serve: setup
	@$(BIN)/virality serve

test: setup lint
	@$(BIN)/python -m pytest tests
	@$(BIN)/python -m pytest --nbmake notebooks

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

benchmark: setup
	@$(BIN)/python benchmarks/stages.py

clean:
	@PYTHONPATH=lib "$(PYTHON)" -m virality.book.clean
	@rm -rf .quarto .pytest_cache .ruff_cache .hypothesis
	@test ! -e $(VENV)/pyvenv.cfg || rm -rf $(VENV)
