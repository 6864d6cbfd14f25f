# Two commands matter: `make run` and `make test`. Everything they need is set up on the way.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PORT ?= 8000
# Where the databases differ: locks, walls, triggers, sealed columns, text of SQL of our own. `make test-all` runs all.
DIFFER := tests/access tests/audit tests/duty tests/referral tests/registers tests/retention tests/vault tests/workflow
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal -q

.PHONY: run test test-all check bench format lock clean help
help:            ## this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

# --- set-up: each stamp is made once and again when its lock file changes
.stamps/venv:
	@$(PYTHON) tools/bootstrap.py venv
	@mkdir -p .stamps && touch $@
.stamps/runtime: requirements/runtime.lock | .stamps/venv
	@$(PYTHON) tools/bootstrap.py install runtime
	@touch $@
.stamps/dev: requirements/dev.lock | .stamps/venv
	@$(PYTHON) tools/bootstrap.py install dev
	@touch $@ .stamps/runtime
.stamps/bench: requirements/bench.lock .stamps/dev
	@$(PYTHON) tools/bootstrap.py install bench
	@touch $@
.stamps/spark: requirements/spark.lock .stamps/dev
	@$(PYTHON) tools/bootstrap.py java
	@$(PYTHON) tools/bootstrap.py install spark
	@touch $@
.stamps/browser: .stamps/dev
	@$(BIN)/python tools/bootstrap.py browser
	@touch $@

run: .stamps/runtime  ## start OpenNRM with demonstration data on 127.0.0.1:8000
	@$(BIN)/python -m opennrm demo --serve --port $(PORT)

test: .stamps/dev .stamps/browser  ## all tests on SQLite, where databases differ on PostgreSQL too, main browser journeys
	$(PYTEST) -m "not long and not spark"
	OPENNRM_TEST_DATABASE=postgresql $(PYTEST) -m "both and not long" $(DIFFER) --deselect tests/access/test_matrix.py

test-all: .stamps/dev .stamps/browser .stamps/spark  ## everything on both databases, crash rounds, Spark, long properties
	$(PYTEST)
	OPENNRM_TEST_DATABASE=postgresql $(PYTEST) --ignore=tests/statistics --ignore=tests/kernel

check: .stamps/dev  ## style, types, import contracts, migrations, profile, stale documents
	$(BIN)/python tools/check.py

bench: .stamps/bench  ## ratios against a named peer or limit, in one run
	$(BIN)/python -m bench

format: .stamps/dev
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

lock:  ## resolve requirements/*.in again (needs uv)
	for name in runtime dev bench spark; do uv pip compile -q --generate-hashes --python-version 3.11 --no-header requirements/$$name.in -o requirements/$$name.lock; done

clean:
	rm -rf .venv .stamps .mypy_cache .ruff_cache .pytest_cache .import_linter_cache var build tests/output
