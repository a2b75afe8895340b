#!/usr/bin/env bash
# cancel.sh: cancels all jobs that work in the current folder, an exploration's. Job numbers that Snakemake appends are not needed:
# they lack the job whose submission the interruption cut off.
set -euo pipefail

queue=$(squeue --me --noheader --format='%A %Z')
jobs=$(folder=$(pwd -P) awk '{ job = $1; sub(/^[0-9]+ /, "") } $0 == ENVIRON["folder"] { print job }' <<<"$queue")
[[ -z $jobs ]] || xargs scancel --quiet <<<"$jobs"
