# Two commands are enough: `make report` and `make test`.
# Values reach the recipes through the environment, never by pasting them into a command line,
# so spaces, quotes, ";" and "$" in a path are only characters.

# The set-up takes a tested Python by itself; one that is given must be the one that is used.
OWN_PYTHON := $(if $(value PYTHON),--this-python)
ifeq ($(OS),Windows_NT)
  PYTHON ?= python
  BIN := .venv/Scripts
else
  PYTHON ?= python3
  BIN := .venv/bin
endif
NAME ?= demo
# `value` keeps a "$" as the user typed it.
override NAME := $(value NAME)
override POSTS := $(value POSTS)
override VIDEOS := $(value VIDEOS)
override MAPPING := $(value MAPPING)
# Shells keep the width of the terminal in a variable of this name; that is not meant.
override NAMED := $(if $(findstring =,$(value COLUMNS))$(filter none,$(value COLUMNS)),$(value COLUMNS))
override PARAMS := $(value PARAMS)
override BY := $(value BY)
override POOL := $(value POOL)
override PYTHON := $(value PYTHON)
override TORCH := $(value TORCH)
override LIGHT := $(value LIGHT)
export NAME POSTS VIDEOS MAPPING NAMED PARAMS BY POOL PYTHON TORCH LIGHT
unexport COLUMNS
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help setup report pdf run lab serve test test-fast lint benchmark clean

help:
	@echo "make report                               the demo report, set-up included"
	@echo "make report TORCH=cpu                     the same, a quarter of the download: no CUDA"
	@echo "make report LIGHT=0                       without the light encoders, 0.2 GB less"
	@echo "make report NAME=alice POSTS=posts.csv VIDEOS=folder   your own account"
	@echo "make report NAME=agency POSTS=posts.csv BY=author      several creators: one report each"
	@echo "make report NAME=agency POSTS=posts.csv POOL=1         several creators: one report on all"
	@echo "make report NAME=alice POSTS=posts.csv COLUMNS=views=n_plays   which column is what"
	@echo "make pdf NAME=alice                       the same report as one file (Quarto 1.9 or newer)"
	@echo "make run | lab | serve                    without publishing | JupyterLab | show the sites"
	@echo "make test                                 all tests, set-up included"
	@echo "make test-fast                            those without a book, a browser or much patience"
	@echo "make clean                                remove what was generated and remembered, and nothing else; plans stay"

# Costs next to nothing where all is as it should be, so it is asked every time.
setup:
	@command -v "$$PYTHON" >/dev/null || { echo "There is no $$PYTHON here: install Python 3.11, 3.12 or 3.13, or say where it is: make report PYTHON=/path/to/python3.13" >&2; exit 1; }
	@"$$PYTHON" setup_env $(OWN_PYTHON) --torch "$$TORCH" --light "$$LIGHT"

report: setup
	@$(BIN)/virality report --name "$$NAME" --posts "$$POSTS" --videos "$$VIDEOS" --mapping "$$MAPPING" --columns="$$NAMED" --params "$$PARAMS" --by "$$BY" --pool="$$POOL"

pdf: report
	@$(BIN)/virality pdf --name "$$NAME"

run: setup
	@$(BIN)/virality run --name "$$NAME" --posts "$$POSTS" --videos "$$VIDEOS" --mapping "$$MAPPING" --columns="$$NAMED" --params "$$PARAMS" --pool="$$POOL"

lab: setup
	@$(BIN)/virality lab

serve: setup
	@$(BIN)/virality serve

test: setup lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile --max-worker-restart 0 tests lib README.md
	@$(BIN)/python -m pytest --nbmake notebooks

test-fast: setup
	@$(BIN)/python -m pytest -n 2 --dist loadfile --max-worker-restart 0 -m "not slow and not book" tests lib README.md

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

benchmark: setup
	@$(BIN)/python benchmarks/stages.py

clean:
	@PYTHONPATH=lib "$$PYTHON" -m virality.book.ownership
	@rm -rf .quarto .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@test ! -e .venv/pyvenv.cfg || rm -rf .venv
