#!/usr/bin/env bash
# Installs the Debian 12 packages that bcq builds and tests with, and only those that are missing.
# Silent and without the network when nothing is missing.
set -euo pipefail

packages=(
  g++ cmake ninja-build make pkg-config         # build
  libsystemc-dev libfmt-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev catch2 libbenchmark-dev
  libhwy-dev zlib1g-dev                         # SIMD of the array model, waves
  verilator yosys iverilog opensta qflow-tech-osu018  # RTL: co-verification, gates, timing, lint, proofs; a cell library
  clang-format clang-tidy python3 python3-numpy libopenblas0-pthread  # checks
  python3-matplotlib                            # pictures of bcq compare
  python3-optuna snakemake slurm-wlm munge      # explorations: large spaces, more than one machine
  chromium chromium-driver python3-selenium     # the test of their report
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "install_deps: missing ${missing[*]}, and this is not Debian: install them by hand" >&2
  exit 1
fi
sudo=""
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo "install_deps: installing ${missing[*]}"
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
