# The two commands that do everything, and those that developers need beside them.
BUILD  := build/release
BCQ    := $(BUILD)/bin/bcq
LAYER  := traces/layers/kjv.blk0.ffn_down.safetensors
GATE_LAYER := traces/layers/kjv.blk0.attn_q.safetensors
BASELINES := int8 int6 int4 nvfp4 mxfp4 fp8_exact fp8_fp32
ARRAY_BENCH := python3 testbench/rtl/icarus/run_array.py --generator $(BUILD)/bin/make_case
JOBS   := $(shell nproc)

.PHONY: help demo test build programs configure deps format tidy prove gate bench baselines mutation coverage pages codebooks clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

demo: programs ## run a layer of the embedded model on the machine and on the RTL and print the reports
	$(BCQ) simulate $(LAYER) --arch default
	$(BCQ) verify $(LAYER) --arch default --memory

test: build ## build and run all tests
	ctest --preset release -j $(JOBS)

build: configure ## compile everything, tests included
	cmake --build --preset release -j $(JOBS)

programs: configure ## compile the programs bcq, bcq-verify and make_case
	cmake --build --preset release -j $(JOBS) --target bcq bcq-verify make_case

configure: deps
	cmake --preset release

deps: ## install what is missing (Debian 12 packages; asks sudo for it when needed)
	@scripts/install_deps.sh

format: ## format the C++ sources in place
	find model sim testbench ppa -name '*.cpp' -o -name '*.hpp' | xargs clang-format -i

tidy: build ## run clang-tidy over the C++ sources
	scripts/run_clang_tidy.sh $(BUILD)

prove: deps ## prove all properties of the RTL, and that each proof can fail (about half an hour)
	testbench/proofs/prove.py --all --jobs $(JOBS)
	testbench/proofs/prove.py --check-can-fail --jobs $(JOBS)

gate: configure ## map a 4 x 4 array and an encoder to standard cells and run their tests on them (minutes)
	cmake --build --preset release -j $(JOBS) --target make_case
	cmake --build --preset release -j $(JOBS) --target gate_units
	$(ARRAY_BENCH) testbench/rtl/icarus/gates_layer.toml \
	  --layer $(GATE_LAYER) 16 16 --gates full --work $(BUILD)/gate

baselines: configure ## multiply a whole layer on the arrays of other number formats, and run them on standard cells (minutes)
	cmake --build --preset release -j $(JOBS) --target make_case
	set -e; for format in $(BASELINES); do echo $$format; \
	  $(ARRAY_BENCH) testbench/rtl/icarus/baseline_layer.toml --format $$format --simulator verilator \
	    --layer $(LAYER) 64 256 --work $(BUILD)/baselines/$$format.layer; \
	  $(ARRAY_BENCH) testbench/rtl/icarus/gates_baseline.toml --format $$format --gates full \
	    --work $(BUILD)/baselines/$$format.gates; \
	done

bench: build ## measure the speed of golden model, array model and machine
	cmake --build --preset release --target model_bench sim_bench machine_bench
	$(BUILD)/bin/model_bench
	$(BUILD)/bin/sim_bench
	$(BUILD)/bin/machine_bench

coverage: build ## line, toggle and user coverage of the RTL: docs/results/coverage.md
	cmake -S . -B build/coverage -G Ninja -D CMAKE_BUILD_TYPE=Release -D BCQ_COVERAGE=ON
	cmake --build build/coverage --target rtl_tests
	testbench/coverage/coverage.py --tests build/coverage/bin/rtl_tests --bcq $(BCQ) --cache build/coverage/arrays

mutation: build ## inject faults into the RTL's units and count what their tests catch: docs/results/mutation.md
	cmake --build --preset release --target mutation

pages: ## bring the pages and drawings of docs/rtl up to date with rtl/
	scripts/make_module_pages.py

codebooks: programs ## calibrate the default codebooks again from the embedded model's layers
	scripts/make_default_codebooks.sh $(BCQ)

clean: ## remove what was built
	rm -rf build
