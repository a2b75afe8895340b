#!/usr/bin/env bash
# status.sh JOBID: prints running, success or failed. It asks the controller, which needs no accounting database.
set -euo pipefail

if answer=$(scontrol --oneliner show job "$1" 2>&1); then
  state=$(sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p' <<<"$answer")
elif [[ $answer == *"Invalid job id"* ]]; then
  # The controller forgets a job some minutes (MinJobAge) after its end; a result that it wrote counts all the same.
  state=FORGOTTEN
else
  state=UNKNOWN  # a controller that does not answer is asked again
fi

case $state in
  COMPLETED) echo success ;;
  BOOT_FAIL | CANCELLED | DEADLINE | FAILED | FORGOTTEN | NODE_FAIL | OUT_OF_MEMORY | PREEMPTED | TIMEOUT) echo failed ;;
  *) echo running ;;
esac
