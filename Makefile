# Every target does its own set-up: a fresh clone needs only python3, git and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# An environment of its own: what it brings would get into the way of ours.
PEERS  := .venv-peers
# Another: gigabytes that only the networks of examples/ and what records them need.
FRAMEWORKS := .venv-frameworks
OUT    ?= build/gpu

.PHONY: help venv report test test-frameworks check gate bench gate-study gate-mutations gpu clean
help:
	@echo "make report   probe this machine, analyse examples/, print the advice"
	@echo "make test     run the tests"
	@echo "make test-frameworks  the tests that need PyTorch or TensorFlow"
	@echo "make check    ruff, strict type checking, layer rules"
	@echo "make gate     judge examples/ and probes/ by the committed baseline; GATE=--update agrees to changes"
	@echo "make bench    measure the tool itself"
	@echo "make gate-study  how often the gate is wrong about times (three minutes)"
	@echo "make gate-mutations  which slower kernels the gate without a GPU catches (six minutes)"
	@echo "make gpu      on a machine with a GPU: GPU tests, probes and recordings into \$$OUT"
	@echo "make venv     only the set-up"

venv: $(STAMP)

$(STAMP): pyproject.toml tools/cuda_extra.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[compile,nvcc$$($(PYTHON) tools/cuda_extra.py)]" --group dev
	@touch $@

report: venv
	@mkdir -p build
	$(BIN)/gpuadvisor probe --quick --output build/machine.json
	$(BIN)/gpuadvisor analyze examples --quiet --output build/kernels.json
	$(BIN)/gpuadvisor report build/machine.json build/kernels.json

test: venv
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

# A process for each framework, a thread for each process, so that they do not get in each other's way.
test-frameworks: $(FRAMEWORKS)/.installed
	OMP_NUM_THREADS=1 TF_CPP_MIN_LOG_LEVEL=3 $(FRAMEWORKS)/bin/python -m pytest \
		--numprocesses 2 --dist loadfile tests/networks tests/live/frameworks tests/examples/frameworks

$(FRAMEWORKS)/.installed: pyproject.toml
	$(PYTHON) -m venv $(FRAMEWORKS)
	$(FRAMEWORKS)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(FRAMEWORKS)/bin/python -m pip install --quiet --no-compile --editable . --group frameworks
	@touch $@

check: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

gate: venv
	PATH="$$($(BIN)/python -m tools.wheel_nvcc):$$PATH" $(BIN)/gpuadvisor gate $(GATE)

# The peers are optional: where one cannot be had, a line says so.
bench: venv
	-$(BIN)/python -m pip install --quiet --group bench
	-$(MAKE) --silent $(PEERS)/.installed
	$(BIN)/python -m benchmarks

$(PEERS)/.installed:
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet HolisticTraceAnalysis==0.5.0
	@touch $@

gate-study: venv
	$(BIN)/python -m studies.gate_noise

gate-mutations: venv
	$(BIN)/python -m studies.gate_mutations

# GPU_PYTHON=python3 takes an interpreter that has what it needs already, where nothing can be installed.
GPU_PYTHON ?= $(BIN)/python
gpu: $(if $(filter $(BIN)/python,$(GPU_PYTHON)),venv)
	$(GPU_PYTHON) -m tools.record_gpu --output $(OUT) $(addprefix --step ,$(STEPS))

clean:
	rm -rf $(VENV) $(PEERS) $(FRAMEWORKS) build dist
