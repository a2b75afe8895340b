#!/usr/bin/env bash
# Runs clang-tidy with the repository's .clang-tidy over the C++ sources of model and sim:
#   scripts/run_clang_tidy.sh BUILD_FOLDER   (the folder with compile_commands.json)
set -euo pipefail
cd "$(dirname "$0")/.."
# GCC's precompiled headers are not Clang's: the commands must not name them.
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
sed -E 's|-include [^ ]*/cmake_pch\.hxx ||g' "$1/compile_commands.json" >"$database/compile_commands.json"
find model/src sim/src sim/cli testbench/verify testbench/scoreboard -name '*.cpp' -print0 |
  xargs -0 -P "$(nproc)" -n 3 clang-tidy -p "$database" --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option
