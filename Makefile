# Everything runs in .venv, which follows requirements.lock.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo demo-board test check env browser setup-firmware firmware-test setup-hardware hardware-report hardware-figures hardware-test hardware-proofs hardware-mutants hardware-coverage bench fuzz mutants lock clean

demo: .venv/ready
	@echo "The experiment on the embedded recordings, quick:"
	@$(BIN)/tinyodl reproduce --quick --report build/report.html
	@echo
	@$(BIN)/tinyodl demo

test: .venv/ready browser
	$(BIN)/python -m pytest

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

env: .venv/ready

# Warnings of pip, which are about indexes of this machine, are not shown; its errors are.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

.venv/ready: requirements.lock pyproject.toml
	@echo "Set-up, 1 of 3: a virtual environment in .venv"
	@$(PYTHON) -m venv .venv
	@echo "Set-up, 2 of 3: the packages of requirements.lock, some minutes"
	@$(PIP) --require-hashes -r requirements.lock
	@echo "Set-up, 3 of 3: tinyodl itself, and compiling what it computes with"
	@$(PIP) --no-build-isolation --no-deps --editable .
	@$(BIN)/tinyodl demo >/dev/null
	@touch $@

# The report's test opens it in a real browser; Debian's package is the only one that is there on every machine.
browser:
	@command -v chromium >/dev/null || tools/install_debian "the report's test" chromium

# Cross compilers, emulated boards, a fuzzer and a checker of C: what `make test` can do without.
FIRMWARE := gcc-arm-none-eabi libnewlib-arm-none-eabi gcc-riscv64-unknown-elf qemu-system-arm qemu-system-misc clang cppcheck
setup-firmware:
	@tools/install_debian "the boards" $(FIRMWARE)

# The core's, which `make hardware-test` runs.
HARDWARE_TESTS := $(addprefix tests/test_,rtl.py rtl_compiler.py rtl_lives.py rtl_proofs.py hardware.py axi.py driver.py fpga.py reference.py core_drawn.py)

# The long tests but those of the core: 100,000 steps on this machine, 2,000 on each of five boards, to
# the bit; a run that is killed 200 times; the wheel in an environment of its own. Half an hour.
firmware-test: .venv/ready
	$(BIN)/python -m pytest -m long $(filter-out $(HARDWARE_TESTS),$(wildcard tests/test_*.py))

# Timing and power; Verilator's compiler. All else comes from pip.
setup-hardware:
	@tools/install_debian "the core's figures" opensta g++ make perl

# The core in 45 nm, every preset, the published one too; tiny in FPGAs: minutes each.
PRESETS ?= tiny n128-sign n128 n256-sign reference
FPGAS ?= ecp5-25k up5k
hardware-report: .venv/ready
	$(BIN)/tinyodl hardware report $(addprefix --preset ,$(PRESETS)) $(addprefix --fpga ,$(FPGAS)) \
		--json build/hardware.json --report build/hardware.html --picture build/hardware.svg

# The core's diagram, schedule and words, out of the design.
hardware-figures: .venv/ready
	$(BIN)/tinyodl hardware draw docs

# All tests of the core, those that take minutes too: a quarter of an hour and more.
hardware-test: .venv/ready
	$(BIN)/python -m pytest -m "long or not long" $(HARDWARE_TESTS)

# Statements about the core that hold for every input, of every preset: minutes.
hardware-proofs: .venv/ready
	$(BIN)/python -m pytest -m "long or not long" tests/test_rtl_proofs.py

# The core, broken on purpose: golden vectors must notice. Ten minutes and more.
hardware-mutants: .venv/ready
	$(BIN)/python tools/hardware_mutants.py

# What those vectors reach of the core, and what not: some minutes.
hardware-coverage: .venv/ready
	$(BIN)/python tools/hardware_coverage.py

# A new wearer on an emulated Cortex-M4, at the speed of life: SPEED=20 is faster, PERSON=5 another.
SPEED ?= 1
PERSON ?= 16
demo-board: .venv/ready
	@$(BIN)/python tools/demo_board.py --speed $(SPEED) --person $(PERSON)

bench: .venv/ready
	$(BIN)/python bench/bench.py build/bench.json

# Ten minutes of damaged images and odd readings against the C library.
SECONDS ?= 600
fuzz: .venv/ready
	$(BIN)/python tools/fuzz.py $(SECONDS)

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
