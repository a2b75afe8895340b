#!/usr/bin/env bash
# Calibrates the default codebooks (6-bit codewords, every Nc and Lb) on the layers of the embedded model:
#   scripts/make_default_codebooks.sh [BCQ]
set -euo pipefail
cd "$(dirname "$0")/.."
bcq=${1:-build/release/bin/bcq}
out=traces/codebooks
mkdir -p "$out"
for nc in 1 2 4 8 16; do
  for lb in 1 2 4 8 16 32 64; do
    "$bcq" calibrate traces/layers/*.safetensors --nc "$nc" --lb "$lb" --la 64 --seed 1 \
      -o "$out/nc${nc}_lb${lb}.safetensors" | tail -n 1
  done
done
