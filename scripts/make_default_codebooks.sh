#!/usr/bin/env bash
# Calibrates the universal codebooks (6-bit codewords, every Nc and Lb) on the layers of the embedded model:
#   scripts/make_default_codebooks.sh [BCQ]
# Mixture and weighting are those that docs/formats/bcq.md compares.
set -euo pipefail
cd "$(dirname "$0")/.."
bcq=${1:-build/release/bin/bcq}
out=traces/codebooks
mkdir -p "$out"
for nc in 1 2 4 8 16; do
  for lb in 1 2 4 8 16 32 64; do
    "$bcq" calibrate traces/layers/*.safetensors --nc "$nc" --lb "$lb" --la 64 --seed 1 --restarts 8 --max-blocks 100000 \
      -o "$out/nc${nc}_lb${lb}.safetensors" | grep '^error'
  done
done
