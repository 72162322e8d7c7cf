# Everything a person does with qm. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_DIR ?= .demo
# Test processes beside each other: every core, but each takes a gigabyte. JOBS=0 runs all in one.
JOBS ?= logical --maxprocesses=4
.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo run test lint format bench docs lock messages clean-demo

help: ## List what can be done
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "缺少 venv / venv is missing: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-test: requirements-test.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.installed

setup: $(VENV)/.installed ## Install qm with the speech weights into .venv, at locked versions

setup-test: $(VENV)/.installed-test ## Install the test tools too

demo: setup ## Load the samples, hear them, open the site on http://127.0.0.1:8600
	QM_DATA_DIR=$(DEMO_DIR) $(BIN)/qm demo

run: setup ## Serve the installation that the QM_ settings name
	$(BIN)/qm serve

test: setup-test ## Run every test that this machine can run; what is missing is named
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: setup-test ## Style, types, import contracts, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

format: setup-test ## Put the code into the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-test ## Measure the road, the hearing and the judgement on the samples
	$(BIN)/qm bench pipeline samples
	$(BIN)/qm bench hearing samples --phrases samples/phrases.txt --against faster-whisper
	$(BIN)/qm bench judgement samples

docs: setup-test ## Write the generated pages of docs anew
	$(BIN)/python -m qm.core.settings_page > docs/settings.md
	$(BIN)/python -m qm.app.permissions_page > docs/permissions.md

messages: setup-test ## Collect the texts of templates and code into the English catalogue
	$(BIN)/pybabel extract --sort-by-file --no-wrap --no-location -F babel.cfg -o .messages.pot .
	$(BIN)/pybabel update --no-wrap --no-fuzzy-matching -i .messages.pot -d qm/translations -l en
	@rm -f .messages.pot

lock: setup-test ## Pin every version with its hashes
	scripts/lock

clean-demo: ## Remove the demonstration's data
	rm -rf $(DEMO_DIR)
