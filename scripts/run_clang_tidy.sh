#!/usr/bin/env bash
# Runs clang-tidy with the repository's .clang-tidy over every C++ source that the build compiles:
#   scripts/run_clang_tidy.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files 'model/*.cpp' 'sim/*.cpp' 'testbench/scoreboard/*.cpp' 'testbench/verify/*.cpp' |
  xargs -P "$(nproc)" -n 2 clang-tidy -p "$1" --quiet --warnings-as-errors='*'
