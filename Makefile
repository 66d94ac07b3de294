# The commands of the README. Everything is set up on the first call and not done twice.
PRESET ?= release
FIXTURES ?= ../shared/reference/fixtures
DEVICE ?= cpu
IMAGES ?=
SET ?=
DEMO_DIR ?= out/demo
JOBS ?= $(shell nproc)
SHARE ?= 1
SECONDS ?= 60
LOCAL ?=
MINUTES ?= 10

export LOCAL ITPN_TORCH

ITPN := build/release/bin/itpn
SETUP := tools/setup.sh
# Bit-for-bit comparisons hold for one thread count and one instruction set: pin both for tests.
TEST_ENV := OMP_NUM_THREADS=2

.PHONY: help setup setup-tests build everything demo test check golden asan tsan faults fuzz soak format bench clean

help:
	@echo "make build [LOCAL=1]       build/release/bin/itpn, with everything it needs; LOCAL=1 installs nothing (.deps/)"
	@echo "make demo [IMAGES=DIR]     pre-train, reconstruct, fine-tune, evaluate, predict: some minutes (out/demo)"
	@echo "make test                  formatting, layers, unit, golden, integration and sanitizer tests"
	@echo "make golden [FIXTURES=DIR] [DEVICE=cuda] compare with the reference values"
	@echo "make asan                  torch-free libraries and parsers under sanitizers"
	@echo "make faults [SHARE=1]      inject faults: kills, power cuts, full disks, signals; SHARE of the full counts"
	@echo "make fuzz [SECONDS=60]     libFuzzer on every parser, SECONDS each"
	@echo "make soak [MINUTES=10]     train, save, kill, resume; memory, descriptors and threads must stay"
	@echo "make tsan                  loader, saver and other torch-free threads under ThreadSanitizer"
	@echo "make format                format the sources"
	@echo "make bench                 speed of the pre-training step"
	@echo "make clean                 delete build/ (.venv, .deps and out/ stay)"
	@echo "ITPN_TORCH=WHAT make ...   use that LibTorch: a Python, a virtual environment, a folder, or own (.venv)"

# What the program alone needs; LOCAL=1 installs nothing and unpacks below .deps/.
setup:
	@$(SETUP) packages build
	@$(SETUP) torch

# The library for tests and the formatter on top.
setup-tests:
	@$(SETUP) packages test
	@$(SETUP) torch
	@$(SETUP) formatter

build: setup
	@$(SETUP) build $(PRESET) itpn

# With the tests, which are as much to compile again.
everything: setup-tests
	@$(SETUP) build $(PRESET)

$(ITPN): build

demo: build
	@tools/demo.sh "$(DEMO_DIR)" "$(IMAGES)" $(SET)

check: setup-tests
	@tools/check_layers.py
	@tools/check_layers_test.py --quiet
	@tools/check_format.sh

# Warnings about missing shared data are skips inside the tests, never failures.
test: check everything
	@$(TEST_ENV) ctest --test-dir build/release --output-on-failure -j $(JOBS)
	@$(MAKE) --no-print-directory asan

golden: setup
	@$(SETUP) build $(PRESET) itpn_golden
	@build/release/bin/itpn_golden "$(FIXTURES)" --device "$(DEVICE)"

asan: setup-tests
	@$(SETUP) build asan
	@ctest --test-dir build/asan --output-on-failure -j $(JOBS)

faults: everything
	@tools/faults.sh $(SHARE)

fuzz: setup-tests
	@$(SETUP) packages fuzz
	@$(SETUP) build fuzz fuzzers
	@tools/fuzz.sh $(SECONDS)

soak: build
	@tools/soak.py $(MINUTES)

tsan: setup-tests
	@$(SETUP) build tsan
	@ctest --test-dir build/tsan --output-on-failure -j $(JOBS) -R 'itpn_(core|io|data|coco_eval)_test'

format: setup-tests
	@tools/check_format.sh --fix

bench: build
	@$(ITPN) benchmark pretrain --preset itpn-base --batch-size 8 --precision bf16

clean:
	rm -rf build
