# Everything runs in .venv, which follows requirements.lock.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check env browser bench mutants lock clean

demo: .venv/ready
	$(BIN)/tinyodl reproduce --quick --report build/report.html

test: .venv/ready browser
	$(BIN)/python -m pytest

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

env: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

# The report's test opens it in a real browser; Debian's package is the only one that is there on every machine.
browser:
	@command -v chromium >/dev/null || tools/install_browser

bench: .venv/ready
	$(BIN)/python bench/bench.py build/bench.json

# A sample over the files that decide something; another one with SEED=1.
SEED ?= 0
mutants: .venv/ready
	$(BIN)/python tools/mutants.py --sample 120 --seed $(SEED)

# Needs uv; the lock covers every extra and tool, with hashes.
lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 --all-extras --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build dist
