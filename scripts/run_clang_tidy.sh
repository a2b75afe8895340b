#!/usr/bin/env bash
# Runs clang-tidy with the repository's .clang-tidy over the C++ sources of model and sim:
#   scripts/run_clang_tidy.sh BUILD_FOLDER   (the folder with compile_commands.json)
set -euo pipefail
cd "$(dirname "$0")/.."
find model/src sim/src sim/cli testbench/verify testbench/scoreboard -name '*.cpp' -print0 |
  xargs -0 -P "$(nproc)" -n 3 clang-tidy -p "$1" --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option
