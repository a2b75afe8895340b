#!/usr/bin/env bash
# Fails when a C++ source is not formatted as .clang-format says; `make format` mends it.
set -euo pipefail
cd "$(dirname "$0")/.."
find model sim testbench ppa \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 clang-format --dry-run -Werror
