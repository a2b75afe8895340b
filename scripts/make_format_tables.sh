#!/usr/bin/env bash
# Writes docs/results: the formats and the parameters of LO-BCQ, measured on the layers of the embedded model:
#   scripts/make_format_tables.sh [BCQ [LAYER...]]
# With LAYERs of other models, writes formats_unseen and sweep_unseen for them too; the universal codebooks have not seen them.
set -euo pipefail
cd "$(dirname "$0")/.."
bcq=${1:-build/release/bin/bcq}
shift || true
out=docs/results
embedded=(traces/layers/*.safetensors)
unseen=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
# Half an hour on two cores with the defaults; more starts on fewer blocks show the trends as well.
sweep=(--sweep --max-blocks 20000 --restarts 4)

# page NAME TITLE TEXT OPTION... -- LAYER...: a page with the tables and the picture of `bcq compare`.
page() {
  local name=$1 title=$2 text=$3 options=()
  shift 3
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  "$bcq" compare "$@" "${options[@]}" --markdown "$work/tables.md" --svg "$out/$name.svg" >"$work/report"
  {
    printf '# %s\n\n%s\n\n' "$title" "$text"
    printf 'Made by `scripts/make_format_tables.sh`, which runs `%s`;\n' "bcq compare LAYER...${options[*]:+ ${options[*]}}"
    printf '[compare.md](../compare.md) says how to read it.\n\n![%s](%s.svg)\n\n' "$title" "$name"
    cat "$work/tables.md"
  } >"$work/page.md"
  mv "$work/page.md" "$out/$name.md"
  echo "$out/$name.md"
}

page formats "The formats on the embedded model's layers" \
  "Every format of \`bcq formats\` with its default parameters, weights and activations quantized." -- "${embedded[@]}"
page options "The options of LO-BCQ" \
  "Encoder: scale search, mirror bit, the paper's encode scales. Codebooks: local, E2M3 codewords, mirror pairs." \
  --formats "bcq,bcq:search=1,bcq:mirror=1,bcq-search,bcq:encode=1,bcq-local,bcq-local:e2m3=1,bcq-local:pairs=1" -- \
  "${embedded[@]}"
page sweep "LO-BCQ over its parameters" \
  "Codebooks calibrated on all tensors together." "${sweep[@]}" -- "${embedded[@]}"
page sweep_local "LO-BCQ over its parameters, local codebooks" \
  "Codebooks calibrated on every tensor by itself." --sweep --local --max-blocks 4000 -- "${embedded[@]}"
[ ${#unseen[@]} -eq 0 ] && exit 0
page formats_unseen "The formats on layers of other models" \
  "The universal codebooks of LO-BCQ were calibrated on the embedded model and have not seen these layers." -- "${unseen[@]}"
page sweep_unseen "LO-BCQ over its parameters on layers of other models" \
  "Codebooks calibrated on all tensors together." "${sweep[@]}" -- "${unseen[@]}"
