#!/usr/bin/env bash
# Writes docs/results: the formats and the parameters of LO-BCQ, measured on the layers of the embedded model:
#   scripts/make_format_tables.sh [BCQ]
set -euo pipefail
cd "$(dirname "$0")/.."
bcq=${1:-build/release/bin/bcq}
out=docs/results
layers=(traces/layers/*.safetensors)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# page NAME TITLE TEXT OPTION...: a page with the tables and the picture of `bcq compare`.
page() {
  local name=$1 title=$2 text=$3
  shift 3
  "$bcq" compare "${layers[@]}" "$@" --markdown "$work/tables.md" --svg "$out/$name.svg" >"$work/report"
  {
    printf '# %s\n\n%s\n\n' "$title" "$text"
    printf 'Made by `scripts/make_format_tables.sh`, which runs `%s`;\n' \
      "bcq compare traces/layers/*.safetensors${*:+ $*}"
    printf '[compare.md](../compare.md) says how to read it.\n\n![%s](%s.svg)\n\n' "$title" "$name"
    cat "$work/tables.md"
  } >"$work/page.md"
  mv "$work/page.md" "$out/$name.md"
  echo "$out/$name.md"
}

page formats "The formats on the embedded model's layers" \
  "Every format of \`bcq formats\` with its default parameters, weights and activations quantized."
page sweep "LO-BCQ over its parameters" \
  "Codebooks calibrated on all tensors together." --sweep --restarts 8
page sweep_local "LO-BCQ over its parameters, local codebooks" \
  "Codebooks calibrated on every tensor by itself." --sweep --local
